"""A repeated write counts once: the same idempotency key, at once or one after the other, changes the amount one time.

Why: a client that got no answer must ask again; without this it pays twice.
Fix: keep the key with the answer in the transaction that does the write, under a unique constraint.
"""

from decimal import Decimal
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, integrity

Verdict = integrity.IntegrityVerdict[integrity.Invocation]


@check(
    category="data_integrity",
    severity="blocker",
    needs="concurrent_writes",
    capabilities=("idempotency",),
    fix="Store key and answer in the same transaction as the write; answer a repetition from there.",
)
def idempotent_write(recording: Recording) -> Fact | Unknown:
    """Also when the repetitions arrive together; every acknowledged repetition gets the identical answer."""
    repeats = recording.facts.get("repeats")
    if not repeats:
        return Unknown("no repeated write was recorded")
    for one in repeats:
        if one.get("problem"):
            return Unknown(str(one["problem"]))
        if one["before"] is None or one["after"] is None:
            return Unknown(f"the amount could not be read before or after the writes {one['how']}")
    verdicts = [_judged(one) for one in repeats]
    verdict = integrity.merge(verdicts)
    if verdict.state == "unknown":
        return Unknown(verdict.reason)
    rows = tuple(
        (one["how"], len(one["submits"]), one["amount"], _present(one), v.reason)
        for one, v in zip(repeats, verdicts, strict=True)
    )
    evidence = (Table("Repetitions", ("how", "sent", "amount", "change", "what it shows"), rows),)
    if verdict.state == "invalid":
        how, sent, amount, present, said = next(
            row for row, v in zip(rows, verdicts, strict=True) if v.state == "invalid"
        )
        reason = f"{sent} writes of {amount} with one key, {how}, changed the amount by {present}: {said}"
        return Fact(False, reason, evidence)
    sent = sum(row[1] for row in rows)
    reason = f"{sent} writes with {len(rows)} keys, at once and in turn, each counted once"
    return Fact(True, reason, evidence, rounds=verdict.rounds)


def _present(told: dict[str, Any]) -> str:
    return str(Decimal(told["after"]) - Decimal(told["before"]))


def _judged(told: dict[str, Any]) -> Verdict:
    history = integrity.read_rows(told["submits"], str)
    effects = {history[0].key: _effects(Decimal(_present(told)), [Decimal(one.value) for one in history])}
    return integrity.double_submits(history, effects)


def _effects(present: Decimal, sent: list[Decimal]) -> int:
    """How many of the writes that were sent make up the change; a change that none explain counts as one too many."""
    found = integrity.combination(sent, present)
    return len(sent) + 1 if found is None else len(found)
