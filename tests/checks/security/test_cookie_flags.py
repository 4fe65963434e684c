"""Each missing flag fails, on cookies that identify somebody."""

import pytest

from checks.security.cookie_flags import cookie_flags
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


def _cookie(line: str) -> Recording:
    return recording("plain", GET=reply(headers={"set-cookie": line}))


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("session=1; Secure; SameSite=Lax", "lacks HttpOnly"),
        ("theme=1\nsid=1; HttpOnly; SameSite=Lax", "lacks Secure"),
        ("token=1; httponly; secure", "lacks SameSite"),
    ],
)
def test_each_missing_flag_fails(line: str, missing: str) -> None:
    assert not holds(cookie_flags(_cookie(line)), missing)


def test_all_three_pass() -> None:
    assert holds(cookie_flags(_cookie("session=1; Path=/; Secure; HttpOnly; SameSite=Strict")))


@pytest.mark.parametrize("line", ["", "theme=dark"])
def test_other_cookies_do_not_count(line: str) -> None:
    assert isinstance(cookie_flags(_cookie(line)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), recording("plain", GET=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(cookie_flags(given), Unknown)
