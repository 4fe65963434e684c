"""One spelling that lets a stranger in is enough."""

import pytest

from checks.security.authentication_bypass import authentication_bypass
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(*let_in: bool, status: int = 200) -> Recording:
    """The last of the spellings is answered with ``status``, the others with 200."""
    rows = [
        {"operation": f"read {n}", "how": "two slashes", "status": 200, "let_in": one} for n, one in enumerate(let_in)
    ]
    if rows:
        rows[-1]["status"] = status
    return Recording(facts={"spellings": rows})


def test_pages_for_everything_pass() -> None:
    assert holds(authentication_bypass(_recording(False, False)), "2 other spellings of 2 guarded reads")


def test_one_that_is_let_in_fails() -> None:
    given = _recording(False, True, False)
    assert not holds(authentication_bypass(given), "read 1 answered 200 to a stranger by two slashes")


@pytest.mark.parametrize("given", [Recording(), _recording()])
def test_without_a_guarded_read_nothing_is_known(given: Recording) -> None:
    assert isinstance(authentication_bypass(given), Unknown)


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_what_was_not_answered_for_the_callers_sake_led_nowhere_that_is_known(status: int) -> None:
    given = _recording(False, False, status=status)
    outcome = authentication_bypass(given)
    assert isinstance(outcome, Unknown)
    assert "1 of 2 other spellings were not answered, or not for the caller's sake; the first: read 1" in outcome.reason
    assert f"answered {status or 'nothing'}" in outcome.reason
    assert not holds(authentication_bypass(_recording(True, False, status=status)), "read 0 answered 200")


@pytest.mark.parametrize("status", [400, 401, 404, 405])
def test_a_refusal_is_an_answer(status: int) -> None:
    assert holds(authentication_bypass(_recording(False, False, status=status)))
