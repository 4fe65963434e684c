"""It starts again at once on the same port and data.

Why: a supervisor restarts within a second; what then finds its port or its lock taken fails in a loop.
Fix: set SO_REUSEADDR; make lock files hold a pid that is checked.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="start_stop",
    fix="Set SO_REUSEADDR on the listening socket, and let no file of the last run stop the next one.",
)
def restart_same_port(recording: Recording) -> Fact | Unknown:
    """Each start follows a stop at which a client was connected, so that its port is still in TIME_WAIT."""
    rounds = recording.facts.get("rounds")
    if not rounds:
        return Unknown("it was not started again")
    for number, one in enumerate(rounds, 1):
        if one["problem"]:
            return Fact(False, f"start {number} after {one['signal']} failed: {one['problem'][:200]}")
    return Fact(True, f"{len(rounds)} of {len(rounds)} starts right after a stop succeeded", rounds=len(rounds))
