"""The inspection tells what it could not see: a log without a line, a caller who was not tried; and where it asked."""

import asyncio
from pathlib import Path

import pytest

from checks.security.default_credentials import default_credentials
from checks.security.error_leak import error_leak
from readiness import Fact, Recording, Unknown
from readiness.exchange import Reply, Request
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.targeting import Target, TargetSpec
from scenarios.production_readiness.inspection import inspection

ORDER = {"name": "order", "path": "/orders/{name}", "identity": "alice"}
CREATE = {
    "name": "create", "method": "POST", "path": "/orders", "identity": "alice", "effect": "write", "body": {"of": "{name}"},
}  # fmt: skip


class Shop:
    """Refuses strangers with ``refusal`` and repeats the path of what it does not find; its log is ``log`` and the ids."""

    def __init__(self, log: str | None, *, logs_ids: bool = False, refusal: int = 401) -> None:
        self.log, self._logs_ids, self._refusal = log, logs_ids, refusal

    @property
    def process(self) -> "Shop | None":
        return None if self.log is None else self

    def logs(self) -> str:
        return self.log or ""

    async def send(self, request: Request) -> Reply:
        id = request.headers.get("X-Request-ID", "")
        if self._logs_ids:
            self.log = f"{self.log}{id}\n"
        if request.headers.get("Authorization") != "Bearer 0123456789":
            return Reply(self._refusal, {}, b"{}", 0.0, "" if self._refusal else "timeout")
        told = f'{{"path": "/app{request.path}"}}'.replace("'", "%27")
        return Reply(404, {"x-request-id": id}, told.encode(), 0.0)


def inspected(folder: Path, shop: Shop) -> Recording:
    spec = TargetSpec.model_validate({
        "address": "http://127.0.0.1:1/app/", "identities": {"alice": {"value": "Bearer 0123456789"}}, "operations": (ORDER, CREATE),
    })  # fmt: skip
    recorder = Recorder(folder, "inspection")

    async def drive() -> None:
        with recorder.ending():
            await inspection(Target(spec, shop), recorder)  # type: ignore[arg-type]

    asyncio.run(drive())
    return read_recording(folder, "inspection")


@pytest.mark.parametrize(
    ("shop", "in_logs"),
    [(Shop(None), None), (Shop(""), None), (Shop("started\n"), False), (Shop("started\n", logs_ids=True), True)],
    ids=["no log", "an empty log", "a log without requests", "a log with ids"],
)
def test_whether_an_id_is_logged_is_open_where_no_log_can_be_seen(
    tmp_path: Path, shop: Shop, in_logs: bool | None
) -> None:
    told = inspected(tmp_path, shop).facts["request_id"]
    assert told == {"status": 404, "returned": True, "in_logs": in_logs}


def test_the_path_of_each_wrong_request_is_told_and_no_file(tmp_path: Path) -> None:
    recording = inspected(tmp_path, Shop(None))
    asked = {one["what"]: one["path"] for one in recording.facts["errors"]}
    assert asked == {
        "unknown path": "", "order: bad values": "/app/orders/no-such'value", "create: bad values": "/app/orders",
        "create: malformed JSON": "/app/orders", "create: wrong types": "/app/orders",
    }  # fmt: skip
    outcome = error_leak(recording)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


@pytest.mark.parametrize(("refusal", "came"), [(0, "timeout"), (503, "503")])
def test_a_stranger_who_was_not_refused_is_told(tmp_path: Path, refusal: int, came: str) -> None:
    recording = inspected(tmp_path, Shop(None, refusal=refusal))
    (told,) = recording.facts["anonymous_reads"]
    assert told == {"operation": "order", "identity": "alice", "status": refusal, "error": "" if refusal else "timeout"}
    outcome = default_credentials(recording)
    assert isinstance(outcome, Unknown), "nothing was tried"
    assert outcome.reason == f"order answered {came} to a call without credentials"


def test_a_stranger_who_was_refused_is_told_and_credentials_are_tried(tmp_path: Path) -> None:
    recording = inspected(tmp_path, Shop(None))
    assert [one["status"] for one in recording.facts["anonymous_reads"]] == [401]
    outcome = default_credentials(recording)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason
