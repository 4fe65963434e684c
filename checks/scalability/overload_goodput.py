"""Asked for twice what a burst of users got done, it does no less: overload costs waiting or refusals, not throughput.

Why: a service that does less the more is asked of it (all threads wait for each other, work for callers who have left,
retries) is driven down by the very crowd that it should serve, and stays down while they try again.
Fix: bound what is worked on at once and what may wait, and refuse the rest with 429 or 503 before any work is done.
Source of the objective: load tests ask for four fifths of the most throughput at a multiple of it; see also Beyer et al.,
Site Reliability Engineering, 2016, ch. 21 and 22.
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="scalability",
    severity="major",
    needs="burst",
    fix="Bound what is worked on and what waits; refuse the rest with 429 or 503 before any work is done for it.",
    effort="days",
)
def overload_goodput(recording: Recording, *, objective: float = 0.8, limit: float = 0.5) -> Measured | Unknown:
    """Verified operations per second under overload / those of the burst before it; higher is better.

    Both last a moment only, so half of it is the limit (our choice). Where the generator could not offer a fifth more than
    the burst had done, nothing is known.
    """
    told = recording.facts.get("excess")
    if not told or not told["calls"] or not told["best"]:
        return Unknown("no overload was recorded, or nothing was done in the burst that it is held against")
    evidence = (Table("Overload", tuple(told), (tuple(told.values()),)),)
    if told["offered"] < 1.2 * told["best"]:
        reason = f"only {told['offered']:.0f} calls/s could be offered from here, and the burst had {told['best']:.0f} done: no overload"
        return Unknown(reason, evidence)
    reason = (
        f"offered {told['offered']:.0f} calls/s it did {told['goodput']:.0f}, in the burst {told['best']:.0f}; "
        f"{told['waiting']:.0f} of {told['calls']:.0f} were waiting in the end, {told['refused']:.0f} were refused at once"
    )
    return Measured(told["goodput"] / told["best"], "of the most", objective, limit, "higher", reason, evidence)
