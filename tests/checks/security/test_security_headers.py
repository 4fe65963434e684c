"""Both headers on every reply; case and further directives do not matter."""

import pytest

from checks.security.security_headers import security_headers
from readiness import Fact, Recording, Unknown


def _recording(sniff: str, cache: str) -> Recording:
    headers = {"x-content-type-options": "nosniff", "cache-control": "no-store"}
    good = {"what": "quote", "status": 200, "guarded": True, **headers}
    return Recording(facts={"headers": [good, {**good, "x-content-type-options": sniff, "cache-control": cache}]})


@pytest.mark.parametrize(("sniff", "cache"), [("nosniff", "no-store"), ("NoSniff", "private, No-Store")])
def test_both_headers_pass(sniff: str, cache: str) -> None:
    outcome = security_headers(_recording(sniff, cache))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize(
    ("sniff", "cache", "missing"), [("", "no-store", "nosniff"), ("nosniff", "public, max-age=60", "no-store")]
)
def test_one_missing_header_on_one_reply_fails(sniff: str, cache: str, missing: str) -> None:
    outcome = security_headers(_recording(sniff, cache))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert outcome.reason.startswith("1 of 2 replies")
    assert missing in outcome.reason


@pytest.mark.parametrize(("sniff", "passed"), [("nosniff", True), ("", False)])
def test_a_public_reply_may_be_cached_but_not_guessed(sniff: str, passed: bool) -> None:
    public = {"what": "unknown path", "status": 404, "guarded": False, "x-content-type-options": sniff}
    outcome = security_headers(Recording(facts={"headers": [{**public, "cache-control": ""}]}))
    assert isinstance(outcome, Fact)
    assert outcome.passed is passed, outcome.reason


def test_no_reply_is_unknown() -> None:
    assert isinstance(security_headers(Recording(facts={"headers": []})), Unknown)


@pytest.mark.parametrize(
    ("what", "sniff", "described", "passed"),
    [
        ("unknown path", "nosniff", 2, None), ("unknown path", "nosniff", 0, True), ("unknown path", "", 2, False),
        ("note: bad values", "nosniff", 2, True),
    ],
)  # fmt: skip
def test_the_reply_of_an_unknown_path_does_not_speak_for_operations(
    what: str, sniff: str, described: int, passed: bool | None
) -> None:
    reply = {"what": what, "status": 404, "guarded": False, "x-content-type-options": sniff, "cache-control": ""}
    outcome = security_headers(Recording(facts={"headers": [reply], "described": described}))
    if passed is None:
        assert isinstance(outcome, Unknown)
        assert "no described operation" in outcome.reason
    else:
        assert isinstance(outcome, Fact)
        assert outcome.passed is passed
