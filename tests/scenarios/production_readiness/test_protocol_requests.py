"""What was never connected did not end, so no check takes it for a refusal."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from checks.reliability.unknown_method import unknown_method
from checks.security.directory_traversal import directory_traversal
from checks.security.header_injection import header_injection
from checks.security.reflected_script import reflected_script
from checks.security.request_smuggling import request_smuggling
from checks.security.trace_method import trace_method
from readiness import Recording, Unknown
from readiness.measure.recorder import Recorder
from readiness.measure.recording import read_recording
from readiness.targeting import Target, TargetSpec
from scenarios.production_readiness.protocol_requests import protocol_requests
from tests.readiness.load.serving import deserted

CHECKS = [directory_traversal, header_injection, reflected_script, request_smuggling, trace_method, unknown_method]


class Nobody:
    """An address at which nobody listens."""

    def __init__(self, port: int) -> None:
        self._port = port

    def handle(self) -> dict[str, Any]:
        return {"port": self._port}


@pytest.fixture(scope="module")
def unheard(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    folder: Path = tmp_path_factory.mktemp("unheard")
    recorder = Recorder(folder, "protocol_requests")

    async def drive(target: Target) -> None:
        with recorder.ending():
            await protocol_requests(target, recorder, timeout=10.0)

    with deserted() as port:
        asyncio.run(drive(Target(TargetSpec(), Nobody(port))))  # type: ignore[arg-type]
    return read_recording(folder, "protocol_requests")


def test_a_refused_connection_did_not_end(unheard: Recording) -> None:
    for group in ("plain", "outside", "ambiguous", "broken"):
        told = {what: (one["ended"], one["error"]) for what, one in unheard.facts[group].items()}
        assert set(told.values()) == {(False, "refused")}, told


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_without_a_connection_nothing_is_known(check: Any, unheard: Recording) -> None:
    assert isinstance(check(unheard), Unknown)
