"""A slow disk slows what waits for it, and nothing else: the look at its life is answered as quickly as before.

Why: a disk that takes half a second to sync is a Tuesday in a cloud. A service that syncs in its event loop, or under a
lock that everybody needs, stops altogether, and its supervisor kills it. Fix: sync in a thread of its own, and let
liveness touch neither disk nor lock.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="disk_trouble",
    fix="Move what waits for the disk out of the event loop; take no lock around a sync that readers need, too.",
)
def slow_disk(recording: Recording, *, share: float = 0.5) -> Fact | Unknown:
    """The slowest look at its life while each sync takes longer, against ``share`` of that time and the slowest before.

    A share of one half: a look that happens to come while a loop is blocked waits for half of the sync in the mean,
    and one of several is above that.
    """
    facts = recording.facts
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    windows, options = facts.get("slow"), facts.get("slow options")
    if not windows or not options:
        return Unknown("no slow disk was recorded")
    usual = windows["baseline"]["alive"]
    faulty = [windows[name]["alive"] for name in ("onset", "during")]
    if not usual["good"] or not windows["baseline"]["write"]["good"]:
        return Unknown("it did not answer before the disk was slow")
    slowest = max(one["slowest"] for one in faulty)
    rows = tuple((name, one["alive"]["slowest"], one["write"]["slowest"]) for name, one in windows.items())
    evidence = (Table("Slowest call, seconds", ("window", "alive", "write"), rows),)
    if failures := {kind for one in faulty for kind in one["failures"]}:
        return Fact(False, f"with a slow disk {options['path']} fails: {', '.join(sorted(failures))}", evidence)
    bound = usual["slowest"] + share * options["sync_seconds"]
    said = f"each sync took {options['sync_seconds']:g} s longer, {options['path']} at most {slowest:.2f} s"
    return Fact(slowest <= bound, f"{said} (before: {usual['slowest']:.2f} s)", evidence)
