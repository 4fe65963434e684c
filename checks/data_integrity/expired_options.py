"""An option is gone after its last day: a worthless one without a trace, an assigned one for shares at its strike.

Why: expired options that stay bind margin, distort every risk number and can be closed by no order. Fix: settle them
at the close of their last day, shares and cash in one transaction.
"""

from decimal import Decimal, InvalidOperation

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="weekend",
    fix="Settle expired options at the close: remove the position, move shares and cash at the strike.",
)
def expired_options(recording: Recording, *, contract_size: int = 100) -> Fact | Unknown:
    """Two short puts, far out of and far in the money: only the shares are held afterwards, paid for at the strike."""
    facts = recording.facts
    try:
        puts, close = facts["puts"], facts["close"]
        if not all(200 <= sold["status"] < 300 for sold in facts["sold"].values()) or set(puts) != set(facts["sold"]):
            return Unknown("the puts could not be sold before they expired")
        contracts = {put["contract"] for put in puts.values()}
        strike = Decimal(str(puts["assigned"]["strike"]))
        before, after = (Decimal(facts[when]["account"]["body"]["cash"]) for when in ("before", "after"))
        held = {p["contract"]: int(p["quantity"]) for p in facts["after"]["account"]["body"]["positions"]}
    except (KeyError, TypeError, ValueError, InvalidOperation) as error:
        return Unknown(f"puts, orders or account were not answered in full ({type(error).__name__}: {error})")
    if not 200 <= close["status"] < 300:
        return Unknown(f"the day of the expiry could not be closed ({close['error'] or close['status']})")
    evidence = (Table("Held on Saturday", ("contract", "quantity"), tuple(held.items())),)
    if left := sorted(contracts & held.keys()):
        return Fact(False, f"{' and '.join(left)} expired and are still held", evidence)
    if sum(held.values()) != contract_size:
        return Fact(False, f"{sum(held.values())} shares are held after one assignment of {contract_size}", evidence)
    if after - before != -strike * contract_size:
        return Fact(
            False, f"the assignment moved {after - before}; {contract_size} shares cost {strike} each", evidence
        )
    return Fact(
        True, f"both puts are gone; {contract_size} shares were paid for at the strike of {strike}", evidence, 2
    )
