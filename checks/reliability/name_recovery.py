"""When names cannot be resolved for a while it stays alive, and when they can be again it is ready by itself.

Why: a name service fails more often than what it names. A process that ends because of it, or remembers the failure for
good, needs a restart when everything else has long recovered. Fix: treat a failed lookup as a failed connection: try again
with the next call; do not cache failures, nor addresses for ever.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="name_loss",
    fix="Resolve again with each new connection; never end the process over a failed lookup.",
)
def name_recovery(recording: Recording) -> Fact | Unknown:
    """Liveness while names were lost, and readiness within the scenario's patience afterwards."""
    facts = recording.facts
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    windows, after = facts.get("windows"), facts.get("after")
    if not windows or after is None:
        return Unknown("no loss of names was recorded")
    if not windows["baseline"]["ready"]["good"]:
        return Unknown("it was not ready when it was given names instead of addresses")
    rows = tuple(
        (name, probe, one["calls"], one["good"]) for name, all_ in windows.items() for probe, one in all_.items()
    )
    evidence = (Table("Windows", ("window", "probe", "calls", "good"), rows),)
    if not after["alive"]:
        return Fact(False, "it died when names could not be resolved", evidence)
    for name in ("onset", "during"):
        alive = windows[name].get("alive")
        if alive and alive["good"] < alive["calls"]:
            kinds = ", ".join(alive["failures"])
            return Fact(
                False,
                f"its liveness failed because names could not be resolved ({kinds}): a restart cures nothing",
                evidence,
            )
    if after["seconds"] is None:
        reason = f"{after['patience']:g} s after names could be resolved again it answers {after['last']}"
        return Fact(False, reason, evidence)
    return Fact(True, f"it lived on without names and was ready {after['seconds']:.1f} s after the last look", evidence)
