"""Status always, body where it is steady."""

from typing import Any

import pytest

from checks.configuration.timezone_independent import timezone_independent
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(other: Any, before: str = "a", utc: Any = None) -> Recording:
    told = {"before": {"read": [200, before]}, "utc": utc or {"read": [200, "a"]}, "far": {}, "locale": {}}
    return Recording(facts={"answers": {**told, "far": other}})


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (_recording({"read": [200, "a"]}), True), (_recording({"read": [200, "b"]}), False),
        (_recording({"read": [200, "b"]}, before="c"), True), (_recording({"read": [500, "a"]}, before="c"), False),
        (_recording({}), False), (_recording("it ended with exit status 1"), False),
    ],
)  # fmt: skip
def test_answers_decide(given: Recording, good: bool) -> None:
    assert holds(timezone_independent(given)) is good


@pytest.mark.parametrize("given", [Recording(), _recording({}, utc="it did not start")])
def test_without_a_start_nothing_is_known(given: Recording) -> None:
    assert isinstance(timezone_independent(given), Unknown)
