"""Nothing of it lives on after it has stopped.

Why: a worker that is left keeps the port, the locks and the old code, and serves with it.
Fix: hand the signal on to children, and wait for them; do not start it through a shell that does not.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="start_stop",
    fix="End child processes before the parent ends (exec instead of a shell, or forward the signal and wait).",
)
def no_orphans(recording: Recording) -> Fact | Unknown:
    """The processes of the tree before each SIGTERM, looked for 0.3 s after the root had ended."""
    stops = [one for one in recording.facts.get("rounds", ()) if one["signal"] == "SIGTERM"]
    ended = [one for one in stops if one["status"] is not None]
    if not ended:
        return Unknown("it did not end when it was told to")
    left = max(len(one["left"]) for one in ended)
    if left:
        return Fact(False, f"{left} of its processes lived on after it had ended")
    return Fact(True, f"after {len(ended)} stops none of its processes lived on", rounds=len(ended))
