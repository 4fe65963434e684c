"""Slow is allowed while it is starved; failing, dying and staying slow are not."""

from typing import Any

import pytest

from checks.reliability.cpu_starvation import cpu_starvation
from readiness import Fact, Recording, Unknown

WINDOWS = ("baseline", "onset", "during", "disarm", "recovered")


def probe(good: int = 5, slowest: float = 0.1) -> dict[str, Any]:
    return {"calls": 5, "good": good, "slowest": slowest, "failures": {} if good == 5 else {"status 503": 5 - good}}


def recording(*, alive: bool = True, **changed: dict[str, Any]) -> Recording:
    windows = {name: {"alive": changed.get(name, probe())} for name in WINDOWS}
    return Recording(facts={"windows": windows, "end": {"alive": alive, "share": 0.2}})


@pytest.mark.parametrize("changed", [{}, {"during": probe(slowest=4.0)}, {"recovered": probe(slowest=0.8)}])
def test_slow_for_a_while_passes(changed: dict[str, Any]) -> None:
    outcome = cpu_starvation(recording(**changed))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(alive=False), "it died when it had the processor for 20% of the time"),
        (recording(during=probe(3)), "alive failed 2 of 5 times (during): status 503"),
        (recording(recovered=probe(4)), "alive failed 1 of 5 times (recovered)"),
        (recording(recovered=probe(slowest=0.81)), "afterwards alive still takes 0.81 s (before: 0.10 s)"),
    ],
)
def test_harm_fails(found: Recording, reason: str) -> None:
    outcome = cpu_starvation(found)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


@pytest.mark.parametrize("found", [Recording(), recording(baseline=probe(4), during=probe(0))])
def test_what_did_not_work_before_is_not_known(found: Recording) -> None:
    assert isinstance(cpu_starvation(found), Unknown)
