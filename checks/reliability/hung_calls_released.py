"""Callers who gave up on a silent dependency leave nothing behind: no thread, no connection, no descriptor.

Why: each call that hangs holds something; what is not given back when the caller has gone is missing for ever, and some
outages later nothing is left. Fix: close what failed; let no thread wait without a deadline; bound queues.
"""

from itertools import pairwise

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Look for clients and sockets that are dropped without being closed, and for waits without a deadline.",
)
def hung_calls_released(recording: Recording, *, objective: float = 0.25, limit: float = 0.5) -> Measured | Unknown:
    """Descriptors or threads, whichever are more, that each caller of a crowd left behind after the silence.

    What is lost with each call is lost with each crowd, so of the second and those after it the one counts that left least:
    pools grow with the first, and end to grow. A descriptor for every second caller is no accident. What is lost only when
    a deadline of its own expires is seen where that is shorter than the crowd stays: 1.2 s, in the profile full 6 s.
    """
    dependencies = recording.facts.get("dependencies") or []
    met = [told for told in dependencies if any(told.get("silence", {}).get("witnesses", ())[1:])]
    if not met:
        problems = [told["problem"] for told in dependencies if told.get("problem")]
        return Unknown(problems[0] if problems else "no call met a silent dependency")
    rows = []
    for told in met:
        held, callers = told["silence"]["held"], told["silence"]["crowds"][0]["callers"]
        if not all(one["descriptors"] for one in held):
            return Unknown("its descriptors could not be counted, or it had died")
        for what in ("descriptors", "threads"):
            seen = [one[what] for one in held]
            later = zip(pairwise(seen[1:]), told["silence"]["witnesses"][1:], strict=True)
            left = min(max(0, after - before) for (before, after), witness in later if witness)
            rows.append((told["dependency"], what, ", ".join(map(str, seen)), left / callers))
    columns = ("dependency", "what", "before, and after each crowd", "left by each caller")
    dependency, what, series, most = max(rows, key=lambda row: row[-1])
    reason = f"before and after the crowds that waited for {dependency} it held {series} {what}"
    return Measured(
        most, "per caller", objective, limit, reason=reason, evidence=(Table("Held", columns, tuple(rows)),)
    )
