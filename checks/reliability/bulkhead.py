"""A silent dependency is felt by those who need it only: all other operations answer as before while a crowd waits for it.

Why: threads, connections and locks that wait for the silent one are missing everywhere else; so the least important
dependency stops the whole service. Fix: a deadline for each call, and a bound on how many may wait at the same time.
"""

from readiness import Recording, Share, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Give calls of a dependency a pool of their own, smaller than that of the requests, and refuse when it is full.",
)
def bulkhead(
    recording: Recording, *, objective: float = 0.98, limit: float = 0.95, slower: float = 0.5
) -> Share | Unknown:
    """The share of calls that succeed and take at most ``slower`` seconds longer than the slowest without the crowd.

    95 % within it is the same as a 95th percentile below it. ``slower`` is less than what interrupts a user's thoughts (1 s,
    Nielsen 1993), and more than a busy machine adds. A cache that is renewed just then may cost one call in fifty.
    """
    dependencies = recording.facts.get("dependencies") or []
    met = [told for told in dependencies if told.get("silence", {}).get("witnesses", [{}, {}])[0]]
    if not met:
        problems = [told["problem"] for told in dependencies if told.get("problem")]
        return Unknown(problems[0] if problems else "no call met a silent dependency")
    rows, good, tries = [], 0, 0
    for told in met:
        silence = told["silence"]
        alone = {name: seconds for name, _, _, seconds in silence["alone"]}
        for name, calls in silence["beside"].items():
            bound = alone[name] + slower
            well = sum(ok and seconds <= bound for seconds, ok in calls)
            rows.append((told["dependency"], name, len(calls), well, bound, max((s for s, _ in calls), default=None)))
            good, tries = good + well, tries + len(calls)
    if not tries:
        return Unknown("no operation is known to do without the dependency, so there is nobody who must not feel it")
    evidence = (
        Table("Beside the crowd", ("dependency", "operation", "calls", "as before", "bound", "slowest"), tuple(rows)),
    )
    crowd, worst = met[0]["silence"]["crowds"][0], min(rows, key=lambda row: row[3] / max(1, row[2]))
    reason = (
        f"{good} of {tries} calls that do not need {met[0]['dependency']} were answered as before while {crowd['callers']} "
        f"callers waited for it; {worst[1]}: {worst[3]} of {worst[2]}"
    )
    return Share(good, tries, limit, objective, reason, evidence)
