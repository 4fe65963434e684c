"""Readiness tells the truth: not ready while a dependency is silent, ready before and again after.

Why: traffic is sent where readiness says yes. One that always says yes sends users into a service that cannot serve.
Fix: watch the dependencies in the background, and answer from what was seen last.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="error_recovery",
    fix="Let readiness answer 503 while a needed dependency does not answer, from a background probe with a deadline.",
)
def readiness_truthful(recording: Recording, *, limit: float = 5.0) -> Fact | Unknown:
    """Not ready within ``limit`` seconds of each black hole; ready before it and after it."""
    polls = [poll for poll in recording.facts.get("polls", ()) if poll["probe"] == "ready"]
    before = [poll for poll in polls if poll["fault"] == "none"]
    silent = [poll for poll in polls if poll["fault"] == "black_hole"]
    recoveries = [r for r in recording.facts.get("recoveries", ()) if r["fault"] == "black_hole"]
    if not before or not silent or not recoveries:
        return Unknown("readiness was not asked before, during and after a black hole")
    if (first := before[0])["status"] != 200:
        return Unknown(f"it was not ready before the fault either: {first['error'] or first['status']}")
    rows = []
    for recovery in recoveries:
        name = recovery["dependency"]
        own = [poll for poll in silent if poll["dependency"] == name]
        # An answer counts from when it arrived; no answer at all keeps traffic away as well.
        turned = min((poll["since"] + poll["seconds"] for poll in own if poll["status"] != 200), default=None)
        watched = max((poll["since"] + poll["seconds"] for poll in own), default=0.0)
        rows.append((name, len(own), watched, turned, recovery["ready_after"]))
    evidence = (
        Table("Black holes", ("dependency", "polls", "watched", "not ready after", "ready again"), tuple(rows)),
    )
    for name, polled, watched, turned, again in rows:
        if turned is None and watched < limit:
            return Unknown(f"readiness was watched for {watched:.1f} s of a silent {name} only", evidence)
        if turned is None:
            return Fact(False, f"{polled} answers said ready in {watched:.1f} s while {name} was silent", evidence)
        if turned > limit:
            return Fact(False, f"it took {turned:.1f} s to say not ready while {name} was silent", evidence)
        if again is None:
            return Fact(False, f"it did not become ready again after {name} came back", evidence)
    name, _, _, turned, again = rows[0]
    reason = f"not ready {turned:.1f} s after {name} fell silent, ready {again:.1f} s after it came back"
    return Fact(True, reason, evidence, len(rows))
