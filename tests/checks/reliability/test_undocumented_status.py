"""A success or a server error that the document does not name fails; a refusal is told and counts only on request."""

import pytest

from checks.reliability.undocumented_status import undocumented_status
from readiness import Unknown
from tests.checks.documented import answer, answers
from tests.checks.wires import holds


def test_documented_statuses_pass() -> None:
    assert holds(undocumented_status(answers(answer(), answer(503))), "2 answers have a status that is documented")


@pytest.mark.parametrize("status", [202, 302, 399, 500, 503])
def test_one_that_is_not_fails(status: int) -> None:
    outcome = undocumented_status(answers(answer(), answer(status, documented=False)))
    assert not holds(outcome, f"1 undocumented; the first: GET /items answered {status} (GET /items)")


@pytest.mark.parametrize("status", [400, 404, 499])
def test_a_refusal_is_told_and_counts_on_request(status: int) -> None:
    recording = answers(answer(), answer(status, documented=False))
    assert holds(undocumented_status(recording), f"1 undocumented refusals (4xx) beside, such as GET /items: {status}")
    assert not holds(undocumented_status(recording, refusals=True), "1 undocumented")


def test_wrong_calls_count_on_request() -> None:
    recording = answers(answer(), answer(422, documented=False, wrong=True))
    assert holds(undocumented_status(recording))
    assert not holds(undocumented_status(recording, refusals=True))


@pytest.mark.parametrize(
    "row", [answer(404), answer(wrong=True), answer(0, error="reset", documented=False), answer(200, error="truncated")]
)
def test_without_a_success_nothing_is_known(row: dict[str, object]) -> None:
    assert isinstance(undocumented_status(answers(row)), Unknown)
