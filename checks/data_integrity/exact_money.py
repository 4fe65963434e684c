"""Money is rounded exactly: in decimals, once, ties to the even cent.

Why: a float cannot hold most cents, and ties that always go up add up over many postings. Fix: compute in decimals
and round once at the end, half to even (IEEE 754, 4.3.1).
"""

from decimal import Decimal, InvalidOperation

from readiness import Fact, Recording, Table, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="blocker",
    needs="exchange_sessions",
    capabilities=("money",),
    fix="Use decimals from the text to the result, and quantize once with ROUND_HALF_EVEN.",
    effort="minutes",
)
def exact_money(recording: Recording) -> Fact | Unknown:
    """Each fee = notional x rate in cents, half to even."""
    fees = recording.facts.get("fees")
    if not fees:
        return Unknown("no fees were asked for")
    cases = []
    for fee in fees:
        if fee["status"] != 200 or not isinstance(fee["body"], dict):
            told = fee["error"] or fee["status"]
            return Unknown(f"the fee of {fee['notional']} at {fee['rate']} answered {told}")
        exact = Decimal(fee["notional"]) * Decimal(fee["rate"])
        cases.append(integrity.RoundedAmount(exact, _decimal(fee["body"].get("fee"))))
    verdict = integrity.money_ties(cases)
    rows = tuple((str(case.exact), str(case.answered)) for case in verdict.witness)
    return verdict.outcome((Table("Wrong fees", ("exact", "answered"), rows),) if rows else ())


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
