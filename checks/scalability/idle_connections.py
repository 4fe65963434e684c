"""Connections that do nothing do not starve those that do.

Why: browsers, pools and load balancers keep connections open; they are many more than the calls under way.
Fix: serve connections from an event loop, or close idle ones early; do not give each one a worker.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="many_connections",
    fix="Do not let an idle connection hold a worker; raise the limit of connections above that of calls under way.",
)
def idle_connections(
    recording: Recording, *, objective: float = 0.5, limit: float = 2.0, failed_seconds: float = 10.0
) -> Measured | Unknown:
    """The slowest plain request beside the idle connections, in seconds; lower is better.

    One that is not answered counts as ``failed_seconds``. The limits are those of latency_p95.
    """
    told, plain = recording.facts.get("idle"), recording.facts.get("plain")
    if told is None or plain is None:
        return Unknown("no idle connections were opened")
    if plain["good"] < plain["asked"]:
        return Unknown("plain requests were not all answered before either")
    if not told["open"]:
        return Unknown(f"none of {told['wanted']} connections could be opened")
    failed = told["asked"] - told["good"]
    seconds = failed_seconds if failed else told["slowest"]
    reason = (
        f"beside {told['open']} idle connections the slowest of {told['asked']} requests took {told['slowest']:.3f} s"
    )
    return Measured(
        seconds, "s", objective, limit, "lower", reason + (f"; {failed} were not answered" if failed else "")
    )
