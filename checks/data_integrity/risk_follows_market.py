"""The value of an account follows the market through a crash and back.

Why: risk that is computed from an old price says that nothing happened, at the one moment when it is read. Fix: value
positions at the latest quote, and throw away what was derived from the one before.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="market_moves",
    fix="Value positions at the latest quote; drop every cached value that was derived from an earlier one.",
)
def risk_follows_market(recording: Recording, *, tolerance: float = 0.005) -> Fact | Unknown:
    """The oracle is cash + shares at the quote; half a percent of the shares allows for a quote that moves meanwhile."""
    looks = recording.facts.get("looks")
    if not looks:
        return Unknown("the market was not moved")
    try:
        rows = [(name, *_values(look)) for name, look in looks.items()]
        quotes = {name: float(look["quote"]["body"]["last"]) for name, look in looks.items()}
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        return Unknown(f"quote, risk or account were not answered in full ({type(error).__name__}: {error})")
    if quotes["crash"] > quotes["calm"] * (1 - 10 * tolerance):
        return Unknown(f"the crash did not show: the quote went from {quotes['calm']} to {quotes['crash']}")
    evidence = (Table("Value of the account", ("market", "told", "expected", "of shares"), tuple(rows)),)
    wrong = [row for row in rows if abs(row[1] - row[2]) > tolerance * row[3]]
    if wrong:
        name, told, expected, _ = wrong[0]
        return Fact(False, f"{name}: the risk report values the account at {told:.2f}; it is {expected:.2f}", evidence)
    return Fact(True, "the value of the account followed the crash and came back with it", evidence, len(rows))


def _values(look: dict[str, Any]) -> tuple[float, float, float]:
    """(value told, value expected, value of the shares) at the middle of the two quotes around the risk report."""
    last = sum(float(look[when]["body"]["last"]) for when in ("quote", "quote again")) / 2
    account = look["account"]["body"]
    quantity = sum(int(held["quantity"]) for held in account["positions"])
    return float(look["risk"]["body"]["value"]), float(account["cash"]) + quantity * last, quantity * last
