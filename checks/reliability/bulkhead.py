"""A silent dependency is felt by those who need it only: all other operations answer as before while a crowd waits for it.

Why: threads, connections and locks that wait for the silent one are missing everywhere else; so the least important
dependency stops the whole service. Fix: a deadline for each call, and a bound on how many may wait at the same time.
"""

from typing import Any

from readiness import Recording, Share, Table, Unknown, check

Row = tuple[str, int, int, float, float]


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Give calls of a dependency a pool of their own, smaller than that of the requests, and refuse when it is full.",
)
def bulkhead(recording: Recording, *, limit: float = 0.95, slower: float = 1.0) -> Share | Unknown:
    """The share of calls that succeed and take at most ``slower`` seconds longer than the slowest without the crowd.

    95 % within it is the same as a 95th percentile below it. A delay of 1 s interrupts a user's thoughts (Nielsen 1993). The
    better of two crowds counts: what waits for the silent one does so in both, what a busy machine delays hardly.
    """
    dependencies = recording.facts.get("dependencies") or []
    met = [told for told in dependencies if any(told.get("silence", {}).get("witnesses", ()))]
    if not met:
        problems = [told["problem"] for told in dependencies if told.get("problem")]
        return Unknown(problems[0] if problems else "no call met a silent dependency")
    rounds = [max(_rounds(told["silence"], slower), key=_share) for told in met]
    rows = [(told["dependency"], *row) for told, one in zip(met, rounds, strict=True) for row in one]
    good, tries = sum(row[3] for row in rows), sum(row[2] for row in rows)
    if not tries:
        return Unknown("no operation is known to do without the dependency, so there is nobody who must not feel it")
    columns = ("dependency", "operation", "calls", "as before", "bound", "slowest")
    worst = min(rows, key=lambda row: float(row[3] / max(1, row[2])))
    crowd = met[0]["silence"]["crowds"][0]["callers"]
    reason = (
        f"{good} of {tries} calls that do not need {worst[0]} were answered as before while {crowd} callers waited for "
        f"it; {worst[1]}: {worst[3]} of {worst[2]}"
    )
    return Share(good, tries, limit, reason=reason, evidence=(Table("Beside the crowd", columns, tuple(rows)),))


def _rounds(silence: dict[str, Any], slower: float) -> list[list[Row]]:
    """Operation, calls, those as before, bound and slowest, for each crowd that really met silence."""
    bounds = {name: seconds + slower for name, _, _, seconds in silence["alone"]}
    return [
        [
            (name, len(calls), sum(ok and s <= bounds[name] for s, ok in calls), bounds[name], max(s for s, _ in calls))
            for name, calls in crowd["beside"].items()
            if calls
        ]
        for crowd, witness in zip(silence["crowds"], silence["witnesses"], strict=True)
        if witness
    ]


def _share(rows: list[Row]) -> float:
    return sum(row[2] for row in rows) / max(1, sum(row[1] for row in rows))
