"""A full disk is an error that is said, not a loss: it lives, reads go on, no write is confirmed and lost, and it recovers.

Why: disks fill up. A process that dies of it, stays broken until somebody restarts it, or confirms what it could not
keep, turns a cheap failure into a night or a loss. Fix: answer 503 or 507 when a write fails, roll back, reopen what the
failure has closed, and keep serving what needs no disk.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="critical",
    needs="disk_trouble",
    fix="Survive ENOSPC on every write: answer an error, roll back, and write again when there is room.",
)
def disk_full(recording: Recording) -> Fact | Unknown:
    """What reader, writer and the look at its life saw while no file could grow, and what was there after a kill."""
    facts = recording.facts
    if problem := facts.get("problem"):
        return Unknown(str(problem))
    windows, after, kept = facts.get("full"), facts.get("after full"), facts.get("kept")
    if not windows or not after or not kept:
        return Unknown("no full disk was recorded")
    if not _good(windows["baseline"], "write") or not _good(windows["baseline"], "read"):
        return Unknown("reading and writing did not work before the disk was full")
    rows = tuple(
        (name, probe, one["calls"], one["good"], ", ".join(one["failures"]))
        for name, probes in windows.items()
        for probe, one in probes.items()
    )
    evidence = (Table("Windows", ("window", "probe", "calls", "good", "failures"), rows),)
    if problem := _problem(windows, after, kept):
        return Fact(False, problem, evidence)
    wrote, read = _while_full(windows, "write"), _while_full(windows, "read")
    failed = wrote["calls"] - wrote["good"]
    if not failed:
        return Unknown(_unreached(wrote["calls"], recording), evidence)
    reason = f"{failed} of {wrote['calls']} writes failed ({', '.join(wrote['failures'])}), {read['good']} of {read['calls']}"
    reason += f" reads went on; {after['seconds']:.1f} s after there was room it wrote again"
    return Fact(True, f"{reason}, and nothing acknowledged was lost", evidence)


def _problem(windows: dict[str, Any], after: dict[str, Any], kept: dict[str, Any]) -> str:
    during = windows["during"]
    if not after["alive"]:
        return "the process died while the disk was full"
    if during["read"]["calls"] and not during["read"]["good"]:
        return f"nothing could be read while the disk was full: {', '.join(during['read']['failures'])}"
    if after["seconds"] is None:
        return f"{after['patience']:g} s after there was room again a write answers {after['last']}"
    if kept.get("problem"):
        return f"it does not start on the data that the full disk left: {' '.join(kept['problem'].split())}"
    if kept["after"] is None:
        return "the amount cannot be read after the restart"
    present = Decimal(kept["after"]) - Decimal(kept["before"])
    acknowledged = Decimal(kept["acknowledged"])
    if present < acknowledged:
        return f"{acknowledged - present} of {acknowledged} acknowledged is lost"
    if present > acknowledged + Decimal(kept["unknown"]):
        return f"{present - acknowledged - Decimal(kept['unknown'])} is there that was refused or never sent"
    return ""


def _unreached(confirmed: int, recording: Recording) -> str:
    if not confirmed:
        return "no write began while no file could grow"
    window = recording.window("disk_full")
    met = window.witness.get("refused_writes", 0) if window else 0
    said = f"all {confirmed} writes were confirmed while no file could grow, and nothing of them is lost"
    return f"{said}: the full disk reached something else ({met} times), not them"


def _while_full(windows: dict[str, Any], probe: str) -> dict[str, Any]:
    """Both windows in which no file could grow: a call that hangs from one into the next leaves the second without any."""
    parts = [windows[name][probe] for name in ("onset", "during")]
    both = {name: sum(one[name] for one in parts) for name in ("calls", "good")}
    return {**both, "failures": sorted({kind for one in parts for kind in one["failures"]})}


def _good(window: dict[str, Any], probe: str) -> int:
    return int(window[probe]["good"])
