"""What the second crowd left behind counts, for each of its callers; what the first one made grow does not."""

from typing import Any

import pytest

from checks.reliability.hung_calls_released import hung_calls_released
from readiness import Measured, Recording, Unknown
from readiness.scoring import judge


def silence(*later: tuple[int, int], acted: bool = True) -> dict[str, Any]:
    """What it held after each crowd; before the first one it was 20 descriptors and 10 threads."""
    held = [{"descriptors": d, "threads": t} for d, t in ((20, 10), *later)]
    crowds = [{"callers": 20}] * len(later)
    witnesses = [{"swallowed_bytes": 100}, *([{"swallowed_bytes": 100} if acted else {}] * (len(later) - 1))]
    return {"dependency": "vendor", "silence": {"held": held, "crowds": crowds, "witnesses": witnesses}}


def judged(*told: dict[str, Any]) -> tuple[str, Measured]:
    outcome = hung_calls_released(Recording(facts={"dependencies": list(told)}))
    assert isinstance(outcome, Measured)
    return judge(outcome).status, outcome


@pytest.mark.parametrize(
    ("first", "second", "status", "value"),
    [
        ((20, 10), (20, 10), "PASS", 0.0),
        ((60, 50), (60, 50), "PASS", 0.0),
        ((60, 50), (20, 10), "PASS", 0.0),
        ((20, 10), (25, 10), "PASS", 0.25),
        ((20, 10), (30, 10), "WARN", 0.5),
        ((20, 10), (31, 10), "FAIL", 0.55),
        ((20, 30), (20, 50), "FAIL", 1.0),
    ],
)
def test_what_each_caller_left(first: tuple[int, int], second: tuple[int, int], status: str, value: float) -> None:
    found, outcome = judged(silence(first, second))
    assert found == status
    assert outcome.value == pytest.approx(value)


def test_the_worst_is_named() -> None:
    assert "20, 40 threads" in judged(silence((20, 10), (21, 10)), silence((20, 20), (20, 40)))[1].reason


def test_what_grows_once_more_and_then_no_longer_is_a_pool() -> None:
    assert judged(silence((20, 30), (20, 45), (20, 46)))[0] == "PASS"
    assert judged(silence((20, 30), (20, 45), (20, 60), (20, 75)))[0] == "FAIL"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "no call met a silent dependency"),
        ({"dependencies": [silence((20, 10), (20, 10), acted=False)]}, "no call met a silent dependency"),
        ({"dependencies": [silence((20, 10), (0, 0))]}, "its descriptors could not be counted, or it had died"),
        ({"dependencies": [{"problem": "nobody reaches vendor"}]}, "nobody reaches vendor"),
    ],
)
def test_what_met_nobody_is_not_known(facts: dict[str, Any], reason: str) -> None:
    outcome = hung_calls_released(Recording(facts=facts))
    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason
