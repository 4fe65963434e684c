"""Every account holds what was acknowledged, and no more than could have been written."""

from typing import Any

import pytest

from checks.data_integrity.stressed_writes import stressed_writes
from readiness import Fact, Recording, Sample, Samples, Unknown


def account(after: str | None = "1010.00", **changed: str | None) -> dict[str, Any]:
    return {"before": "1000.00", "after": after, "acknowledged": "10.00", "unknown": "0", "refused": "0", **changed}


def recording(*accounts: dict[str, Any], error: str = "") -> Recording:
    rows = tuple(Sample(n / 10, 0.01, 0.0, "counter.add", "stress", 200, error) for n in range(20))
    return Recording(samples=Samples(rows), facts={"accounts": list(accounts), "users": 50})


def fact(*accounts: dict[str, Any]) -> Fact:
    outcome = stressed_writes(recording(*accounts))
    assert isinstance(outcome, Fact)
    return outcome


def test_green_when_all_is_there_once() -> None:
    outcome = fact(account(), account())
    assert outcome.passed
    assert "20 writes of 50 users to 2 accounts" in outcome.reason


def test_red_when_a_write_is_lost() -> None:
    outcome = fact(account(), account("1009.99"))
    assert not outcome.passed
    assert "account 1 lacks 0.01 of 10.00" in outcome.reason


def test_red_when_a_write_is_there_twice() -> None:
    outcome = fact(account("1010.01"))
    assert not outcome.passed
    assert "account 0 holds 0.01 that nobody added or that was added twice" in outcome.reason


def test_what_has_no_answer_may_be_there_or_not() -> None:
    assert fact(account("1010.00", unknown="2.50")).passed
    assert fact(account("1012.50", unknown="2.50")).passed
    assert not fact(account("1012.51", unknown="2.50")).passed


@pytest.mark.parametrize(
    "given",
    [
        Recording(),
        Recording(facts={"problem": "no account could be prepared"}),
        recording(),
        recording(account(None)),
        recording(account("1000.00", acknowledged="0"), error="timeout"),
    ],
)
def test_unknown_without_writes_that_can_be_counted(given: Recording) -> None:
    assert isinstance(stressed_writes(given), Unknown)
