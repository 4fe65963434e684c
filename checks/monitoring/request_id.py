"""A request can be followed: the id in X-Request-ID comes back in the reply and stands in the log.

Why: a customer's complaint names one request; without its id nobody finds the lines that belong to it.
Fix: take a well-formed id from the caller, else make one; return it, and put it into every log line of that request.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="monitoring",
    severity="major",
    needs="inspection",
    fix="Return X-Request-ID and add it to the log context in the outermost middleware.",
)
def request_id(recording: Recording) -> Fact | Unknown:
    """One request with an id of ours."""
    told = recording.facts.get("request_id")
    if told is None:
        return Unknown("no request with an id was sent")
    if not told["status"]:
        return Unknown("the request with an id was not answered")
    missing = [] if told["returned"] else ["is not returned in the reply's X-Request-ID"]
    if told["in_logs"] is False:
        missing.append("is not in the log")
    if missing:
        return Fact(False, f"the id of a request ({told['status']}) " + " and ".join(missing))
    if told["in_logs"] is None:
        return Unknown(
            "the id of a request is returned; whether it is logged is open: the log cannot be read, or is empty"
        )
    return Fact(True, "the id of a request is returned and stands in the log")
