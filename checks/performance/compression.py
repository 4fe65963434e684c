"""Large texts are compressed for callers who ask for it.

Why: JSON shrinks to a tenth; on a slow connection that is the response time.
Fix: switch on gzip for text types above a few kilobytes, here or in the proxy in front (then waive this).
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check

TEXTS = ("json", "text", "xml", "javascript")


@check(
    category="performance",
    severity="info",
    needs="protocol_requests",
    fix="Compress text types above a few kilobytes, here or in the proxy in front.",
    effort="minutes",
)
def compression(recording: Recording, *, smallest: int = 10_000) -> Fact | Unknown | NotApplicable:
    """Replies of text with at least ``smallest`` bytes, asked for again with ``Accept-Encoding: gzip``."""
    plain, asked = recording.facts.get("reads"), recording.facts.get("compressed", {})
    if not plain:
        return Unknown("no read was recorded")
    large = [name for name, reply in plain.items() if reply["length"] >= smallest and _is_text(reply)]
    if not large:
        return NotApplicable(f"none of {len(plain)} replies is a text of {smallest} bytes or more")
    bare = [name for name in large if "content-encoding" not in asked.get(name, {}).get("headers", {})]
    if bare:
        size = plain[bare[0]]["length"]
        return Fact(False, f"{len(bare)} of {len(large)} large texts are not compressed; {bare[0]}: {size} bytes")
    return Fact(True, f"{len(large)} large texts are compressed", rounds=len(large))


def _is_text(reply: dict[str, dict[str, str]]) -> bool:
    return any(kind in reply["headers"].get("content-type", "") for kind in TEXTS)
