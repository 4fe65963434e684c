"""Cash is explained to the cent: it equals the sum of the ledger, and what was paid in plus fills minus fees.

Why: cash that no posting explains is money that was made or lost by a program. The sums are computed here, in exact
decimals, from what the orders answered. Fix: book cash and posting in one transaction, fees included.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="blocker",
    needs="trading_workflow",
    fix="Change cash only together with a posting, in one transaction, and book fees as postings of their own.",
)
def order_accounting(recording: Recording, *, contract_size: int = 100) -> Fact | Unknown:
    """Compare account, ledger and filled orders; an option contract stands for 100 shares."""
    facts = recording.facts
    try:
        started = Decimal(facts["created"]["body"]["cash"])
        cash = Decimal(facts["account"]["body"]["cash"])
        booked = [Decimal(posting["amount"]) for posting in facts["ledger"]["body"]["postings"]]
        fills = _fills(facts["orders"])
        flows = sum((_flow(order, contract_size) for order in fills.values()), start=Decimal())
        fees = sum((Decimal(order["fees"]) for order in fills.values()), start=Decimal())
    except (KeyError, TypeError, InvalidOperation) as error:
        return Unknown(f"account, ledger or orders were not answered in full ({type(error).__name__}: {error})")
    if not fills:
        return Unknown("no order was filled, so there is nothing to account for")
    expected = started + flows - fees
    rows = (
        ("cash of the account", str(cash)),
        ("sum of the ledger", str(sum(booked))),
        ("paid in", str(started)),
        ("from fills", str(flows)),
        ("fees", str(fees)),
        ("expected cash", str(expected)),
    )
    evidence = (Table("The account's books", ("what", "amount"), rows),)
    lines = [integrity.Posting(str(place), "the account", amount) for place, amount in enumerate(booked)]
    verdict = integrity.ledger_identity({"the account": cash}, lines)
    if verdict.state != "valid":
        return verdict.outcome(evidence)
    if cash != expected:
        return Fact(False, f"cash is {cash}; {started} paid in, {flows} filled, {fees} fees make {expected}", evidence)
    return Fact(True, f"cash {cash} = ledger = {started} paid in {flows:+} filled - {fees} fees", evidence, len(fills))


def _fills(orders: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The filled orders by id, each once."""
    bodies = [answer["body"] for answers in orders["answers"] for answer in answers]
    return {body["id"]: body for body in bodies if isinstance(body, dict) and body.get("filled")}


def _flow(order: dict[str, Any], contract_size: int) -> Decimal:
    """What a fill brought in: positive for a sale."""
    sign = 1 if order["side"] == "sell" else -1
    return sign * Decimal(order["price"]) * int(order["filled"]) * contract_size
