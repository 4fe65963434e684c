"""Payloads are what they claim to be, and only a proof counts as one."""

import asyncio
import base64
import hmac
import json
import sqlite3
from collections.abc import Callable
from urllib.parse import unquote

import jinja2
import pytest

from readiness import Operation, Reply, Request, Target, TargetSpec
from scenarios.production_readiness import intrusion

WORD = "nobody"


def _token() -> str:
    head, claims = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (
        {"alg": "HS256"}, {"sub": "alice", "exp": 2_000_000_000}
    ))  # fmt: skip
    return f"{head}.{claims}.{_signature(f'{head}.{claims}')}"


def _signature(text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(b"key", text.encode(), "sha256")).decode().rstrip("=")


def test_no_forged_token_carries_a_right_signature() -> None:
    forged = dict(intrusion._forged(_token()))
    assert {"alg none", "no signature", "another signature", "other claims", "a longer life"} <= forged.keys()
    for how, token in forged.items():
        signed, _, signature = token.rpartition(".")
        assert signature != _signature(signed), how
        assert token != _token(), how


def test_a_token_without_an_end_gets_no_longer_life() -> None:
    head, _, signature = _token().split(".")
    claims = base64.urlsafe_b64encode(b'{"sub": "alice"}').decode().rstrip("=")
    assert "a longer life" not in dict(intrusion._forged(f"{head}.{claims}.{signature}"))


def test_every_spelling_differs_from_the_plain_call() -> None:
    plain = "/v1/quotes/U?limit=1"
    spelled = list(intrusion._spelled(plain))
    assert len({(path, *headers.items()) for _, path, headers in spelled}) == len(spelled)
    assert all(path != plain or headers for _, path, headers in spelled)
    decoded = [unquote(path) for what, path, _ in spelled if what == "an encoded letter"]
    assert decoded == [plain]


@pytest.mark.parametrize(
    ("where", "statement"),
    [
        ("in quotation marks", "SELECT * FROM notes WHERE text = '{}'"),
        ("of numbers", "SELECT * FROM notes WHERE id = {}"),
        ("within LIKE", "SELECT * FROM notes WHERE text LIKE '%{}%'"),
    ],
)
def test_each_comparison_proves_itself_where_it_is_pasted(where: str, statement: str) -> None:
    assert asyncio.run(intrusion._compares(_asking(statement), intrusion.COMPARISONS[where], WORD))


@pytest.mark.parametrize("form", intrusion.COMPARISONS.values(), ids=intrusion.COMPARISONS)
def test_a_parameter_proves_nothing(form: str) -> None:
    assert not asyncio.run(intrusion._compares(_asking("SELECT * FROM notes WHERE text = ?"), form, WORD))


@pytest.mark.parametrize("form", intrusion.COMPARISONS.values(), ids=intrusion.COMPARISONS)
def test_a_search_for_words_proves_nothing(form: str) -> None:
    async def ask(payload: str) -> tuple[Reply, float]:
        words = sorted(set(payload.replace("'", " ").replace("=", " ").split()))
        return Reply(200, {}, ("found: " + ", ".join(word * 40 for word in words)).encode(), 0.0), 0.0

    assert not asyncio.run(intrusion._compares(ask, form, WORD))


def _asking(statement: str) -> intrusion.Ask:
    """A service over a real database, which pastes the value or passes it."""

    async def ask(payload: str) -> tuple[Reply, float]:
        database = sqlite3.connect(":memory:")
        try:
            database.execute("CREATE TABLE notes (id INTEGER, text TEXT)")
            database.execute("INSERT INTO notes VALUES (7, 'a note that is long enough to be seen')")
            if "?" in statement:
                rows = database.execute(statement, (payload,)).fetchall()
            else:
                rows = database.execute(statement.format(payload)).fetchall()
        except sqlite3.Error:
            return Reply(400, {}, b"", 0.0), 0.0
        finally:
            database.close()
        return Reply(200, {}, json.dumps(rows).encode(), 0.0), 0.0

    return ask


@pytest.mark.parametrize(
    ("true", "false", "differ"),
    [(200, 404, True), (200, 429, False), (200, 500, False), (404, 200, False), (404, 404, False), (200, 200, False)],
)
def test_only_a_good_answer_beside_a_refusal_differs(true: int, false: int, differ: bool) -> None:
    assert intrusion._differ(Reply(true, {}, b"", 0.0), Reply(false, {}, b"", 0.0)) is differ


@pytest.mark.parametrize(
    ("took", "waits"),
    [
        ({"1.0": 1.0, "0.0": 0.0, "2.0": 2.0}, True),
        ({"1.0": 0.9, "0.0": 0.0, "2.0": 2.0}, False),
        ({"1.0": 1.5, "0.0": 1.5, "2.0": 2.5}, False),
        ({"1.0": 1.5, "0.0": 0.1, "2.0": 1.5}, False),
    ],
    ids=["it waits as told", "not at all", "always slow", "slow by chance"],
)
def test_a_delay_must_follow_what_was_asked(took: dict[str, float], waits: bool) -> None:
    async def ask(payload: str) -> tuple[Reply, float]:
        return Reply(200, {}, b"", 0.0), took[payload]

    assert asyncio.run(intrusion._waits(ask, "{}", 1.0)) is waits


@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ('{"a": 1, "b": 2}', '{"b": 3, "a": 4}', True),
        ('{"a": 1}', '{"error": 1}', False),
        ('[{"a": 1}]', '[{"a": 2}, {"a": 3}]', True),
        ("plain", " plain\n", True),
        ("plain", "other", False),
    ],
)
def test_replies_are_recognised_by_their_names(first: str, second: str, alike: bool) -> None:
    shapes = {intrusion._shape(Reply(200, {}, text.encode(), 0.0)) for text in (first, second)}
    assert (len(shapes) == 1) is alike


def test_placeholders_are_found_once_each() -> None:
    assert intrusion._placeholders("/a/{x}?y={y}&z={x}") == ["x", "y"]


def _rendered(payload: str) -> Reply:
    """A greeting whose template holds what the caller said."""
    return Reply(200, {}, jinja2.Environment(autoescape=True).from_string(f"Hello {payload}!").render().encode(), 0.0)


class Greeting:
    """Answers every call with what ``said`` makes of the last part of its path."""

    def __init__(self, said: Callable[[str], Reply]) -> None:
        self._said = said

    async def send(self, request: Request) -> Reply:
        return self._said(unquote(request.path.rpartition("/")[2]))


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (_rendered, ["the template {{7*191}}", "the template ${{7*191}}"]),
        (lambda payload: Reply(200, {}, f"Hello {payload}!".encode(), 0.0), []),
        (lambda payload: Reply(200, {}, b"Order 1337 is on its way", 0.0), []),
        (lambda payload: Reply(200, {}, b"Orders 1337 and 1351" if "7*" in payload else b"None", 0.0), []),
        (lambda payload: Reply(200, {}, b"Order 1337" if "7*" in payload else b"None", 0.0), []),
    ],
    ids=["evaluates", "repeats", "always holds the product", "holds both products", "holds one product"],
)
def test_a_template_must_follow_what_was_asked(said: Callable[[str], Reply], found: list[str]) -> None:
    hello = Operation(name="hello", path="/hello/{name}")
    target = Target(TargetSpec(operations=(hello,)), Greeting(said))  # type: ignore[arg-type]
    told = asyncio.run(intrusion._injected(target, hello, "name", {}, 1.0))
    assert told["found"] == found


def test_a_product_that_the_plain_word_gets_too_proves_nothing() -> None:
    async def ask(payload: str) -> tuple[Reply, float]:
        return _rendered(payload), 0.0

    assert asyncio.run(intrusion._evaluates(ask, "{{7*191}}", WORD, "Hello!"))
    assert not asyncio.run(intrusion._evaluates(ask, "{{7*191}}", WORD, "Hello, 1351!"))
