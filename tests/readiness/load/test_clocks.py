"""What a few questions tell about another machine's clock."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.load.clocks import Offset, Round, offset_of, uncertainty_over

DELAYS = st.floats(min_value=0.0, max_value=0.2)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.floats(min_value=-1e6, max_value=1e6),
    st.lists(st.tuples(DELAYS, DELAYS, st.floats(0.0, 100.0)), min_size=1, max_size=20),
)
def test_the_truth_is_never_outside(truth: float, ways: list[tuple[float, float, float]]) -> None:
    """However unlike the ways there and back are: all on one side is the worst case."""
    rounds = [Round(sent, sent + there + truth, sent + there + back) for there, back, sent in ways]
    found = offset_of(rounds)
    assert abs(found.seconds - truth) <= found.uncertainty + 1e-9


def test_the_quickest_round_counts() -> None:
    slow, quick = Round(0.0, 100.9, 1.0), Round(5.0, 105.01, 5.02)
    found = offset_of([slow, quick])
    assert found == offset_of([quick])
    assert found.seconds == pytest.approx(100.0)
    assert found.uncertainty == pytest.approx(0.01)


def test_a_clock_that_moves_is_less_certain() -> None:
    assert uncertainty_over(Offset(10.0, 0.001), Offset(10.5, 0.002)) == pytest.approx(0.502)
    assert uncertainty_over(Offset(10.5, 0.002), Offset(10.0, 0.001)) == pytest.approx(0.502)
