"""Callers who gave up on a silent dependency leave nothing behind: no thread, no connection, no descriptor.

Why: each call that hangs holds something; what is not given back when the caller has gone is missing for ever, and some
outages later nothing is left. Fix: close what failed; let no thread wait without a deadline; bound queues.
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Look for clients and sockets that are dropped without being closed, and for waits without a deadline.",
)
def hung_calls_released(recording: Recording, *, objective: float = 0.25, limit: float = 0.5) -> Measured | Unknown:
    """Descriptors or threads, whichever are more, that each caller of a second crowd left behind, after the silence.

    The first crowd fills pools, which is no harm: the second finds them full. A descriptor for every second caller is no
    accident; a quarter may be a pool that still grows. What is lost only when a deadline of its own expires is seen where
    that deadline is shorter than the crowd stays: 1.2 s, in the profile full 6 s.
    """
    dependencies = recording.facts.get("dependencies") or []
    met = [told for told in dependencies if told.get("silence", {}).get("witnesses", [{}, {}])[1]]
    if not met:
        problems = [told["problem"] for told in dependencies if told.get("problem")]
        return Unknown(problems[0] if problems else "no call met a silent dependency")
    rows = []
    for told in met:
        before, first, second = told["silence"]["held"]
        callers = told["silence"]["crowds"][1]["callers"]
        if not all(one["descriptors"] for one in (before, first, second)):
            return Unknown("its descriptors could not be counted, or it had died")
        for what in ("descriptors", "threads"):
            left = max(0.0, second[what] - first[what]) / callers
            rows.append((told["dependency"], what, before[what], first[what], second[what], left))
    columns = ("dependency", "what", "before", "after the first crowd", "after the second", "left by each caller")
    dependency, what, _, first, second, most = max(rows, key=lambda row: float(row[-1]))
    reason = f"after two crowds that waited for {dependency} it held {first} and then {second} {what}"
    return Measured(
        most, "per caller", objective, limit, reason=reason, evidence=(Table("Held", columns, tuple(rows)),)
    )
