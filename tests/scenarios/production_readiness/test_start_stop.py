"""A copy on a taken port says something only where a copy on a port of its own gets ready."""

import asyncio
from pathlib import Path
from typing import Any

from checks.configuration.port_conflict import port_conflict
from readiness import Fact, Recording, Unknown
from readiness.plugins import Workplace
from readiness.targeting import Target, TargetSpec
from readiness.targets.process import ProcessTarget
from scenarios.production_readiness.start_stop import _conflict

SERVICE = Path(__file__).parents[2] / "services" / "plain_service.py"
ALONE = """
import http.server, os, sys
try:
    os.mkdir(sys.argv[2])
except FileExistsError:
    sys.exit("another one runs already")
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


def conflict(folder: Path, *start: str) -> dict[str, Any]:
    """What a second copy of this service does on its port."""
    spec = TargetSpec(start=start, directory=str(folder))

    async def whole() -> dict[str, Any]:
        adapter = ProcessTarget(spec, Workplace(str(folder)))
        await adapter.open()
        try:
            return await _conflict(Target(spec, adapter), 5.0, control_seconds=5.0)
        finally:
            await adapter.close()

    return asyncio.run(whole())


def test_a_copy_that_starts_elsewhere_and_ends_on_the_taken_port_passes(tmp_path: Path) -> None:
    told = conflict(tmp_path, "{python}", str(SERVICE), "--port", "{port}")
    assert told["right"] is True
    assert (told["before"], told["first_status"]) == (200, 200)
    assert told["exit_status"] == 1
    outcome = port_conflict(Recording(facts={"conflict": told}))
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


def test_a_copy_that_ends_on_any_port_says_nothing(tmp_path: Path) -> None:
    told = conflict(tmp_path, "{python}", "-c", ALONE, "{port}", str(tmp_path / "lock"))
    assert told["right"] is False
    assert told["exit_status"] == 1
    assert isinstance(port_conflict(Recording(facts={"conflict": told})), Unknown), "it ended for another reason"


def test_two_that_share_the_port_fail(tmp_path: Path) -> None:
    told = conflict(tmp_path, "{python}", str(SERVICE), "--port", "{port}", "--defect", "shares-port")
    assert told["right"] is True
    outcome = port_conflict(Recording(facts={"conflict": told}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "still ran" in outcome.reason
