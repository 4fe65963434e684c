"""The service's clock is right.

Why: logs of two machines are read side by side; a clock that is minutes off puts the effect before the cause, and
tokens and certificates fail.
Fix: run a time daemon on the host, and do not cache the time for longer than a second.
"""

from email.utils import parsedate_to_datetime

from readiness import Measured, NotApplicable, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="protocol_requests",
    fix="Run a time daemon on the host; renew a cached Date header every second.",
    effort="minutes",
)
def clock_agrees(
    recording: Recording, *, objective: float = 2.0, limit: float = 5.0
) -> Measured | NotApplicable | Unknown:
    """Seconds between the Date header of a plain reply and the gate's clock; lower is better.

    The header counts whole seconds and a reply takes up to two, so less than the objective says nothing.
    """
    reply = recording.facts.get("plain", {}).get("GET")
    if reply is None or not reply["status"]:
        return Unknown("a plain request was not sent, or not answered")
    if not (date := reply["headers"].get("date")):
        return NotApplicable("replies carry no Date header")
    try:
        told = parsedate_to_datetime(date).timestamp()
    except ValueError:
        return Measured(limit * 2, "s", objective, limit, "lower", f"the Date header cannot be read: {date!r}")
    apart = abs(reply["at"] - told)
    return Measured(apart, "s", objective, limit, "lower", f"the service's clock and ours are {apart:.1f} s apart")
