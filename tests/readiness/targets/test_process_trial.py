"""Copies beside a running instance: one that gets ready, and those that are given a port that cannot be had."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from readiness.plugins import Workplace
from readiness.targeting import Adapter, ProcessControl, TargetSpec, Trial
from readiness.targets.process import ProcessTarget

SERVICE = Path(__file__).parent.parent.parent / "services" / "plain_service.py"
SPEC = TargetSpec(start=("{python}", str(SERVICE), "--port", "{port}"))
# What the service is started through: it tells what it was given.
TELLING = (
    "import os, runpy, sys; print(os.environ['WORD'], {1: {}}, flush=True); "
    "del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)


def tried(folder: Path, attempt: Callable[[ProcessControl, int], Awaitable[Trial]], spec: TargetSpec = SPEC) -> Trial:
    """What became of an attempt beside a running instance."""

    async def whole() -> Trial:
        adapter: Adapter = ProcessTarget(spec, Workplace(str(folder)))
        await adapter.open()
        try:
            assert adapter.process is not None
            return await attempt(adapter.process, adapter.handle()["port"])
        finally:
            await adapter.close()

    return asyncio.run(whole())


def test_a_copy_on_a_port_of_its_own_gets_ready(tmp_path: Path) -> None:
    trial = tried(tmp_path, lambda process, _: process.trial({}))
    assert (trial.exit_status, trial.ready) == (None, True)


def test_a_copy_on_a_taken_port_ends_and_is_never_ready(tmp_path: Path) -> None:
    trial = tried(tmp_path, lambda process, port: process.trial({}, port=port))
    assert (trial.exit_status, trial.ready) == (1, False)
    assert "address already in use" in trial.output


@pytest.mark.parametrize(("port", "status"), [(70_000, 2), (0, 2)])
def test_a_port_that_cannot_be_is_passed_on(tmp_path: Path, port: int, status: int) -> None:
    trial = tried(tmp_path, lambda process, _: process.trial({}, port=port))
    assert (trial.exit_status, trial.ready) == (status, False)
    assert f"--port {port}" in trial.output


def test_braces_in_the_command_and_the_environment_are_plain_text(tmp_path: Path) -> None:
    start = ("{python}", "-c", TELLING, str(SERVICE), "--port", "{port}")
    spec = TargetSpec(start=start, environment={"WORD": "p{ss"})
    trial = tried(tmp_path, lambda process, _: process.trial({}), spec)
    assert (trial.exit_status, trial.ready) == (None, True), trial.output
    assert "p{ss {1: {}}" in trial.output
