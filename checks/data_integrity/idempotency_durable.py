"""A key is remembered through a crash: a write that is repeated after the process was killed still counts once.

Why: clients ask again exactly when a service dies in the middle; keys that live in memory are gone just then, and the
repetition pays a second time. Fix: commit the key in the transaction of the write, under a unique constraint.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Unknown, check, integrity


@check(
    category="data_integrity",
    severity="critical",
    needs="repeat_after_crash",
    fix="Store the idempotency key durably, in the same transaction as the write it stands for.",
)
def idempotency_durable(recording: Recording) -> Fact | Unknown:
    """How often each of two writes counted: the one acknowledged before the kill, and the one that was cut off."""
    rounds = recording.facts.get("rounds")
    if not rounds:
        return Unknown("no round with a kill was recorded")
    if problem := next((one["problem"] for one in rounds if one.get("problem")), ""):
        return Unknown(str(problem))
    history = [one for told in rounds for one in integrity.read_rows(told["submits"], str)]
    effects = {key: times for told in rounds for key, times in _effects(told).items()}
    verdict = integrity.double_submits(history, effects)
    if verdict.state != "valid":
        evidence = (integrity.table("Writes under the key", verdict.witness),) if verdict.witness else ()
        return verdict.outcome(evidence)
    reason = f"writes acknowledged before {len(rounds)} kills and writes cut off by them, repeated, counted once each"
    return Fact(True, reason, rounds=len(rounds))


def _effects(told: dict[str, Any]) -> dict[str, int]:
    """How often each key counted, read off the change: the larger amount first, the rest is the smaller one's."""
    change, effects = Decimal(told["change"]), {}
    for key, amount in sorted(told["keys"].items(), key=lambda pair: Decimal(pair[1]), reverse=True):
        effects[key], change = int(change // Decimal(amount)), change % Decimal(amount)
    return effects
