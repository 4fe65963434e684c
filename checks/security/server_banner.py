"""Replies do not say which version of what serves them.

Why: a scanner that knows the version knows the weakness; nobody else needs it.
Fix: switch the banner off, or reduce it to the product's name.
Source: OWASP Web Security Testing Guide, WSTG-INFO-02.
"""

import re

from readiness import Fact, Recording, Unknown, check

VERSION = re.compile(r"[A-Za-z]+/\d+(?:\.\d+)*|\d+\.\d+")
BANNERS = ("server", "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator")
"""Not `via`, whose number is that of the protocol, and not `x-runtime`, which is a time."""


@check(
    category="security",
    severity="info",
    needs="protocol_requests",
    fix="Switch the banner off (server_tokens off, server_header=False, x-powered-by off).",
    effort="minutes",
)
def server_banner(recording: Recording) -> Fact | Unknown:
    """The headers that name products, in the reply to a plain and to an unknown path."""
    replies = [reply for reply in recording.facts.get("plain", {}).values() if reply["status"]]
    if not replies:
        return Unknown("no plain request was answered")
    for reply in replies:
        for name in BANNERS:
            if VERSION.search(value := reply["headers"].get(name, "")):
                return Fact(False, f"the header {name} says {value!r}")
    return Fact(True, f"the headers of {len(replies)} replies name no version", rounds=len(replies))
