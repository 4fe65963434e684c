"""A wrong key is another key however keys are read, and operations for everybody are asked wrongly, too."""

import asyncio
import base64
import binascii
import string
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from checks.security.authentication_required import authentication_required
from readiness import Fact, Recording
from readiness.exchange import Reply, Request
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.targeting import Target, TargetSpec
from scenarios.production_readiness.inspection import BAD_VALUE, _other, _wrong, inspection

SIXTEEN = base64.b64encode(bytes(15) + b"\x9b").decode()
"""16 bytes: of the last letter four bits are unused, two characters are padding, and no hexadecimal digit is near."""


def leniently(text: str) -> bytes:
    """Bytes of a key as many decoders read it: what follows the padding and unused bits are ignored."""
    body = text.partition("=")[0]
    try:
        return binascii.a2b_base64(body + "=" * (-len(body) % 4))
    except binascii.Error:
        return b""


@pytest.mark.parametrize("count", [9, 10, 11, 12, 16, 32])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["standard", "for addresses"])
@pytest.mark.parametrize("padded", [True, False])
def test_a_key_in_base64_becomes_other_bytes(count: int, encode: Callable[[bytes], bytes], padded: bool) -> None:
    for last in range(256):
        key = encode(bytes(range(count - 1)) + bytes([last])).decode()
        key = key if padded else key.rstrip("=")
        standard = str.maketrans("-_", "+/")
        assert leniently(_other(key).translate(standard)) != leniently(key.translate(standard)), key


@pytest.mark.parametrize(
    "key",
    ["", "x", "X", "-", "!?", "test", "--------", "xxxx----", "----zzzz", "ab____cdef", "кирпичики", SIXTEEN],
)
def test_a_wrong_key_is_never_the_right_one(key: str) -> None:
    assert _other(key) != key
    assert _other(key).lower() != key.lower(), "some services read keys without regard to case"
    assert len(_other(key)) == max(len(key), 1)


def test_hexadecimal_digits_stay_what_they_are() -> None:
    key = "0123456789abcdef"
    assert set(_other(key)) <= set(string.hexdigits.lower())
    assert _other("DEADBEEF") == "EFBEBEEF"


def test_a_scheme_stays() -> None:
    assert _wrong("Bearer 0123456789abcdef") == f"Bearer {_other('0123456789abcdef')}"


@pytest.mark.parametrize(
    ("pair", "name", "password"),
    [
        ("alice:0123456789", "alice", "0134566789"), ("alice:ab", "alice", "bc"), ("alice:x:y", "alice", "y:z"),
        ("0123456789:", "0134566789", ""), ("alice:\xe9\xe9\xe9", "alice", "x\xe9\xe9"),
    ],
)  # fmt: skip
def test_basic_credentials_are_other_ones_once_decoded(pair: str, name: str, password: str) -> None:
    value = _wrong("Basic " + base64.b64encode(pair.encode("latin-1")).decode())
    assert base64.b64decode(value.removeprefix("Basic ")).decode("latin-1") == f"{name}:{password}"


def test_basic_credentials_that_cannot_be_decoded_are_other_ones() -> None:
    assert _wrong("Basic a") == "Basic b"


class Serving:
    """A read for the owner of a key, and a few things for everybody."""

    process = None

    def __init__(self) -> None:
        self.sent: list[Request] = []

    async def send(self, request: Request) -> Reply:
        self.sent.append(request)
        if request.path == "/mine":
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            return Reply(200 if leniently(given) == leniently(SIXTEEN) else 401, {}, b"{}", 0.0)
        return Reply(422 if request.path.startswith("/notes") else 404, {}, b"{}", 0.0)


MINE = {"name": "mine", "path": "/mine", "identity": "alice"}
OPEN: list[dict[str, Any]] = [
    {"name": "create", "method": "POST", "path": "/notes", "effect": "write", "body": {"text": "{name}"}},
    {"name": "note", "path": "/notes/{name}"},
    {"name": "list", "path": "/notes"},
]
NOT_TO_BE_DISTURBED: list[dict[str, Any]] = [
    {"name": "stop", "method": "POST", "path": "/notes/stop", "effect": "disrupt", "body": {"at": "{now}"}},
    {"name": "elsewhere", "path": "/notes/{name}", "dependency": "other"},
]


def inspected(folder: Path, *operations: dict[str, Any]) -> tuple[Recording, list[Request]]:
    """What the inspection of these operations recorded and sent."""
    described = {"identities": {"alice": {"value": f"Bearer {SIXTEEN}"}}, "operations": operations}
    serving = Serving()
    target = Target(TargetSpec.model_validate(described), serving)  # type: ignore[arg-type]
    recorder = Recorder(folder, "inspection")

    async def drive() -> None:
        with recorder.ending():
            await inspection(target, recorder)

    asyncio.run(drive())
    return read_recording(folder, "inspection"), serving.sent


def test_the_wrong_key_of_a_sound_service_is_refused(tmp_path: Path) -> None:
    recording, _ = inspected(tmp_path, MINE)
    row = recording.facts["access"]["operations"][0]
    assert (row["own"], row["anonymous"], row["wrong key"]) == (200, 401, 401)
    outcome = authentication_required(recording)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


def test_operations_for_everybody_are_asked_wrongly(tmp_path: Path) -> None:
    recording, _ = inspected(tmp_path, *OPEN)
    asked = [one["what"] for one in recording.facts["errors"]]
    wrongly = ["create: bad values", "create: malformed JSON", "create: wrong types", "note: bad values"]
    assert asked == ["unknown path", *wrongly]
    assert recording.facts["personal_data"] == {"sent": 2, "shown": None, "taking": 1}
    assert recording.facts["described"] == 3


def test_their_replies_may_be_cached_and_those_to_callers_not(tmp_path: Path) -> None:
    recording, _ = inspected(tmp_path, MINE, *OPEN)
    guarded = {one["what"]: one["guarded"] for one in recording.facts["headers"]}
    assert {what for what, is_guarded in guarded.items() if is_guarded} == {
        "mine (own)", "mine (anonymous)", "mine (wrong key)",
    }  # fmt: skip
    assert guarded["create: malformed JSON"] is False
    assert guarded["unknown path"] is False


def test_what_disturbs_others_is_left_alone(tmp_path: Path) -> None:
    _, sent = inspected(tmp_path, *NOT_TO_BE_DISTURBED)
    assert {request.path.partition("-")[0] for request in sent} == {"/no", "/"}, [request.path for request in sent]


def test_parameters_of_an_address_are_asked_wrongly_and_an_address_without_any_is_not(tmp_path: Path) -> None:
    search = {"name": "search", "path": "/find?size=20&word=fish&deep="}
    remove = {"name": "remove", "method": "DELETE", "path": "/find?size=20", "effect": "write"}
    recording, sent = inspected(tmp_path, search, remove, OPEN[2])
    assert [one["what"] for one in recording.facts["errors"]] == ["unknown path", "search: bad values"]
    asked = [request.path for request in sent if request.path.startswith("/find")]
    assert f"/find?size={quote(BAD_VALUE)}&word={quote(BAD_VALUE)}&deep={quote(BAD_VALUE)}" in asked
