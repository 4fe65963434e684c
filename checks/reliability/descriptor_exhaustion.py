"""Out of file descriptors it lives on: it may refuse connections, but it answers again when they are gone.

Why: a burst of idle clients uses up the descriptors of any process; one that dies of it takes all the others along.
Fix: treat EMFILE on accept as overload: pause accepting, keep serving, and go on when descriptors are free.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="descriptor_exhaustion",
    fix="Survive EMFILE in the accept loop and wherever files are opened; limit idle connections.",
)
def descriptor_exhaustion(recording: Recording) -> Fact | Unknown:
    """Alive while full and afterwards, and answering again within the scenario's time."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    during, after = recording.facts.get("during"), recording.facts.get("after")
    if during is None or after is None:
        return Unknown("no exhaustion was recorded")
    if not during["alive"] or not after["alive"]:
        when = "while its descriptors were used up" if not during["alive"] else "after the connections were closed"
        return Fact(False, f"the process died {when} (exit status {after['exit_status']})")
    if after["error"] or after["status"] >= 500:
        answered = after["error"] or after["status"]
        reason = f"{after['seconds']:.1f} s after the connections were closed {after['path']} answers {answered}"
        return Fact(False, f"{reason}; it should have recovered")
    seen = during["error"] or during["status"]
    reason = f"full, it answered {seen}; {after['seconds']:.1f} s after the connections were closed {after['status']}"
    return Fact(True, reason)
