"""A second copy on the same port says so and ends.

Why: what goes on without its port looks alive to its supervisor and serves nobody; two that share it mix old and new.
Fix: let the failure to listen end the process with a message and a non-zero status.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="major",
    needs="start_stop",
    fix="Let the failure to listen end the process, with the port in the message and a non-zero exit status.",
    effort="minutes",
)
def port_conflict(recording: Recording) -> Fact | Unknown:
    """One copy with the port of an instance that runs: it ends with a non-zero status, and the first still answers."""
    told = recording.facts.get("conflict")
    if told is None:
        return Unknown("no second copy was started on the same port")
    if not told.get("before"):
        return Unknown("before a copy was started on its port the instance did not answer, or that was not looked at")
    status, seconds = told["exit_status"], told["seconds"]
    if not told["first_status"]:
        return Fact(False, "after a second copy was started on its port, the first one does not answer")
    if not told["right"]:
        return Unknown("a copy on a port of its own did not get ready either, so an end says nothing")
    if status is None:
        return Fact(False, f"a second copy on the same port still ran after {seconds:.1f} s")
    if status == 0:
        return Fact(False, "a second copy on the same port ended with exit status 0, as if all were well")
    if not told["output"].strip():
        return Fact(False, f"a second copy on the same port ended with exit status {status} and without a word")
    return Fact(True, f"a second copy on the same port ended after {seconds:.1f} s with exit status {status}")
