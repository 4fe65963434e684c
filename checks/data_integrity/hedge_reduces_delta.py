"""The hedge that is proposed takes the delta of the account away.

Why: a hedge with the wrong sign doubles what it should take away, on the day on which it matters. The delta is added
up here from the positions and the chain, not believed. Fix: buy puts against a positive delta, shares against a negative.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="hedging",
    fix="Buy puts against a positive delta, shares against a negative one; compute the delta after the trade and show it.",
)
def hedge_reduces_delta(
    recording: Recording, *, at_most: float = 0.5, tolerance: float = 0.1, contract_size: int = 100
) -> Fact | Unknown:
    """|delta| after the hedge at most half of that before; deltas told within a tenth of those added up here.

    A tenth allows for a quote that moves between two reads; half is far above what is left by whole contracts.
    """
    facts = recording.facts
    if (bought := facts.get("bought", {})).get("status") not in (200, 201):
        return Unknown(f"the shares could not be bought ({bought.get('error') or bought.get('status', 'not tried')})")
    try:
        told = {when: float(facts[when]["body"]["delta"]) for when in ("before", "after")}
        proposed = facts["proposed"]["body"]
        trade = (proposed["contract"], proposed["side"], proposed["quantity"])
        expected = _delta(facts["account"]["body"], facts["chain"]["body"], contract_size)
    except (KeyError, TypeError, ValueError) as error:
        return Unknown(f"risk, hedge, account or chain were not answered in full ({type(error).__name__}: {error})")
    rows = (("before", told["before"], ""), ("after, as told", told["after"], f"{trade}"), ("after", expected, ""))
    evidence = (Table("Delta in shares", ("when", "delta", "trade"), rows),)
    if not proposed["contract"]:
        return Fact(False, f"no trade is proposed against a delta of {told['before']:.1f}", evidence)
    if (ordered := facts.get("ordered")) is None:
        return Unknown(f"the hedge {trade} was not ordered: its quantity is no whole number", evidence)
    if ordered["status"] not in (200, 201):
        return Unknown(f"the hedge {trade} could not be ordered ({ordered['error'] or ordered['body']})", evidence)
    change = f"the delta went from {told['before']:.1f} to {expected:.1f} by {trade[1]} {trade[2]} {trade[0]}"
    if abs(told["after"] - expected) > tolerance * max(abs(expected), abs(told["before"])):
        return Fact(False, f"the risk report says {told['after']:.1f} afterwards; it is {expected:.1f}", evidence)
    if abs(expected) > at_most * abs(told["before"]):
        return Fact(False, change, evidence)
    return Fact(True, change, evidence, 1)


def _delta(account: dict[str, Any], chain: dict[str, Any], contract_size: int) -> float:
    """The delta in shares: options by the chain's own deltas, everything else is a share."""
    deltas = {option["contract"]: float(option["delta"]) * contract_size for option in chain["options"]}
    return sum(int(held["quantity"]) * deltas.get(held["contract"], 1.0) for held in account["positions"])
