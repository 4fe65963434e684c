"""Lines stay whole when many requests are served at once.

Why: two lines mixed into one belong to nobody, and a JSON reader drops both.
Fix: write each line with one call, through one handler with a lock, also from several processes.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="log_lines",
    fix="Write each line in one call through one handler; several processes need a pipe or a file opened for appending.",
)
def log_lines_whole(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Requests sent at once, each with a canary: no line holds two of them."""
    told = recording.facts.get("together")
    if not told or not told["sent"]:
        return Unknown("no requests were sent at once while the log was watched")
    if not told["found"]:
        return NotApplicable(
            "no line can be told to belong to one request: the log holds neither query nor X-Request-ID"
        )
    if told["mixed"]:
        return Fact(False, f"{told['sent']} requests at once: {told['mixed']} lines hold more than one of them")
    return Fact(True, f"{told['found']} of {told['sent']} requests sent at once are found, each on a line of its own")
