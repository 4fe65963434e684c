"""SIGTERM loses nothing: requests under way are answered, the exit status is clean, and it ends within its stop time.

Why: every deployment sends SIGTERM; a service that drops its requests then fails users at each release.
Fix: on SIGTERM stop accepting, finish what is under way, close the store, exit with 0.
Source of the clean statuses: systemd.service(5), SuccessExitStatus: 0, or ended by SIGTERM itself, as who has drained and
then raises the signal again (uvicorn); 143 is what a shell makes of that.
"""

from readiness import Fact, Recording, Table, Unknown, check

CLEAN = (0, -15, 143)


@check(
    category="reliability",
    severity="blocker",
    needs="graceful_shutdown",
    fix="Handle SIGTERM: drain, then exit 0 before the stop time is over.",
)
def graceful_shutdown(recording: Recording) -> Fact | Unknown:
    """The stop time is the target's own `stop_seconds`."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    told = recording.facts.get("shutdown")
    if told is None:
        return Unknown("no shutdown was recorded")
    flying = [one for one in told["requests"] if one["in_flight"]]
    if not flying:
        return Unknown("no request was under way when SIGTERM was sent")
    columns = ("request", "status", "error", "seconds")
    rows = tuple((n, one["status"], one["error"], one["seconds"]) for n, one in enumerate(flying, 1))
    table = Table("Requests under way at SIGTERM", columns, rows)
    cut = [row for row in rows if row[2] or row[1] not in told["expect"]]
    problems = []
    if cut:
        problems.append(f"{len(cut)} of {len(flying)} requests under way were cut (first: {cut[0][2] or cut[0][1]})")
    if told["exit_status"] is None:
        problems.append(f"it still ran {told['seconds']:.1f} s after SIGTERM")
    elif told["exit_status"] not in CLEAN:
        problems.append(f"it ended with exit status {told['exit_status']}; right would be 0")
    if told["seconds"] > told["stop_seconds"] and told["exit_status"] is not None:
        problems.append(f"it took {told['seconds']:.1f} s to end; right would be {told['stop_seconds']:g} s at most")
    if problems:
        return Fact(False, "; ".join(problems), (table,))
    ended = f"exit status {told['exit_status']} after {told['seconds']:.1f} s"
    reason = f"{len(flying)} requests under way at SIGTERM were answered; {ended}"
    return Fact(True, reason, (table,), rounds=len(flying))
