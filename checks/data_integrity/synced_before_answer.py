"""A confirmed write has reached the disk: a sync has ended between the request and its answer, seen in the system calls.

Why: what a process has written and not synced survives its own death, but not that of the machine. No kill can show the
difference, the order of the calls does. Fix: commit with fsync before the answer is sent: `synchronous = FULL` (SQLite),
`fsync` and `synchronous_commit` on (PostgreSQL), `appendfsync always` (Redis), an fsync of your own for your own files.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="crash_points",
    fix="Let the commit sync before the answer is sent; group several commits into one sync where that is too slow.",
)
def synced_before_answer(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Each of the traced acknowledgements; the client waited for one before it sent the next."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    told = recording.facts.get("acknowledgements")
    if not told or not told["seen"]:
        return Unknown("the trace shows no answered write: it speaks another protocol than plain HTTP/1")
    seen, synced = told["seen"], told["synced"]
    if synced == seen:
        return Fact(True, f"a sync had ended before each of {seen} answers")
    if not told["files"]:
        return NotApplicable("it stores nothing itself when it is written to: what it depends on has to sync")
    files = ", ".join(told["files"][:3])
    return Fact(
        False, f"{seen - synced} of {seen} writes were answered before any sync had ended; it stores in {files}"
    )
