"""Readiness names the dependency that fails.

Why: whoever is woken at night reads this answer first; one that only says no sends him searching. Fix: list each
dependency with its state in the answer of readiness.
"""

import json
from typing import Any

from readiness import Fact, Recording, Unknown, check


@check(
    category="monitoring",
    severity="minor",
    needs="error_recovery",
    fix="List each dependency with its state in the body of the readiness answer.",
    effort="minutes",
)
def health_detail(recording: Recording) -> Fact | Unknown:
    """While a dependency is silent, what readiness says of it differs from what it said before."""
    polls = [poll for poll in recording.facts.get("polls", ()) if poll["probe"] == "ready"]
    before = [poll["body"] for poll in polls if poll["fault"] == "none"]
    silent = [poll for poll in polls if poll["fault"] == "black_hole"]
    if not before or not silent:
        return Unknown("readiness was not asked before and during a black hole")
    names = sorted({poll["dependency"] for poll in silent})
    for name in names:
        own = [poll["body"] for poll in silent if poll["dependency"] == name]
        healthy, said = _about(before[0], name), [_about(body, name) for body in own]
        if not any(said):
            shown = json.dumps(own[-1])[:120]
            return Fact(False, f"{name} was silent, and none of {len(own)} answers names it: {shown}")
        if all(state == healthy for state in said):
            return Fact(False, f"{name} was silent, and all {len(own)} answers say of it: {healthy[:120]}")
    return Fact(True, f"the answer names {', '.join(names)} while it fails", rounds=len(names))


def _about(body: Any, name: str) -> str:
    """What an answer says of a dependency: all texts that stand under its name or hold it; else empty."""
    if isinstance(body, dict):
        parts = [json.dumps(v, sort_keys=True) if name in str(k) else _about(v, name) for k, v in body.items()]
        named = body.get("name") == name
        return json.dumps(body, sort_keys=True) if named else " ".join(part for part in parts if part)
    if isinstance(body, list):
        return " ".join(part for item in body if (part := _about(item, name)))
    return body if isinstance(body, str) and name in body else ""
