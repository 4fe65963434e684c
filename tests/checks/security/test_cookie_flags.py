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


@pytest.mark.parametrize(
    "name",
    [
        "session", "sessionid", "_shop_session", "__Host-session", "usersession", "session2", "PHPSESSID", "JSESSIONID",
        "ASP.NET_SessionId", "ASPSESSIONIDQABCDEFG", "SESSab0123456789abcdef0123456789abcdef", "SSESS0123456789abcdef0123456789",
        "connect.sid", "sid", "koa.sess", "auth", "auth_token", "access-token", "accessToken", "authToken", "refreshtoken", "token",
        "_oauth2_proxy", ".ASPXAUTH", "jwt", "login", "user", "user_id", "userId", "username",
    ],
)  # fmt: skip
def test_names_of_a_session_or_a_caller_count(name: str) -> None:
    assert not holds(
        cookie_flags(_cookie(f"{name}=1; Path=/")), f"the cookie {name!r} lacks HttpOnly, Secure, SameSite"
    )


@pytest.mark.parametrize(
    "name",
    [
        "csrftoken", "XSRF-TOKEN", "_csrf", "_xsrf", "csrf_token", "X-CSRF-Token", "__RequestVerificationToken",
        ".AspNetCore.Antiforgery.x1", "sidebar", "sidebar_open", "user_lang", "userTheme", "author", "authorName", "authority",
        "theme", "locale", "tokenizer", "essay", "siding", "side_id",
    ],
)  # fmt: skip
def test_names_that_only_begin_alike_or_guard_against_forgery_do_not_count(name: str) -> None:
    assert isinstance(cookie_flags(_cookie(f"{name}=1; Path=/")), NotApplicable)


def test_one_that_does_not_count_does_not_hide_one_that_does() -> None:
    assert not holds(
        cookie_flags(_cookie("csrftoken=1\nsessionid=2; Secure; SameSite=Lax")), "'sessionid' lacks HttpOnly"
    )


@pytest.mark.parametrize("line", ["", "theme=dark"])
def test_other_cookies_do_not_count(line: str) -> None:
    assert isinstance(cookie_flags(_cookie(line)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), recording("plain", GET=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(cookie_flags(given), Unknown)
