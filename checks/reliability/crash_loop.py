"""After several crashes in a row, also in the middle of its own start, it comes back with its data and without litter.

Why: what recovers once may not recover from a crash during the recovery; a temporary file for each start fills the disk
of a service that restarts all night. Fix: make the start repeatable from any point; name temporary files so that the next
start finds and removes them.
"""

from decimal import Decimal

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="crash_loop",
    fix="Make start and recovery repeatable; remove what an earlier start has left.",
)
def crash_loop(recording: Recording) -> Fact | Unknown:
    """One start after the kills, the amount written before them, and files that were not there before.

    As many new files as crashes or more are litter; fewer may be one log or lock.
    """
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    told = recording.facts.get("return")
    if not told:
        return Unknown("no crash loop was recorded")
    crashes = told["crashes"]
    if told["problem"]:
        return Fact(False, f"after {crashes} crashes it does not come back: {' '.join(told['problem'].split())}")
    if "None" in (told["before"], told["after"]):
        return Unknown("the amount cannot be read")
    present, acknowledged = Decimal(told["after"]) - Decimal(told["before"]), Decimal(told["acknowledged"])
    if not acknowledged:
        return Unknown("nothing was acknowledged before the crashes, so nothing could be lost")
    if not acknowledged <= present <= acknowledged + Decimal(told["unknown"]):
        return Fact(False, f"after {crashes} crashes {present} is there, {acknowledged} was acknowledged")
    litter = told["new_files"]
    if crashes > 1 and len(litter) >= crashes:
        return Fact(False, f"{crashes} crashes left {len(litter)} files behind: {', '.join(litter[:3])} ...")
    return Fact(True, f"after {crashes} crashes in a row it came back whole in {told['seconds']:.1f} s")
