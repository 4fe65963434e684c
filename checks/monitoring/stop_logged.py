"""It says that it was told to stop.

Why: without that line an ordered stop and a crash look the same in the log.
Fix: log one line when SIGTERM arrives, and one when everything is closed.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="monitoring",
    severity="info",
    needs="start_stop",
    fix="Log one line when SIGTERM arrives and one when everything is closed.",
    effort="minutes",
)
def stop_logged(recording: Recording) -> Fact | Unknown:
    """Anything that was written after SIGTERM, in every round."""
    stops = [one for one in recording.facts.get("rounds", ()) if one["signal"] == "SIGTERM"]
    if not stops:
        return Unknown("it was not told to stop")
    silent = sum(not one["said"] for one in stops)
    if silent:
        return Fact(False, f"{silent} of {len(stops)} stops left no line in the log")
    return Fact(True, f"each of {len(stops)} stops left a line in the log", rounds=len(stops))
