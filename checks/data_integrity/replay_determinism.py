"""The same day, sent to a second instance, gives the same orders, advice and ledger, byte for byte.

Why: only what can be replayed can be explained after a loss, tested after a fix, and compared between versions. Fix:
take time from the exchange's clock, chance from a seed that is kept, and order from a rule.
"""

import json
from collections.abc import Mapping
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="replayed_day",
    fix="Find what the answers depend on besides the input: system time, chance, order of sets, state of before.",
)
def replay_determinism(
    recording: Recording, *, ignored: tuple[str, ...] = ("id", "account", "order", "request_id")
) -> Fact | Unknown:
    """All answers are compared as text, in the order of their fields; only what names a record (``ignored``) is left out.

    Times are not left out: the exchange's clock is held at the times of the recorded day.
    """
    if obstacle := _obstacle(recording.facts):
        return Unknown(obstacle)
    day, replay = recording.facts["day"], recording.facts["replay"]
    pairs = [(first["operation"], _text(first, ignored), _text(second, ignored))
             for first, second in zip(day, replay, strict=True)]  # fmt: skip
    differing = [(what, *_around(one, other)) for what, one, other in pairs if one != other]
    if differing:
        what, one, other = differing[0]
        table = Table("Answers that differ", ("request", "day", "replay"), tuple(differing[:20]))
        told = f"{len(differing)} of {len(pairs)} answers differ; the first, of {what}: {one} and then {other}"
        return Fact(False, told, (table,))
    told = f"{len(pairs)} answers, {len(_orders(day))} of them to orders, are the same in the replay"
    return Fact(True, f"{told} (without {', '.join(ignored)})", rounds=len(pairs))


def _obstacle(facts: Mapping[str, Any]) -> str:
    """Why the two days cannot be compared, if they cannot."""
    day, replay = facts.get("day"), facts.get("replay")
    if not day or not replay:
        return str(facts.get("problem") or "no day was traded and replayed")
    if len(day) != len(replay):
        return f"{len(day)} requests were answered in the day and {len(replay)} in its replay"
    for one in day + replay:
        needed = one["operation"] in ("replay.hold_clock", "feed.ingest")  # without them the input is not the same
        if one["error"] or (needed and not _done(one)):
            return f"{one['operation']} was not done: it answered {one['error'] or one['status']}"
    if not any(_done(order) for order in _orders(day)):
        return "no order was taken in the day, so there is nothing to replay"
    return ""


def _orders(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in answers if one["operation"] in ("oms.order", "limit_orders.place")]


def _done(answer: dict[str, Any]) -> bool:
    return bool(200 <= answer["status"] < 300)


def _text(answer: dict[str, Any], ignored: tuple[str, ...]) -> str:
    return f"{answer['status']} {json.dumps(_without(answer['body'], ignored))}"


def _without(value: Any, ignored: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {name: _without(inner, ignored) for name, inner in value.items() if name not in ignored}
    return [_without(inner, ignored) for inner in value] if isinstance(value, list) else value


def _around(one: str, other: str) -> tuple[str, str]:
    """Both texts around the first character in which they differ."""
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    begin = max(0, at - 30)
    return one[begin : at + 20], other[begin : at + 20]
