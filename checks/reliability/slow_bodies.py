"""Clients that send their body slowly do not keep others waiting.

Why: a phone that uploads over a bad line needs a minute for what it sends; a worker that reads along serves nobody else, and
a few of them stop the service.
Fix: read bodies without holding a worker, or put a proxy in front that buffers them (then waive this).
"""

from readiness import Measured, NotApplicable, Recording, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="many_connections",
    fix="Read bodies in an event loop, or behind a proxy that buffers them; limit the time that a body may take.",
)
def slow_bodies(
    recording: Recording, *, objective: float = 0.5, limit: float = 2.0, failed_seconds: float = 10.0
) -> Measured | NotApplicable | Unknown:
    """The slowest plain request beside clients that do not finish their body, in seconds; lower is better.

    One that is not answered counts as ``failed_seconds``. The limits are those of latency_p95.
    """
    told, plain = recording.facts.get("slow_bodies"), recording.facts.get("plain")
    if told is None or plain is None:
        return Unknown("no slow bodies were sent")
    if not told["asked"]:
        if told.get("with_body") is False:
            return NotApplicable("no described operation takes a body")
        return Unknown("every operation that takes a body has a value in its path that is not known")
    if plain["good"] < plain["asked"] or not told["open"]:
        return Unknown("plain requests were not all answered before either, or no slow client got a connection")
    failed = told["asked"] - told["good"]
    seconds = failed_seconds if failed else told["slowest"]
    reason = f"beside {told['open']} slow bodies the slowest of {told['asked']} requests took {told['slowest']:.3f} s"
    return Measured(
        seconds, "s", objective, limit, "lower", reason + (f"; {failed} were not answered" if failed else "")
    )
