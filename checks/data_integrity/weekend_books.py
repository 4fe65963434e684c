"""The books of the weekend agree: cash is the sum of the ledger, and profit explains what the account is worth.

Why: the review on Saturday decides what is traded on Monday; profit that is in no number is taken for a loss. Fix:
book every movement with the profit it realized, those of expiry and assignment too.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="weekend",
    fix="Record what expiry and assignment realized, and post every movement of cash.",
)
def weekend_books(recording: Recording) -> Fact | Unknown:
    """To the cent: cash = ledger, and cash + market value = paid in + realized + unrealized - fees."""
    after, close = recording.facts.get("after"), recording.facts.get("close")
    if not after or not close or not 200 <= close["status"] < 300:
        return Unknown("the week with the expiry was not closed")
    try:
        told = {name: Decimal(str(after["performance"]["body"][name])) for name in NAMES}
        cash = Decimal(after["account"]["body"]["cash"])
        ledger = _sum(after["ledger"]["body"]["postings"])
    except (KeyError, TypeError, InvalidOperation) as error:
        return Unknown(f"account, ledger or performance were not answered in full ({type(error).__name__}: {error})")
    worth = told["cash"] + told["market_value"]
    explained = told["start_cash"] + told["realized"] + told["unrealized"] - told["fees"]
    evidence = (Table("Performance", ("what", "dollars"), tuple((name, str(value)) for name, value in told.items())),)
    if cash != ledger:
        return Fact(False, f"cash is {cash}, its ledger adds up to {ledger}", evidence)
    if worth != explained:
        return Fact(False, f"the account is worth {worth}; its profit explains {explained}", evidence)
    return Fact(True, f"cash {cash} is the ledger's, and a worth of {worth} is explained to the cent", evidence, 1)


NAMES = ("start_cash", "cash", "market_value", "realized", "unrealized", "fees")


def _sum(postings: list[dict[str, Any]]) -> Decimal:
    return sum((Decimal(posting["amount"]) for posting in postings), start=Decimal())
