"""Replies carry the headers that keep browsers and caches from doing harm: nosniff and no-store.

Why: a proxy that keeps one caller's account shows it to the next; a browser that guesses types runs
what it should show.
Fix: set both headers once, in a middleware that every reply passes, errors included.
Source: OWASP REST Security Cheat Sheet.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="minor",
    needs="inspection",
    fix="Set X-Content-Type-Options: nosniff and Cache-Control: no-store on every reply.",
    effort="minutes",
)
def security_headers(recording: Recording) -> Fact | Unknown:
    """``X-Content-Type-Options: nosniff`` and ``Cache-Control: no-store`` on every reply of a guarded operation."""
    replies = recording.facts.get("headers")
    if not replies:
        return Unknown("no reply was recorded")
    rows = tuple((one["what"], one["status"], missing) for one in replies if (missing := _missing(one)))
    if not rows:
        return Fact(True, f"{len(replies)} replies carry nosniff and no-store", rounds=len(replies))
    what, status, missing = rows[0]
    reason = f"{len(rows)} of {len(replies)} replies lack a header; the first: {what} ({status}) lacks {missing}"
    return Fact(False, reason, (Table("Missing headers", ("reply", "status", "missing"), rows[:50]),))


def _missing(reply: dict[str, str]) -> str:
    missing = []
    if reply["x-content-type-options"].strip().lower() != "nosniff":
        missing.append("X-Content-Type-Options: nosniff")
    if "no-store" not in reply["cache-control"].lower():
        missing.append("Cache-Control: no-store")
    return ", ".join(missing)
