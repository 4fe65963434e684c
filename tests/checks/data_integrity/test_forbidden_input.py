"""What the document forbids must not succeed; what is only hostile, or refused before it was looked at, says nothing."""

import pytest

from checks.data_integrity.forbidden_input import forbidden_input
from readiness import Unknown
from tests.checks.documented import AFTER, refusal, refusals
from tests.checks.wires import holds


@pytest.mark.parametrize("status", [400, 413, 422, 500])
def test_a_refusal_passes_whatever_it_is_called(status: int) -> None:
    assert holds(forbidden_input(refusals(refusal(status), AFTER)), "1 forbidden calls to 1 operations were refused")


@pytest.mark.parametrize("status", [200, 201, 302, 399])
def test_a_success_fails(status: int) -> None:
    outcome = forbidden_input(refusals(refusal(), refusal(status, what="n above its maximum")))
    assert not holds(outcome, f"1 of 2 forbidden calls succeeded; the first: GET /items, n above its maximum: {status}")


@pytest.mark.parametrize(
    "row", [AFTER, refusal(200, forbidden=False), refusal(401), refusal(404), refusal(0, error="reset", rough=True)]
)
def test_without_a_look_at_the_input_nothing_is_known(row: dict[str, object]) -> None:
    assert isinstance(forbidden_input(refusals(row)), Unknown)


def test_a_run_that_was_cut_short_says_so() -> None:
    recording = refusals(refusal(), AFTER, cut_short=True)
    assert holds(forbidden_input(recording), "time ran out before all were sent")
