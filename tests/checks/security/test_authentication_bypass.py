"""One spelling that lets a stranger in is enough."""

import pytest

from checks.security.authentication_bypass import authentication_bypass
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(*let_in: bool) -> Recording:
    rows = [
        {"operation": f"read {n}", "how": "two slashes", "status": 200, "let_in": one} for n, one in enumerate(let_in)
    ]
    return Recording(facts={"spellings": rows})


def test_pages_for_everything_pass() -> None:
    assert holds(authentication_bypass(_recording(False, False)), "2 other spellings of 2 guarded reads")


def test_one_that_is_let_in_fails() -> None:
    given = _recording(False, True, False)
    assert not holds(authentication_bypass(given), "read 1 answered 200 to a stranger by two slashes")


@pytest.mark.parametrize("given", [Recording(), _recording()])
def test_without_a_guarded_read_nothing_is_known(given: Recording) -> None:
    assert isinstance(authentication_bypass(given), Unknown)
