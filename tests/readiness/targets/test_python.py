"""A callable as a target: what it raises, returns or is sent ends in a reply, what its module raises in a TargetError."""

import asyncio
import json
import secrets
import sys
from pathlib import Path

import pytest

from readiness.errors import TargetError
from readiness.exchange import Reply, Request
from readiness.plugins import Workplace
from readiness.targeting import TargetSpec
from readiness.targets.python import PythonTarget


def sent(folder: Path, source: str, body: bytes = b"", timeout: float = 10.0) -> Reply:
    """The reply of `answer` in a module with this source."""
    name = f"answering_{secrets.token_hex(8)}"  # a module is imported once
    (folder / f"{name}.py").write_text(source)

    async def whole() -> Reply:
        adapter = PythonTarget(
            TargetSpec(address=f"python:{name}:answer", directory=str(folder)), Workplace(str(folder))
        )
        await adapter.open()
        return await adapter.send(Request("CALL", "/", {}, body, timeout))

    return asyncio.run(whole())


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The adapter puts the module's folder there."""
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_the_body_gives_the_arguments_and_the_answer_is_json(tmp_path: Path, kind: str) -> None:
    reply = sent(tmp_path, f"{kind} answer(left, right=1): return {{'sum': left + right}}", b'{"left": 2, "right": 3}')
    assert (reply.status, json.loads(reply.body), reply.error) == (200, {"sum": 5}, "")


@pytest.mark.parametrize(
    "source",
    [
        "class Answer:\n    async def __call__(self): return 5\nanswer = Answer()",
        "import functools\nasync def five(): return 5\nanswer = functools.partial(five)",
        "async def five(): return 5\nanswer = lambda: five()",
    ],
)
def test_whatever_gives_something_to_await_is_awaited(tmp_path: Path, source: str) -> None:
    reply = sent(tmp_path, source)
    assert (reply.status, reply.body) == (200, b"5")


@pytest.mark.parametrize(
    ("source", "body", "said"),
    [
        ("def answer(): return {(1, 2): 3}", b"", "TypeError: keys must be str"),
        ("def answer():\n    found = []\n    found.append(found)\n    return found", b"", "ValueError: Circular"),
        ("def answer(): return 1", b"{", "JSONDecodeError: "),
        ("def answer(): return 1", b"[1]", "TypeError: "),
        ("def answer(): return 1", b'{"unknown": 1}', "TypeError: "),
        ("def answer(): raise ValueError('\\udcff')", b"", "ValueError: \\udcff"),
        ("import sys\ndef answer(): sys.exit(3)", b"", "SystemExit: 3"),
        ("import sys\nasync def answer(): sys.exit(3)", b"", "SystemExit: 3"),
    ],
)
def test_whatever_goes_wrong_is_a_failed_reply(tmp_path: Path, source: str, body: bytes, said: str) -> None:
    reply = sent(tmp_path, source, body)
    assert reply.status == 500
    assert reply.text.startswith(said)


def test_no_answer_in_time_is_a_timeout(tmp_path: Path) -> None:
    reply = sent(tmp_path, "import asyncio\nasync def answer(): await asyncio.sleep(60)", timeout=0.05)
    assert (reply.status, reply.error) == (0, "timeout")


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def answer(:", "SyntaxError: "),
        ("answer = nothing", "NameError: name 'nothing' is not defined"),
        ("1 / 0", "ZeroDivisionError: "),
        ("raise SystemExit(2)", "SystemExit: 2"),
        ("import nothing_there", "No module named 'nothing_there'; right would be python:package.module:name"),
        ("other = 1", "has no attribute 'answer'"),
        ("answer = 1", "answer is a int, not a callable"),
    ],
)
def test_a_module_that_cannot_be_imported_is_told(tmp_path: Path, source: str, said: str) -> None:
    with pytest.raises(TargetError) as caught:
        sent(tmp_path, source)
    assert "target python:answering_" in str(caught.value)
    assert said in str(caught.value)
