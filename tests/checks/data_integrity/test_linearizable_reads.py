"""One order of additions and reads explains all answers, or the ones that contradict each other are named."""

import pytest

from checks.data_integrity.linearizable_reads import linearizable_reads
from readiness import Fact, Recording, Unknown
from tests.checks.data_integrity.histories import Seen, additions, recording


@pytest.mark.parametrize(
    "reads",
    [
        [(4, 1.0, 1.1, "100.01"), (5, 1.2, 1.3, "100.05")],
        [(4, 1.0, 1.9, "100.05"), (5, 1.1, 1.8, "100.01")],
        [(4, 1.0, 1.9, "100.00")],
    ],
)
def test_what_some_order_explains_passes(reads: list[Seen]) -> None:
    outcome = linearizable_reads(recording(additions("100.07", *reads)))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("reads", "said"),
    [
        ([(4, 1.0, 1.1, "100.05"), (5, 1.2, 1.3, "100.01")], "misses what was read before"),
        ([(4, 1.0, 1.9, "100.01"), (5, 1.0, 1.9, "100.02")], "different orders"),
        ([(4, 3.0, 4.0, "100.03")], "misses an earlier addition"),
        ([(4, 0.1, 0.2, "100.01")], "holds a later addition"),
        ([(4, 1.0, 1.9, "100.09")], "no choice of the additions"),
    ],
)
def test_what_no_order_explains_fails(reads: list[Seen], said: str) -> None:
    outcome = linearizable_reads(recording(additions("100.07", *reads)))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert said in outcome.reason


@pytest.mark.parametrize("given", [Recording(), recording(problem="no account")])
def test_without_reads_nothing_is_known(given: Recording) -> None:
    assert isinstance(linearizable_reads(given), Unknown)
