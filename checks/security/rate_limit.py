"""Whoever asks too often is told so with 429 and when to come back, and nobody else notices.

Why: one client in a loop, or one that guesses passwords, must not get more than its share; and a client that is not told
when to come back comes back at once.
Fix: count per caller, not per process; answer 429 with Retry-After.
Source: RFC 6585, 4; OWASP API Security Top 10, API4:2023.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="security",
    severity="major",
    needs="rate_limit",
    fix="Count calls per caller in a store that all instances share; answer 429 with Retry-After.",
)
def rate_limit(recording: Recording, *, tolerance: float = 0.2) -> Fact | Unknown:
    """At most the limit for each of its windows that the burst touched is let in, ``tolerance`` beside it."""
    parts = {name: recording.facts.get(name) for name in ("within", "over", "others", "after")}
    limit = recording.facts.get("limit")
    if limit is None or any(part is None for part in parts.values()):
        return Unknown("the scenario did not come to its end")
    within, over, others, after = (parts[name] or {} for name in ("within", "over", "others", "after"))
    rows = tuple((name, part["calls"], ", ".join(f"{k}: {v}" for k, v in part["statuses"].items()))
                 for name, part in parts.items() if part)  # fmt: skip
    table = (Table("Calls", ("phase", "calls", "answers"), rows),)
    if within["good"] < within["calls"]:
        return Fact(
            False, f"{within['calls'] - within['good']} of {within['calls']} calls below the limit were refused", table
        )
    windows = over["seconds"] / limit["seconds"] + 1
    most = limit["calls"] * windows * (1 + tolerance)
    if over["calls"] <= most:
        return Unknown(f"{over['calls']} calls took {over['seconds']:.1f} s: too slow to get over the limit", table)
    if over["good"] > most:
        reason = f"{over['good']} of {over['calls']} calls within {over['seconds']:.1f} s were let in"
        return Fact(False, f"{reason}; the limit is {limit['calls']} in {limit['seconds']:g} s", table)
    if set(over["statuses"]) - {"429"} - {said for said in over["statuses"] if said.startswith("2")}:
        return Fact(False, f"over the limit came {', '.join(over['statuses'])}; right would be 429", table)
    if not all(over["waits"]):
        return Fact(False, "429 came without Retry-After", table)
    if others["good"] < others["calls"]:
        missing = others["calls"] - others["good"]
        return Fact(False, f"{missing} of {others['calls']} calls of {limit['other']!r} failed meanwhile", table)
    if not after["good"]:
        return Fact(False, "after the time to wait it still refuses", table)
    return Fact(
        True, f"{over['good']} of {over['calls']} calls were let in, the others got 429 with Retry-After", table
    )
