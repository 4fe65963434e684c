"""Slow clients do not keep others waiting.

Why: a phone in a tunnel sends its request over a minute; a worker that waits for it serves nobody else, and a few of them
stop the service.
Fix: read requests without holding a worker, or put a proxy in front that does (then waive this).
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="reliability",
    severity="minor",
    needs="many_connections",
    fix="Read requests in an event loop, or behind a proxy that buffers them; limit the time that a head may take.",
)
def slow_clients(
    recording: Recording, *, objective: float = 0.5, limit: float = 2.0, failed_seconds: float = 10.0
) -> Measured | Unknown:
    """The slowest plain request beside clients that do not finish theirs, in seconds; lower is better.

    One that is not answered counts as ``failed_seconds``. The limits are those of latency_p95.
    """
    told, plain = recording.facts.get("slow"), recording.facts.get("plain")
    if told is None or plain is None:
        return Unknown("no slow clients were simulated")
    if plain["good"] < plain["asked"] or not told["open"]:
        return Unknown("plain requests were not all answered before either, or no slow client got a connection")
    failed = told["asked"] - told["good"]
    seconds = failed_seconds if failed else told["slowest"]
    reason = f"beside {told['open']} slow clients the slowest of {told['asked']} requests took {told['slowest']:.3f} s"
    return Measured(
        seconds, "s", objective, limit, "lower", reason + (f"; {failed} were not answered" if failed else "")
    )
