"""Money is rounded exactly: in decimals, once, ties to the even cent.

Why: a float cannot hold most cents, and ties that always go up add up over many postings. Fix: compute in decimals
and round once at the end, half to even (IEEE 754, 4.3.1).
"""

from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from readiness import Fact, Recording, Table, Unknown, check


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
    wrong: list[tuple[str, str, str, str]] = []
    ties = 0
    for fee in fees:
        if fee["status"] != 200 or not isinstance(fee["body"], dict):
            told = fee["error"] or fee["status"]
            return Unknown(f"the fee of {fee['notional']} at {fee['rate']} answered {told}")
        exact = Decimal(fee["notional"]) * Decimal(fee["rate"])
        right = exact.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
        ties += exact * 100 % 1 == Decimal("0.5")
        answered = fee["body"].get("fee")
        if _decimal(answered) != right:
            wrong.append((fee["notional"], fee["rate"], str(answered), str(right)))
    if wrong:
        notional, rate, answered, right_text = wrong[0]
        reason = f"{len(wrong)} of {len(fees)} fees are wrong: {notional} x {rate} is {answered}, not {right_text}"
        return Fact(False, reason, (Table("Wrong fees", ("notional", "rate", "answered", "right"), tuple(wrong)),))
    if not ties:
        return Unknown(f"none of the {len(fees)} fees was a tie, so how ties are rounded was not seen")
    return Fact(True, f"{len(fees)} fees are exact to the cent, {ties} of them ties", rounds=len(fees))


def _decimal(value: object) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None
