"""Whoever answers nonsense with an error of his own passes; handing it on, hanging, dying or staying broken is a finding."""

from typing import Any

import pytest

from checks.reliability.dependency_garbage import dependency_garbage
from readiness import Fact, Recording, Unknown


def call(**changed: Any) -> dict[str, Any]:
    return {"status": 503, "error": "", "seconds": 0.01, "good": False, "garbage": "none", **changed}


def met(kind: str = "noise", *calls: dict[str, Any], **changed: Any) -> dict[str, Any]:
    witness = {"connections_hit": 3}
    return {"kind": kind, "witness": witness, "calls": calls or (call(),), "alive": True, "again": 0.1, **changed}


def recording(*kinds: dict[str, Any], refused: int = 503) -> Recording:
    usual = {"witness": {"refused": 2}, "calls": [call(status=refused)]}
    told = {"dependency": "vendor", "operation": "quote", "refused": usual, "garbage": list(kinds)}
    return Recording(facts={"dependencies": [told]})


@pytest.mark.parametrize(
    "found",
    [
        recording(met("cut"), met("noise"), met("wrong_body"), met("flood")),
        recording(met("noise", call(status=200, good=True))),
        recording(met("noise", call(status=500)), refused=500),
        recording(met("noise", call(status=500)), refused=0),
        recording(met("noise", again=15.0)),
    ],
)
def test_an_answer_of_its_own_passes(found: Recording) -> None:
    outcome = dependency_garbage(found)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (recording(met(), met("flood", alive=False)), "far too long, it died"),
        (recording(met("cut", call(), call(error="timeout", status=0, seconds=5.0))), "quote got no answer in 5.0 s"),
        (recording(met("cut", call(error="closed", status=0))), "quote got a broken connection (closed)"),
        (recording(met("wrong_body", call(status=200, garbage="part"))), "answered with 200 and a part of it"),
        (
            recording(met("noise", call(status=500))),
            "500, an error that nobody thought of; a refused connection is 503",
        ),
        (recording(met(again=None)), "did not work again within 15 s"),
        (recording(met(again=15.1)), "did not work again within 15 s"),
    ],
)
def test_harm_fails(found: Recording, reason: str) -> None:
    outcome = dependency_garbage(found)
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert reason in outcome.reason


def test_a_relay_hands_on_what_it_does_not_read() -> None:
    relayed = (met("cut", call(status=200, error="truncated")), met("wrong_body", call(status=200, garbage="whole")))
    outcome = dependency_garbage(recording(*relayed))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
    assert "quote hands on what it does not read" in outcome.reason
    dead = dependency_garbage(recording(*relayed, met("noise", alive=False)))
    assert isinstance(dead, Fact)
    assert not dead.passed


def test_without_a_refused_connection_to_compare_500_is_not_blamed() -> None:
    found = recording(met("noise", call(status=500)))
    found.facts["dependencies"][0]["refused"]["witness"] = {}
    outcome = dependency_garbage(found)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (Recording(), "no reply of a dependency could be disturbed"),
        (recording(met(witness={}, calls=(call(status=200),))), "no reply of a dependency could be disturbed"),
        (Recording(facts={"dependencies": [{"problem": "nobody reaches vendor"}]}), "nobody reaches vendor"),
    ],
)
def test_what_met_nobody_is_not_known(found: Recording, reason: str) -> None:
    outcome = dependency_garbage(found)
    assert isinstance(outcome, Unknown)
    assert outcome.reason == reason
