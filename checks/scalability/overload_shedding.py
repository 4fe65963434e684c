"""Asked for twice what a burst of users got done, each call is served in the end or refused at once.

Why: a caller who is refused at once can try elsewhere or later; one who waits for nothing holds his own resources, too,
and one who gets a 500 or a cut connection cannot tell overload from a defect.
Fix: bound the queue, and answer 429 or 503 with Retry-After when it is full; never drop a connection that was accepted.
"""

from readiness import Recording, Share, Table, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="burst",
    fix="Bound the queue; when it is full answer 429 or 503 with Retry-After at once instead of failing later.",
)
def overload_shedding(recording: Recording, *, limit: float = 0.95) -> Share | Unknown:
    """Share of the calls under overload that were served, or refused within 1 s with 429 or 503.

    5 % failures are what stress may cost (as in stress_errors).
    """
    told = recording.facts.get("excess")
    if not told or not told["calls"]:
        return Unknown("no overload was recorded")
    calls = recording.samples.where(phase="overload")
    rows = tuple(calls.errors.items())
    evidence = (Table("Failures under overload", ("failure", "calls"), rows),) if rows else ()
    good = int(told["served"] + told["refused"])
    if told["offered"] < 1.2 * told["best"]:
        reason = f"only {told['offered']:.0f} calls/s could be offered from here, and the burst had {told['best']:.0f} done: no overload"
        return Unknown(reason)
    reason = f"of {told['calls']} calls {told['served']} were served and {told['refused']} refused at once"
    if good < told["calls"]:
        failures = [f"{kind} ({count})" for kind, count in rows[:3]]
        reason += f"; the others: {', '.join(failures) or 'no answer in time'}"
    return Share(good, int(told["calls"]), limit, reason=reason, evidence=evidence)
