"""Logs can be queried: lines are JSON objects with a time, a level and a message.

Why: at night nobody has time to write a regular expression for free text; a field can be filtered and counted at once.
Fix: configure a JSON formatter for the root logger, the web server's loggers included.
"""

from readiness import Recording, Share, Table, Unknown, check


@check(
    category="monitoring",
    severity="major",
    needs="inspection",
    capabilities=("logs",),
    fix="Write one JSON object per line with time, level and message; the evidence shows lines that are not.",
)
def logs_structured(recording: Recording, *, limit: float = 0.95) -> Share | Unknown:
    """Share of structured lines. 95 % leaves room for a banner or a crash of the interpreter (our choice)."""
    if "logs" not in recording.facts:
        return Unknown("the scenario did not look at the logs")
    told = recording.facts["logs"]
    if told is None:
        return Unknown("the log cannot be read: the target was not started by the gate")
    if not told["lines"]:
        return Unknown("the log is empty")
    rows = tuple((one["line"], one["missing"]) for one in told["unstructured"])
    reason = f"{told['structured']} of {told['lines']} log lines are JSON with time, level and message"
    if rows:
        reason += f"; the first other one ({rows[0][1]}): {rows[0][0][:80]!r}"
    evidence = (Table("Unstructured lines", ("line", "missing"), rows),) if rows else ()
    return Share(told["structured"], told["lines"], limit, 1.0, reason, evidence)
