"""A line reaches the log as soon as its request is answered.

Why: what is still in a buffer when the process dies is the line that would have said why.
Fix: write unbuffered or flush after each line.
"""

from readiness import Measured, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="log_lines",
    fix="Flush the log after each line, or give the handler a buffer of seconds at most.",
    effort="minutes",
)
def log_delay(
    recording: Recording, *, objective: float = 0.5, limit: float = 1.0
) -> Measured | NotApplicable | Unknown:
    """Seconds from the answer to the line that holds its canary; lower is better. One second is what tailing expects."""
    told, requests = recording.facts.get("delay"), recording.facts.get("requests")
    if told is None or not requests:
        return Unknown("no request was sent while the log was watched")
    if told["seconds"] is not None:
        seconds = told["seconds"]
        return Measured(seconds, "s", objective, limit, "lower", f"the line is there {seconds:.2f} s after the answer")
    if requests["found"] or recording.facts.get("later", {}).get("found"):
        reason = f"lines are written, but that of one request had not come {told['waited']:g} s after its answer"
        return Measured(told["waited"], "s", objective, limit, "lower", reason)
    return NotApplicable("no line can be told to belong to one request: the log holds neither query nor X-Request-ID")
