"""Below 500 and alive passes; an error of the server or a silence fails."""

from typing import Any

import pytest

from checks.security.deep_json import deep_json
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(status: int = 400, error: str = "", **after: Any) -> Recording:
    told = [{"operation": "create", "what": what, "status": 400, "error": ""} for what in ("lists", "objects")]
    told.append({"operation": "create", "what": "more lists", "status": status, "error": error})
    alive = {"alive": True, "status": 200, "error": ""} | after
    return Recording(facts={"operations": {"with_body": 1, "taking": ["create"]}, "deep": told, "after_deep": alive})


@pytest.mark.parametrize(
    "given", [_recording(), _recording(413), _recording(200), _recording(0, "reset"), _recording(499)]
)
def test_a_refusal_passes(given: Recording) -> None:
    assert holds(deep_json(given), "3 deeply nested")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(500), "1 of 3 were not refused in order; the first: create, more lists: 500"),
        (_recording(0, "timeout"), "more lists: timeout"),
        (_recording(alive=False), "after them"),
        (_recording(502), "502"),
    ],
)
def test_a_breakage_fails(given: Recording, reason: str) -> None:
    assert not holds(deep_json(given), reason)


def test_a_service_that_is_gone_afterwards_fails() -> None:
    told = _recording()
    gone = Recording(facts={**told.facts, "after_deep": {"alive": True, "status": 0, "error": "refused"}})
    assert not holds(deep_json(gone), "after them it answered refused")


@pytest.mark.parametrize("given", [Recording(), Recording(facts={"operations": {"with_body": 2, "taking": []}})])
def test_what_was_not_sent_is_unknown(given: Recording) -> None:
    assert isinstance(deep_json(given), Unknown)


def test_without_bodies_it_is_not_applicable() -> None:
    facts = {"operations": {"with_body": 0, "taking": []}}
    assert isinstance(deep_json(Recording(facts=facts)), NotApplicable)
