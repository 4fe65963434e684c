"""It starts and answers under the locale C.

Why: containers and units have no other; what reads its files in the machine's encoding fails there on the first umlaut.
Fix: name the encoding (UTF-8) wherever text is read or written.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="minor",
    needs="environment_variations",
    fix="Name the encoding wherever text is read or written: open(path, encoding='utf-8').",
)
def locale_independent(recording: Recording) -> Fact | Unknown:
    """The described reads with LC_ALL=C, Python's own rescue (PEP 538, PEP 540) switched off."""
    told = recording.facts.get("answers")
    if not told or isinstance(told["utc"], str):
        return Unknown(
            "it was not started again" if not told else f"with TZ=UTC it does not start: {told['utc'][:200]}"
        )
    first, other = told["utc"], told["locale"]
    if isinstance(other, str):
        return Fact(False, f"under the locale C it does not start: {other[:200]}")
    steady = [name for name, answer in told["utc"].items() if answer == told["before"].get(name)]
    for name, (status, digest) in first.items():
        now = other.get(name, [0, ""])
        if now[0] != status or (name in steady and now[1] != digest):
            how = f"status {now[0]} instead of {status}" if now[0] != status else "another body"
            return Fact(False, f"under the locale C {name} answers with {how}")
    reason = (
        f"under the locale C {len(first)} reads have the same status, {len(steady)} that do not change the same body"
    )
    return Fact(True, reason, rounds=len(first))
