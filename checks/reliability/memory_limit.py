"""With little memory left it lives on: it may refuse or slow down, stays within its limit, and answers again afterwards.

Why: in a container the kernel ends what goes beyond its limit, and every request under way is lost; a service that takes in
whatever it is sent can be ended by anybody.
Fix: bound the size of bodies (413) and how many are read at once, stream what is large, and survive a failed allocation.
Source: CWE-770 (allocation without limits); under a hard limit it degrades without a crash (seed requirement).
"""

from readiness import Fact, Readings, Recording, Table, Unknown, check

MEGABYTE = 2**20


@check(
    category="reliability",
    severity="minor",
    needs="memory_pressure",
    fix="Bound the size of bodies (413) and how many are read at once; stream what is large; survive a failed allocation.",
)
def memory_limit(recording: Recording) -> Fact | Unknown:
    """Alive under the limit, resident memory grown by no more than was left, and a good answer within the scenario's patience.

    Calls that fail while memory is short are allowed: that is degrading. Minor, as a proxy in front may bound bodies, too.
    """
    window = recording.window("limited")
    usual, told, after = (recording.facts.get(name) for name in ("usual", "pressure", "after"))
    if window is None or told is None or after is None or usual is None:
        return Unknown("no pressure was recorded")
    if not window.witness:
        return Unknown("the limit was not in force, so nothing is known about it")
    if usual["failed"]:
        return Unknown(f"{usual['failed']} of {usual['calls']} calls failed even before memory was short")
    evidence = (Table("Answers to the uploads", ("answer", "uploads"), tuple(told["answers"].items())),)
    asked = f"{told['uploads']} uploads of {told['megabytes']} MB with {told['headroom']} MB left"
    if not after["alive"]:
        return Fact(False, f"it died of {asked} (exit status {after['exit_status']})", evidence)
    if after["failure"]:
        failure = f"{after['failure']} {after['seconds']:.1f} s after {asked}; it should have recovered"
        return Fact(False, failure, evidence)
    resident = recording.readings.get("rss_bytes", Readings())
    if not resident.values:
        return Unknown("its resident memory could not be read", evidence)
    grown = (resident.peak - resident.values[0]) / MEGABYTE
    allowed = told["headroom"] * told["processes"]
    reason = (
        f"{asked}, of which it took {told['used'] / MEGABYTE:.0f}: resident memory grew by {grown:.0f} MB; "
        f"{told['failed']} of {told['calls']} ordinary calls failed, and {after['seconds']:.1f} s afterwards it answered well"
    )
    return Fact(grown <= allowed, reason, evidence)
