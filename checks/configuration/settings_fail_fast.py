"""Wrong settings stop the start at once: non-zero exit, the variable's name in the output, no traceback.

Why: a default that replaces a wrong value is found weeks later, in production, by its consequences.
Fix: read and check all settings before anything else; print each variable with what would be right; exit non-zero.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="configuration",
    severity="critical",
    needs="misconfiguration",
    fix="Validate the variables of the evidence at start and exit with a message that names them.",
)
def settings_fail_fast(recording: Recording, *, seconds: float = 5.0) -> Fact | Unknown:
    """Each missing or invalid variable, within ``seconds`` (a scheduler's restart loop should see it at once)."""
    trials = recording.facts.get("trials") or []
    wrong = [trial for trial in trials if trial["kind"] in ("missing", "invalid")]
    if not wrong:
        return Unknown("no start with a missing or invalid setting was tried")
    if not any(trial["kind"] == "right" and trial["ready"] for trial in trials):
        return Unknown("a start with right settings did not get ready either, so a refusal says nothing")
    found = [(trial, _problem(trial, seconds)) for trial in wrong]
    rows = tuple((one["variable"], one["kind"], problem, one["output"][:160]) for one, problem in found if problem)
    if not rows:
        slowest = max(trial["seconds"] for trial in wrong)
        reason = (
            f"{len(wrong)} wrong settings stopped the start, each named in the output; the slowest took {slowest:.1f} s"
        )
        return Fact(True, reason, rounds=len(wrong))
    name, kind, problem, _ = rows[0]
    reason = f"{len(rows)} of {len(wrong)} wrong settings were not refused well; the first: {name} {kind}: {problem}"
    return Fact(False, reason, (Table("Not refused well", ("variable", "how", "problem", "output"), rows),))


def _problem(trial: dict[str, Any], seconds: float) -> str:
    """What is wrong with a refusal; empty when nothing is."""
    if trial["ready"]:
        return "it started and got ready"
    if trial["exit_status"] is None:
        return f"it had not ended after {trial['seconds']:.1f} s"
    if trial["exit_status"] == 0:
        return "it ended with exit status 0"
    if trial["traceback"]:
        return "the output is a traceback"
    if not trial["named"]:
        return "the output does not name the variable"
    return f"it took {trial['seconds']:.1f} s" if trial["seconds"] > seconds else ""
