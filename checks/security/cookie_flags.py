"""Cookies cannot be read by scripts, sent in the clear or sent from foreign pages.

Why: a stolen session cookie is a stolen session.
Fix: set HttpOnly, Secure and SameSite on every cookie that identifies somebody.
Source: OWASP Session Management Cheat Sheet.
"""

import re

from readiness import Fact, NotApplicable, Recording, Unknown, check

IDENTIFYING = re.compile(
    r"(?<![a-z])(?:[a-z]*session|[a-z]*sess(?:ion)?id|sess|s?sess[0-9a-f]{20,}|aspsessionid[a-z]*|s?sid"
    r"|auth|oauth2|aspxauth|authentication|authorization|[a-z]*token|jwt|login|user_?(?:id|name))(?![a-z])"
    r"|^user$"
)
"""Words of a name in lower case, as PHP, Java, ASP, Drupal, Express and others choose it; not the beginning of another word."""
AGAINST_FORGERY = re.compile(r"[cx]srf|anti-?forgery|request_?verification")
"""These identify nobody, and scripts must read some of them (XSRF-TOKEN of Angular and Laravel)."""
HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@check(
    category="security",
    severity="major",
    needs="protocol_requests",
    fix="Set HttpOnly, Secure and SameSite on the cookies that the reason names.",
    effort="minutes",
)
def cookie_flags(recording: Recording) -> Fact | Unknown | NotApplicable:
    """Cookies whose name speaks of a session or a caller, in the replies to plain reads."""
    replies = [*recording.facts.get("plain", {}).values(), *recording.facts.get("reads", {}).values()]
    if not any(reply["status"] for reply in replies):
        return Unknown("no plain request was answered")
    lines = [line for reply in replies for line in reply["headers"].get("set-cookie", "").splitlines()]
    cookies = {line for line in lines if _identifies(line.partition("=")[0].strip())}
    if not cookies:
        return NotApplicable(f"{len(replies)} replies set no cookie of a session or a caller")
    for cookie in sorted(cookies):
        flags = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
        if missing := [flag for flag in ("HttpOnly", "Secure", "SameSite") if flag.lower() not in flags]:
            return Fact(False, f"the cookie {cookie.partition('=')[0]!r} lacks {', '.join(missing)}")
    return Fact(True, f"{len(cookies)} cookies carry HttpOnly, Secure and SameSite", rounds=len(cookies))


def _identifies(name: str) -> bool:
    words = HUMP.sub("_", name).lower()
    return bool(IDENTIFYING.search(words)) and not AGAINST_FORGERY.search(words)
