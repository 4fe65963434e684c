"""What a reply proves, and that a stored history is the same when it is read back."""

from decimal import Decimal

import pytest

from readiness.detection import detection_power, rounds_needed
from readiness.integrity import IntegrityVerdict, Invocation, ending, merge, read_rows, rows
from readiness.model import Fact, Unknown


@pytest.mark.parametrize(
    ("status", "error", "proves"),
    [
        (200, "", "ok"),
        (201, "", "ok"),
        (409, "", "fail"),
        (422, "", "fail"),
        (408, "", "info"),
        (500, "", "info"),
        (503, "", "info"),
        (302, "", "info"),
        (0, "refused", "fail"),
        (0, "unreachable", "fail"),
        (0, "connect timeout", "fail"),
        (0, "send timeout", "info"),
        (0, "timeout", "info"),
        (0, "reset", "info"),
        (200, "body", "info"),
    ],
)
def test_only_a_refusal_proves_that_nothing_happened(status: int, error: str, proves: str) -> None:
    assert ending(status, error, (200, 201)) == proves


def test_a_history_survives_being_stored() -> None:
    history = [
        Invocation(1, "add", 0.5, 1.5, "info", "a", Decimal("0.10"), None),
        Invocation(2, "read", 2.0, 2.5, key="a", result=Decimal("7.30")),
    ]
    assert read_rows(rows(history), Decimal) == history
    assert all(isinstance(value, str | int | float | None) for row in rows(history) for value in row.values())


def test_an_unanswered_call_precedes_nothing() -> None:
    first, second = Invocation(0, "write", 0, 1), Invocation(1, "write", 2, 3)
    assert first.precedes(second)
    assert not Invocation(0, "write", 0, 1, "info").precedes(second)
    assert not Invocation(0, "write", 0, 2).precedes(second)


def test_an_invocation_reads_as_a_sentence() -> None:
    assert str(Invocation(3, "add", 1.5, 2, "info", value=5)) == "add 5 unanswered (process 3, 1.500000 s)"
    assert str(Invocation(3, "read", 1.5, 2, result=5)) == "read -> 5 (process 3, 1.500000 s)"


def test_a_verdict_becomes_what_a_check_returns() -> None:
    held = IntegrityVerdict[Invocation]("valid", "it holds", rounds=10)
    assert held.outcome() == Fact(True, "it holds", rounds=10)
    assert held.power == detection_power(10)
    assert IntegrityVerdict[Invocation]("invalid", "it does not").outcome() == Fact(False, "it does not")
    assert IntegrityVerdict[Invocation]("unknown", "who knows").outcome() == Unknown("who knows")
    assert IntegrityVerdict[Invocation]("unknown", "who knows").power is None


def test_merging_lets_the_worst_part_decide() -> None:
    parts = {state: IntegrityVerdict[str](state, state, ("w",), 3) for state in ("valid", "unknown", "invalid")}
    assert merge([parts["valid"], parts["unknown"], parts["invalid"]]).state == "invalid"
    assert merge([parts["valid"], parts["unknown"]]).state == "unknown"
    assert merge([parts["valid"], parts["valid"]]).rounds == 6
    assert merge([]).state == "unknown"


@pytest.mark.parametrize("rate", [1.0, 0.97, 0.5, 0.09, 0.001])
def test_the_rounds_that_are_needed_rule_out_the_rate_and_one_fewer_does_not(rate: float) -> None:
    needed = rounds_needed(rate)
    assert detection_power(needed) <= rate
    assert needed == 1 or detection_power(needed - 1) > rate


@pytest.mark.parametrize("rate", [0.0, -0.1, 1.1])
def test_an_impossible_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError):
        rounds_needed(rate)
