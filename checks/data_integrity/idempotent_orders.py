"""An order that is sent again under its key is executed once, also when the repetitions arrive together.

Why: a client that got no answer must be able to ask again; without this every lost answer may be a second trade. Fix:
store key, request and answer in the transaction of the order, under a unique constraint, and return the stored
answer.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check, integrity

ACCEPTED = (200, 201)
UNDER_WAY = 409
"""What the draft of the header Idempotency-Key (IETF, 2.7) wants said while the first request of a key is worked on."""
TOGETHER = 2
"""The key that was new when all its requests were sent at once; the other one had its order before."""
NOTHING_KNOWN = (408, 429, 504)
"""Refusals for time and rate: whether the key is known was not looked at, or not told."""
Row = tuple[int, int, str, str]


@check(
    category="data_integrity",
    severity="blocker",
    needs="trading_workflow",
    fix="Store the idempotency key and the answer in the order's transaction, with a unique constraint on the key.",
)
def idempotent_orders(recording: Recording) -> Fact | Unknown:
    """For each key there is one order in the answers, and the ledger knows no other; 409 while the first is under way."""
    sent = recording.facts.get("orders", {}).get("answers")
    ledger = (recording.facts.get("ledger", {}).get("body") or {}).get("postings")
    if not sent or ledger is None:
        return Unknown("no orders or no ledger were recorded")
    rows = tuple(
        (number, answer["status"], answer["error"], _order(answer))
        for number, answers in enumerate(sent, 1)
        for answer in answers
    )
    evidence = (Table("Answers to the repeated orders", ("key", "status", "error", "order"), rows),)
    by_key = {
        str(number): {row[3] for row in rows if row[0] == number and row[3]} for number in range(1, len(sent) + 1)
    }
    if empty := [key for key, orders in by_key.items() if not orders]:
        return Unknown(f"no order was accepted under key {empty[0]}: {_statuses(rows, empty[0])}", evidence)
    booked = {str(posting["order"]) for posting in ledger if posting.get("order")}
    unnamed = {f"unknown to any answer: order {order}": 1 for order in sorted(booked - set().union(*by_key.values()))}
    effects = {key: len(orders) for key, orders in by_key.items()}
    verdict = integrity.double_submits([_submit(row) for row in rows], {**effects, **unnamed})
    if verdict.state != "valid":
        return verdict.outcome(evidence)
    without = [row for row in rows if not row[3] and not _waits(row)]
    if without:
        refused = [row for row in without if not _nothing_known(row)]
        key = str((refused or without)[0][0])
        reason = f"{len(refused or without)} of {len(rows)} repetitions got no order back: {_statuses(rows, key)}"
        return Fact(False, reason, evidence) if refused else Unknown(reason, evidence)
    return Fact(True, f"{len(rows)} requests under {len(by_key)} keys made {len(by_key)} orders", evidence, len(rows))


def _waits(row: Row) -> bool:
    """Whether a repetition was rightly told that the first request of its key is still worked on."""
    return row[0] == TOGETHER and row[1] == UNDER_WAY and not row[2]


def _nothing_known(row: Row) -> bool:
    return "timeout" in row[2] or (not row[2] and row[1] in NOTHING_KNOWN)


def _submit(row: Row) -> integrity.Invocation:
    """All under one key asked for the same; of the answers the order's id must agree. When does not matter here."""
    key, status, error, order = row
    return integrity.Invocation(0, "submit", 0.0, 0.0, integrity.ending(status, error, ACCEPTED), str(key), "", order)


def _order(answer: dict[str, Any]) -> str:
    body = answer["body"]
    return str(body["id"]) if isinstance(body, dict) and body.get("id") and not answer["error"] else ""


def _statuses(rows: tuple[Row, ...], key: str) -> str:
    return ", ".join(sorted({str(row[2] or row[1]) for row in rows if str(row[0]) == key}))
