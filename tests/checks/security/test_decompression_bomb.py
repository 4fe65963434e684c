"""What one body unpacks to is the boundary."""

from typing import Any

import pytest

from checks.security.decompression_bomb import decompression_bomb
from readiness import NotApplicable, Readings, Recording, Unknown
from tests.checks.wires import holds

ALIVE = {"alive": True, "status": 200, "error": ""}


def _recording(risen: float = 1e6, *, error: str = "", looks: int = 10, **after: Any) -> Recording:
    facts = {
        "operations": {"with_body": 1, "taking": ["create"]},
        "bomb": {"bytes": 64_000, "megabytes": 64, "sent": 4},
        "bomb_replies": [{"operation": "create", "status": 0 if error else 400, "error": error, "seconds": 0.1}],
        "after_bomb": ALIVE | after,
    }
    values = (50e6,) * (looks - 1) + (50e6 + risen,)
    readings = {"bomb rss_bytes": Readings("B", tuple(n / 50 for n in range(looks)), values)}
    return Recording(facts=facts, readings=readings)


@pytest.mark.parametrize("given", [_recording(), _recording(63.9e6), _recording(error="reset")])
def test_memory_that_stays_passes(given: Recording) -> None:
    assert holds(decompression_bomb(given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(64e6), "raised its memory by 64 MB"),
        (_recording(error="timeout"), "neither answered nor refused"),
        (_recording(alive=False), "after them"),
        (_recording(status=503), "answered 503"),
    ],
)
def test_memory_that_rises_and_a_dead_service_fail(given: Recording, reason: str) -> None:
    assert not holds(decompression_bomb(given), reason)


def test_the_share_may_be_set() -> None:
    assert not holds(decompression_bomb(_recording(7e6), share=0.1))


@pytest.mark.parametrize(
    "given",
    [Recording(), Recording(facts={"operations": {"with_body": 2, "taking": []}}), _recording(looks=4)],
)
def test_what_was_not_seen_is_unknown(given: Recording) -> None:
    assert isinstance(decompression_bomb(given), Unknown)


def test_without_bodies_it_is_not_applicable() -> None:
    facts = {"operations": {"with_body": 0, "taking": []}}
    assert isinstance(decompression_bomb(Recording(facts=facts)), NotApplicable)


def test_why_no_operation_was_tried_is_said() -> None:
    untaken = {"change": "a value in its path is not known", "create": "it answers 401 to an ordinary call"}
    outcome = decompression_bomb(Recording(facts={"operations": {"with_body": 2, "taking": [], "untaken": untaken}}))
    assert isinstance(outcome, Unknown)
    assert "change: a value in its path is not known; create: it answers 401 to an ordinary call" in outcome.reason
