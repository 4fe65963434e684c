"""The bodies are as deep as their names say, and small."""

import json

import pytest

from scenarios.production_readiness.hostile_bodies import _deep


@pytest.mark.parametrize(
    ("what", "levels", "closed"),
    [("10 000 lists", 10_000, True), ("10 000 objects", 10_000, True), ("100 000 lists", 100_000, True),
     ("100 000 open lists", 100_000, False)],
)  # fmt: skip
def test_each_body_is_as_deep_as_it_says(what: str, levels: int, closed: bool) -> None:
    body = _deep()[what].decode()
    assert len(body) <= 600_000
    assert body.count("[") + body.count("{") == levels
    assert (body.count("]") + body.count("}") == levels) is closed


def test_no_body_was_forgotten() -> None:
    assert len(_deep()) == 4


def test_a_reader_without_a_limit_gives_up_on_it() -> None:
    with pytest.raises(RecursionError):
        json.loads(_deep()["100 000 lists"])
