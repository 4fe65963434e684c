"""A backup can be restored: its rows are what the service shows, and a copy starts from it.

Why: a backup that nobody has read is a hope; the day it is needed is the wrong day to find it empty.
Fix: read every backup after writing it, compare counts and sums, and start from it regularly.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="blocker",
    needs="backup_restore",
    fix="Write all rows as one transaction sees them, and verify the archive before it is called a backup.",
)
def backup_restores(recording: Recording) -> Fact | Unknown:
    """Quiet accounts are equal to the cent, the busy one lies between before and after, a copy gets ready."""
    facts = recording.facts
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    if any(name not in facts for name in ("backup", "expected", "busy", "archived", "restored")):
        return Unknown("the scenario did not get as far as a backup")
    if facts["backup"]["error"] or not 200 <= facts["backup"]["status"] < 300:
        return Fact(False, f"the backup was answered {facts['backup']['error'] or facts['backup']['status']}")
    archived, expected = facts["archived"], facts["expected"]
    if archived["problem"]:
        return Fact(False, f"the archive cannot be read: {archived['problem']}")
    if not expected or None in expected.values():
        return Unknown("the amounts that the backup should hold could not be read from the service")
    rows = _differences(expected, archived)
    rows += _differing_busy(facts["busy"], archived)
    if rows:
        account, what, wanted, found = rows[0]
        reason = f"{len(rows)} amounts differ; the first: {what} of {account}, {found or 'no row'} instead of {wanted}"
        counts = ", ".join(f"{name} {count}" for name, count in archived["rows"].items())
        table = Table("Differences", ("account", "what", "the service", "the archive"), tuple(rows))
        return Fact(False, f"{reason} (rows in the archive: {counts or 'none'})", (table,))
    restored = facts["restored"]
    if not restored["ready"]:
        ended = "did not get ready" if restored["exit_status"] is None else f"ended with {restored['exit_status']}"
        return Fact(False, f"a copy started from the archive {ended}: {restored['output'][-200:]!r}")
    total = sum(archived["rows"].values())
    writes = facts["backup"]["writes_meanwhile"]
    reason = f"{total} rows in {len(archived['rows'])} tables; {len(expected)} accounts equal to the cent"
    return Fact(True, f"{reason}, taken during {writes} writes; a copy got ready from it", rounds=len(expected))


def _differences(expected: dict[str, str], archived: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    rows = []
    for account, wanted in expected.items():
        for what in ("balances", "postings"):
            found = archived[what].get(account)
            if found is None or Decimal(found) != Decimal(wanted):
                rows.append((account, what, wanted, found))
    return rows


def _differing_busy(busy: dict[str, Any], archived: dict[str, Any]) -> list[tuple[str, str, str, str | None]]:
    account, low, high = busy["account"], busy["before"], busy["after"]
    if low is None or high is None:
        return []
    balance, postings = archived["balances"].get(account), archived["postings"].get(account)
    if balance is None or not Decimal(low) <= Decimal(balance) <= Decimal(high):
        return [(account, "balances", f"{low} to {high}", balance)]
    if postings is None or Decimal(postings) != Decimal(balance):  # one transaction sees both or neither
        return [(account, "postings", f"its balance in the archive, {balance}", postings)]
    return []
