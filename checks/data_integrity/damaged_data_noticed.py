"""Damaged data is noticed: it refuses to start or to answer, and never serves an amount that nobody wrote.

Why: disks flip bits, copies break off. What notices can be restored from a backup; what does not spreads the damage into
every report and every later backup. Fix: keep data in a store with checksums that are verified (DuckDB, PostgreSQL with
`data_checksums`, SQLite with `cksumvfs`), and checksum your own files.
"""

from readiness import Fact, Recording, Table, Unknown, check

FORGOTTEN = (404, 410)
"""Statuses that deny what was written; 5xx says honestly that something is wrong."""


@check(
    category="data_integrity",
    severity="major",
    needs="damaged_data",
    fix="Verify checksums when data is read, and fail loudly.",
)
def damaged_data_noticed(recording: Recording) -> Fact | Unknown:
    """Start and one amount on the largest data file with a bit flipped in each 512 bytes, and on half of it.

    The right amount is no finding: the damage may lie where nothing is kept. Nor is it one to stay down, but it must
    come back with the amount when the file is whole again.
    """
    facts = recording.facts
    damage, problem = facts.get("damage"), facts.get("problem")
    if not damage or damage["amount"] == "None":
        return Unknown(str(problem or "no damage was recorded"))
    rows = tuple(
        (one["kind"], one["file"], one["started"], one.get("status"), one.get("amount")) for one in damage["rounds"]
    )
    evidence = (Table("Damage", ("kind", "file", "started", "status", "amount"), rows),)
    for one in damage["rounds"]:
        served = one["started"] and not one["error"] and (one["status"] < 400 or one["status"] in FORGOTTEN)
        if served and one["amount"] != damage["amount"]:
            said = one["amount"] or f"status {one['status']} without the amount"
            how = "with flipped bits" if one["kind"] == "flip" else "cut in half"
            return Fact(
                False,
                f"on {one['file']} {how} it starts and serves {said} where {damage['amount']} was written",
                evidence,
            )
    if problem:
        return Unknown(str(problem))
    if facts.get("put back") != damage["amount"]:
        return Fact(
            False, f"on the undamaged file it serves {facts.get('put back')} where {damage['amount']} was", evidence
        )
    refused = sum(not one["started"] for one in damage["rounds"])
    return Fact(True, f"{len(damage['rounds'])} damages: {refused} starts refused, nothing wrong was served", evidence)
