"""Replies carry the headers that keep browsers and caches from doing harm: nosniff, and no-store where callers are known.

Why: a proxy that keeps one caller's account shows it to the next; a browser that guesses types runs
what it should show.
Fix: set both headers once, in a middleware that every reply passes, errors included; what is public may be cached.
Source: OWASP REST Security Cheat Sheet.
"""

from collections.abc import Mapping
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

NOWHERE = "unknown path"


@check(
    category="security",
    severity="minor",
    needs="inspection",
    fix="Set X-Content-Type-Options: nosniff on every reply, and Cache-Control: no-store on each that is not public.",
    effort="minutes",
)
def security_headers(recording: Recording) -> Fact | Unknown:
    """``X-Content-Type-Options: nosniff`` on every reply, ``Cache-Control: no-store`` on those of a guarded operation."""
    replies = recording.facts.get("headers")
    if not replies:
        return Unknown("no reply was recorded")
    rows = tuple((one["what"], one["status"], missing) for one in replies if (missing := _missing(one)))
    if not rows:
        if recording.facts.get("described") and all(one["what"] == NOWHERE for one in replies):
            return Unknown("only a path that does not exist was asked; the reply of no described operation was seen")
        return Fact(True, f"{len(replies)} replies carry nosniff, and no-store where guarded", rounds=len(replies))
    what, status, missing = rows[0]
    reason = f"{len(rows)} of {len(replies)} replies lack a header; the first: {what} ({status}) lacks {missing}"
    return Fact(False, reason, (Table("Missing headers", ("reply", "status", "missing"), rows[:50]),))


def _missing(reply: Mapping[str, Any]) -> str:
    missing = []
    if reply["x-content-type-options"].strip().lower() != "nosniff":
        missing.append("X-Content-Type-Options: nosniff")
    if reply["guarded"] and "no-store" not in reply["cache-control"].lower():
        missing.append("Cache-Control: no-store")
    return ", ".join(missing)
