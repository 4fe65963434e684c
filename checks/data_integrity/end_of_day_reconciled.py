"""The day is closed on books that agree: report, account and ledger name the same cash, and the fees are in the ledger.

Why: a report that says "reconciled" without comparing is worse than none. The sums are made again here, from the
ledger and the orders. Fix: compare cash with the sum of the postings for each account, and book fees as postings.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="end_of_day",
    fix="Reconcile each account against the sum of its postings, and book every fee as a posting.",
)
def end_of_day_reconciled(recording: Recording) -> Fact | Unknown:
    """Exact decimals; an account that the report leaves out counts as wrong."""
    close, accounts = recording.facts.get("close", {}), recording.facts.get("accounts")
    body = close.get("body")
    if close.get("status") != 200 or not isinstance(body, dict) or not accounts:
        return Unknown(f"the day was not closed: {close.get('error') or close.get('status', 'no answer')}")
    if not any(order["status"] in (200, 201) for account in accounts for order in account["orders"]):
        statuses = sorted({str(o["error"] or o["status"]) for account in accounts for o in account["orders"]})
        return Unknown(f"no order was taken before the close ({', '.join(statuses)}); empty books always agree")
    try:
        reported = {line["id"]: line for line in body["accounts"]}
        problems = [problem for account in accounts for problem in _problems(account, reported)]
    except (KeyError, TypeError, InvalidOperation) as error:
        return Unknown(f"report, account or ledger were not answered in full ({type(error).__name__}: {error})")
    report = recording.facts.get("report", {})
    readable = report.get("status") == 200
    if readable and report.get("body") != body:
        problems.append(("report", "", "the report that is read later differs from the one of the close"))
    if body.get("reconciled") is not True:
        problems.append(("report", "", f"the report says reconciled: {body.get('reconciled')}"))
    if problems:
        evidence = (Table("Books that do not agree", ("account", "difference", "what"), tuple(problems)),)
        account, difference, what = problems[0]
        return Fact(False, f"{len(problems)} disagreements; {account}: {what} {difference}".strip(), evidence)
    if not readable:
        return Unknown(
            f"the books agree, but reading the report answered {report.get('error') or report.get('status')}"
        )
    return Fact(True, f"report, account and ledger of {len(accounts)} accounts agree to the cent", rounds=len(accounts))


def _problems(account: dict[str, Any], reported: dict[str, dict[str, Any]]) -> list[tuple[str, str, str]]:
    name = str(account["account"])
    cash = Decimal(account["read"]["body"]["cash"])
    postings = account["ledger"]["body"]["postings"]
    ledger = sum((Decimal(posting["amount"]) for posting in postings), start=Decimal())
    booked = -sum((Decimal(p["amount"]) for p in postings if p["kind"] == "fee"), start=Decimal())
    taken = [order["body"] for order in account["orders"] if order["status"] in (200, 201)]
    fees = sum((Decimal(order["fees"]) for order in taken), start=Decimal())
    line = reported.get(name)
    found = []
    if cash != ledger:
        found.append((name, str(cash - ledger), f"cash {cash} is not the sum of the ledger {ledger}, off by"))
    if fees != booked:
        found.append((name, str(fees - booked), f"orders cost {fees} in fees, the ledger holds {booked}, off by"))
    if line is None:
        found.append((name, "", "the report leaves the account out"))
    elif Decimal(line["cash"]) != cash or Decimal(line["ledger"]) != ledger:
        told = f"the report says cash {line['cash']}, ledger {line['ledger']}; they are {cash} and {ledger}"
        found.append((name, "", told))
    return found
