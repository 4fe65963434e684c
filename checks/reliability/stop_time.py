"""It stops soon when it is told to, with a client connected and nothing under way.

Why: after the grace period it is killed, whatever it was writing; and each deployment takes as long as its slowest stop.
Fix: handle SIGTERM; close idle connections instead of waiting for them.
"""

from readiness import Measured, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="start_stop",
    fix="Handle SIGTERM (as process 1, too), and do not wait for connections on which nothing is under way.",
)
def stop_time(recording: Recording, *, objective: float = 5.0, limit: float = 10.0) -> Measured | Unknown:
    """The longest of the seconds from SIGTERM to the end; lower is better. `docker stop` kills after 10 s."""
    stops = [one for one in recording.facts.get("rounds", ()) if one["signal"] == "SIGTERM"]
    if not stops:
        return Unknown("it was not told to stop")
    longest = max(one["stop_seconds"] for one in stops)
    alive = sum(one["status"] is None for one in stops)
    reason = f"the longest of {len(stops)} stops took {longest:.2f} s"
    if alive:
        reason += f"; {alive} times it still ran then and was killed"
    return Measured(longest, "s", objective, limit, "lower", reason)
