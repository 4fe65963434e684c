"""A desk that was killed by its switch stays so across a restart, until a human opens it.

Why: the first thing that is tried with a program gone wild is to restart it; a switch in memory then lets it loose
again. Fix: store the state before the switch answers, and read it before the first order is taken.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="kill_switch",
    fix="Store the state of the kill switch before it answers, and read it at start.",
)
def kill_switch_survives(recording: Recording) -> Fact | Unknown:
    """After SIGKILL and a restart an order is refused with a 4xx or 503; after opening the same order is taken."""
    facts = recording.facts
    kill, restart, after = facts.get("kill"), facts.get("restart"), facts.get("order after opening")
    if not kill or not restart or not 200 <= kill["status"] < 300:
        return Unknown("the kill switch was not thrown, or the process not started again")
    if restart["problem"]:
        return Unknown(f"the process did not come back: {restart['problem']}")
    order = restart["order"]
    if 200 <= order["status"] < 300:
        return Fact(False, "an order was taken after the restart, although the kill switch had been thrown")
    if not (400 <= order["status"] < 500 or order["status"] == 503):
        return Unknown(f"the order after the restart was not answered ({order['error'] or order['status']})")
    if not after or not 200 <= after["status"] < 300:
        told = after and (after["error"] or after["status"])
        return Unknown(f"orders are refused after opening too ({told}); the refusal may have another cause")
    return Fact(True, "the order after the restart was refused, and taken once trading was opened", rounds=1)
