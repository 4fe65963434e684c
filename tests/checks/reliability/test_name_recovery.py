"""Alive without names and ready with them; one of the two missing is a finding."""

from typing import Any

import pytest

from checks.reliability.name_recovery import name_recovery
from readiness import Fact, Recording, Unknown

WINDOWS = ("baseline", "onset", "during", "disarm", "recovered")


def probe(good: int = 5) -> dict[str, Any]:
    return {"calls": 5, "good": good, "slowest": 0.1, "failures": {} if good == 5 else {"timeout": 5 - good}}


def recording(*, alive: int = 5, usual: int = 5, live: bool = True, **after: Any) -> Recording:
    well = {"ready": probe(usual), **({"alive": probe()} if live else {})}
    lost = {"ready": probe(0), **({"alive": probe(alive)} if live else {})}
    windows = {name: lost if name in ("onset", "during") else well for name in WINDOWS}
    told = {"alive": True, "last": 200, "patience": 10.0, "seconds": 0.5, **after}
    return Recording(facts={"windows": windows, "after": told})


@pytest.mark.parametrize("live", [True, False])
def test_not_ready_for_a_while_passes(*, live: bool) -> None:
    outcome = name_recovery(recording(live=live))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(alive=4), "its liveness failed because names could not be resolved (timeout)"),
        (recording(seconds=None, last=503), "10 s after names could be resolved again it answers 503"),
        (recording(seconds=None, last="refused"), "it answers refused"),
    ],
)
def test_harm_fails(found: Recording, reason: str) -> None:
    outcome = name_recovery(found)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


def test_dying_fails() -> None:
    facts = recording().facts
    outcome = name_recovery(Recording(facts={**facts, "after": {**facts["after"], "alive": False}}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "it died" in outcome.reason


@pytest.mark.parametrize("found", [Recording(), Recording(facts={"problem": "static"}), recording(usual=0)])
def test_what_did_not_work_before_is_not_known(found: Recording) -> None:
    assert isinstance(name_recovery(found), Unknown)
