"""A small packed body cannot fill the memory.

Why: 64 kB that unpack to 64 MB cost the sender nothing; a handful of them end a service that unpacks whatever comes.
Fix: refuse packed requests (415), or stop unpacking at the limit of a plain body (413).
Source: CWE-409, improper handling of highly compressed data.
"""

from readiness import Fact, NotApplicable, Recording, Series, Table, Unknown, check


@check(
    category="security",
    severity="major",
    needs="hostile_bodies",
    fix="Unpack at most as much as a plain body may hold, then answer 413; or refuse Content-Encoding with 415.",
)
def decompression_bomb(recording: Recording, *, share: float = 1.0) -> Fact | NotApplicable | Unknown:
    """The memory of its processes rises by less than ``share`` of what one of the bodies unpacks to, and it lives on."""
    taken, bomb = recording.facts.get("operations"), recording.facts.get("bomb")
    if taken is None:
        return Unknown("the scenario looked for no operation that takes a body")
    if not taken["with_body"]:
        return NotApplicable("no described operation takes a body")
    if bomb is None:
        untaken = "; ".join(f"{name}: {why}" for name, why in list(taken.get("untaken", {}).items())[:5])
        return Unknown(f"no operation with a body could be called as described ({untaken})")
    replies, after = recording.facts["bomb_replies"], recording.facts["after_bomb"]
    memory = recording.readings.get("bomb rss_bytes")
    if memory is None or len(memory.values) < 5:
        return Unknown("the memory of its processes could not be read")
    shown = tuple((one["operation"], one["status"] or one["error"], round(one["seconds"], 3)) for one in replies)
    evidence = (
        Table("Packed bodies", ("operation", "what came", "seconds"), shown),
        Series("Memory", "B", memory.at, memory.values),
    )
    if not after["alive"] or after["error"] or after["status"] >= 500:
        return Fact(False, f"after them it answered {after['error'] or after['status']}", evidence)
    risen = (memory.peak - memory.values[0]) / 1e6
    sent = f"{bomb['sent']} bodies of {bomb['bytes'] / 1000:.0f} kB that unpack to {bomb['megabytes']} MB"
    if risen >= share * bomb["megabytes"]:
        return Fact(False, f"{sent} each raised its memory by {risen:.0f} MB", evidence)
    if any(one["error"] == "timeout" for one in replies):
        return Fact(False, "a packed body was neither answered nor refused", evidence)
    return Fact(True, f"{sent} each raised its memory by {risen:.0f} MB only", evidence, rounds=len(replies))
