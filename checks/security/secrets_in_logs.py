"""Secrets stay secret: no key and no password appears in the log or in a reply.

Why: logs are copied to many places and read by many people; a key in one of them is a key in all of them.
Fix: never log headers or settings as a whole; mask known secrets in the log formatter as a second line of defence.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="blocker",
    needs="inspection",
    capabilities=("identities",),
    fix="Find what writes the named secret, stop it, and replace the secret: it must count as known.",
    effort="minutes",
)
def secrets_in_logs(recording: Recording) -> Fact | Unknown:
    """Exact values, looked for in the whole log and in every reply of the inspection; shown by name only."""
    told = recording.facts.get("secrets")
    if told is None:
        return Unknown("the scenario did not look for secrets")
    if not told["checked"]:
        return Unknown("no secret is known: neither `secrets` nor `identities` in readiness.yaml has a value")
    if told["found"]:
        rows = tuple((one["secret"], one["where"], one["times"]) for one in told["found"])
        secret, where, times = rows[0]
        reason = f"{secret} appears in the {where} ({times} times)"
        reason += f"; {len(rows) - 1} more places" if len(rows) > 1 else ""
        return Fact(False, reason, (Table("Secrets in the open", ("secret", "where", "times"), rows),))
    if not told["log_characters"]:
        seen = "cannot be read" if told["log_characters"] is None else "is empty"
        return Unknown(f"the log {seen}; {told['replies']} replies hold none of {len(told['checked'])} secrets")
    searched = f"{told['log_characters']} characters of log and {told['replies']} replies"
    return Fact(True, f"none of {len(told['checked'])} secrets appears in {searched}")
