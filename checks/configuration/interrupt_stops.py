"""Ctrl-C ends it, too.

Why: who runs it by hand or in a test ends it so; what does not listen is killed instead, and stays half done.
Fix: handle SIGINT like SIGTERM.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="info",
    needs="start_stop",
    fix="Handle SIGINT like SIGTERM.",
    effort="minutes",
)
def interrupt_stops(recording: Recording, *, seconds: float = 10.0) -> Fact | Unknown:
    """One SIGINT to its root process; it ends within ``seconds`` (as for SIGTERM, see stop_time)."""
    asked = [one for one in recording.facts.get("rounds", ()) if one["signal"] == "SIGINT"]
    if not asked:
        return Unknown("it was not interrupted")
    one = asked[0]
    if one["status"] is None or one["stop_seconds"] > seconds:
        return Fact(False, f"it still ran {min(one['stop_seconds'], seconds):.1f} s after SIGINT")
    return Fact(True, f"it ended {one['stop_seconds']:.1f} s after SIGINT with exit status {one['status']}")
