"""A refused request can be told from a served one in the log.

Why: the first question of an incident is how many calls failed, and since when.
Fix: put the status into the access line.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="log_lines",
    fix="Put the status of the reply into the access line.",
    effort="minutes",
)
def refusals_logged(recording: Recording) -> Fact | NotApplicable | Unknown:
    """One request for a path that does not exist: its line holds the status that it got."""
    told = recording.facts.get("strangers")
    if not told or not told["status"]:
        return Unknown("no refused request was sent while the log was watched")
    if told["status"] < 400:
        return Unknown(f"what should be refused, a path that does not exist, was answered {told['status']}")
    if not told["lines"]:
        if told["all_lines"]:
            return NotApplicable("lines hold neither path nor X-Request-ID, so that of one request cannot be told")
        return Fact(False, f"a request that was answered {told['status']} leaves nothing in the log")
    good = bool(told["with_status"])
    status = told["status"]
    return Fact(good, f"the line of a request answered {status} {'holds' if good else 'does not hold'} that status")
