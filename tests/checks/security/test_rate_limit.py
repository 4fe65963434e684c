"""The limit for each window that was touched, with its tolerance, is the boundary."""

from typing import Any

import pytest

from checks.security.rate_limit import rate_limit
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _part(calls: int, good: int, bad: str = "429", **more: Any) -> dict[str, Any]:
    statuses = {"200": good} | ({bad: calls - good} if calls > good else {})
    return {"calls": calls, "good": good, "statuses": statuses, **more}


def _recording(
    good: int = 20, bad: str = "429", *, seconds: float = 0.5, waits: tuple[str, ...] = ("1",), **parts: Any
) -> Recording:
    facts: dict[str, Any] = {
        "limit": {"calls": 20, "seconds": 1.0, "other": "bob"}, "within": _part(10, 10),
        "over": _part(65, good, bad, seconds=seconds, waits=list(waits)), "others": _part(5, 5), "after": _part(1, 1),
    }  # fmt: skip
    return Recording(facts=facts | parts)


@pytest.mark.parametrize(
    "given", [_recording(), _recording(36), _recording(48, seconds=1.0), _recording(others=_part(0, 0))]
)
def test_refusals_over_the_limit_pass(given: Recording) -> None:
    assert holds(rate_limit(given), "429 with Retry-After")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(37), "37 of 65 calls within 0.5 s were let in; the limit is 20 in 1 s"),
        (_recording(65), "65 of 65"),
        (_recording(bad="503"), "right would be 429"),
        (_recording(waits=("",)), "without Retry-After"),
        (_recording(waits=("", "1")), "without Retry-After"),
        (_recording(others=_part(5, 4)), "1 of 5 calls of 'bob' failed meanwhile"),
        (_recording(within=_part(10, 9)), "1 of 10 calls below the limit"),
        (_recording(after=_part(1, 0)), "still refuses"),
    ],
)
def test_another_answer_fails(given: Recording, reason: str) -> None:
    assert not holds(rate_limit(given), reason)


@pytest.mark.parametrize("given", [Recording(), _recording(after=None), _recording(seconds=2.0)])
def test_without_an_excess_nothing_is_known(given: Recording) -> None:
    assert isinstance(rate_limit(given), Unknown)
