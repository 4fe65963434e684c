"""The same day, sent to a second instance, gives the same orders, advice and ledger, byte for byte.

Why: only what can be replayed can be explained after a loss, tested after a fix, and compared between versions. Fix:
take time from the exchange's clock, chance from a seed that is kept, and order from a rule.
"""

import json
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
    day, replay = recording.facts.get("day"), recording.facts.get("replay")
    if not day or not replay:
        return Unknown(recording.facts.get("problem") or "no day was traded and replayed")
    if len(day) != len(replay):
        return Unknown(f"{len(day)} requests were answered in the day and {len(replay)} in its replay")
    if held := [one for one in day + replay if one["operation"].endswith("clock") and not _done(one)]:
        return Unknown(f"the clock could not be held: {held[0]['error'] or held[0]['status']}")
    if lost := [one for one in day + replay if one["error"]]:
        return Unknown(f"{lost[0]['operation']} was not answered: {lost[0]['error']}")
    orders = [one for one in day if one["operation"].endswith(("order", "place"))]
    if not any(_done(order) for order in orders):
        return Unknown("no order was taken in the day, so there is nothing to replay")
    pairs = [(first["operation"], _text(first, ignored), _text(second, ignored))
             for first, second in zip(day, replay, strict=True)]  # fmt: skip
    differing = [(what, *_around(one, other)) for what, one, other in pairs if one != other]
    if differing:
        what, one, other = differing[0]
        table = Table("Answers that differ", ("request", "day", "replay"), tuple(differing[:20]))
        told = f"{len(differing)} of {len(pairs)} answers differ; the first, of {what}: {one} and then {other}"
        return Fact(False, told, (table,))
    told = f"{len(pairs)} answers, {len(orders)} of them to orders, are the same in the replay"
    return Fact(True, f"{told} (without {', '.join(ignored)})", rounds=len(pairs))


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
