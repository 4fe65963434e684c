"""What was acknowledged survives a crash: acknowledged <= present <= acknowledged + unanswered, after every SIGKILL.

Why: an answer is a promise; a deposit that was confirmed and is gone after a power cut is a loss nobody can explain.
Fix: answer after the commit has reached the disk; no buffer in memory between the answer and the store.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="blocker",
    needs="durability",
    fix="Commit durably before the answer is sent.",
)
def acknowledged_writes(recording: Recording) -> Fact | Unknown:
    """Additions to one account in each round, and its amount before them and after the restart."""
    rounds = recording.facts.get("rounds")
    if not rounds:
        return Unknown("no round with a kill was recorded")
    read = [one for one in rounds if one.get("before") is not None and one.get("after") is not None]
    verdict = integrity.merge(integrity.acknowledged_sum(_history(one)) for one in read)
    if verdict.state == "invalid":
        return verdict.outcome((integrity.table("What contradicts itself", verdict.witness),))
    if len(read) < len(rounds):
        problem = next((one["problem"] for one in rounds if one.get("problem")), "the amount could not be read")
        return Unknown(f"what {len(rounds) - len(read)} of {len(rounds)} kills left cannot be read: {problem}")
    if verdict.state == "unknown":
        return verdict.outcome()
    total = sum(Decimal(one["acknowledged"]) for one in read)
    return Fact(True, f"all of {total} acknowledged before {len(read)} kills is there", rounds=len(read))


def _history(told: dict[str, Any]) -> list[integrity.Invocation]:
    """The acknowledged additions as one, each unanswered one by itself: it is there whole or not at all."""
    acknowledged = Decimal(told["acknowledged"])
    done = [integrity.Invocation(0, "add", 1.0, 2.0, "ok", value=acknowledged)] if acknowledged else []
    open_ = [integrity.Invocation(1, "add", 1.0, 2.0, "info", value=Decimal(each)) for each in told["unanswered"]]
    before, after = Decimal(told["before"]), Decimal(told["after"])
    reads = [integrity.Invocation(2, "read", at, at + 0.5, result=seen) for at, seen in ((0.0, before), (3.0, after))]
    return [*done, *open_, *reads]
