"""Asked for more than it can do, it goes on doing what it can: overload costs waiting or refusals, not throughput.

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

    Both last a moment only, so half of it is the limit (our choice). A target that was not behind when the last call was due
    was not overloaded, and nothing is known.
    """
    told = recording.facts.get("excess")
    if not told or not told["calls"] or not told["best"]:
        return Unknown("no overload was recorded, or nothing was done in the burst that it is held against")
    evidence = (Table("Overload", tuple(told), (tuple(told.values()),)),)
    if told["waiting"] < 0.1 * told["best"] and told["served"] == told["calls"]:
        reason = (
            f"it was not overloaded: it kept up with {told['offered']:.0f} calls/s, and no more were offered from here"
        )
        return Unknown(reason, evidence)
    reference = min(told["best"], told["offered"])
    reason = (
        f"offered {told['offered']:.0f} calls/s it did {told['goodput']:.0f}, in the burst {told['best']:.0f}; "
        f"{told['waiting']:.0f} of {told['calls']:.0f} were waiting in the end, {told['refused']:.0f} were refused at once"
    )
    return Measured(told["goodput"] / reference, "of the most", objective, limit, "higher", reason, evidence)
