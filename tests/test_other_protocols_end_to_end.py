"""A service that is described by WebSocket messages or gRPC calls is put under load and graded like any other."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.errors import SettingsError
from readiness.loader import load
from readiness.measure.recording import read_recording
from readiness.plan import make_plan, missing_capabilities
from readiness.policy import STANDARD
from readiness.settings import EMBEDDED, Settings, read_settings
from readiness.targeting import Operation, TargetSpec

ROOT = Path(__file__).parent.parent
SERVICE = ROOT / "tests" / "services" / "speaking_service.py"
DESCRIBED: dict[str, dict[str, Any]] = {
    "websocket": {
        "operations": [
            {"name": "ask", "method": "SEND", "path": "/chat", "body": {"say": "hello"}, "weight": 1},
            {"name": "page", "path": "/", "weight": 1},
        ],
    },
    "grpc": {
        "address": "grpc://127.0.0.1:{port}",
        "operations": [
            {"name": "add", "method": "CALL", "path": "/sample.Calculator/Add", "body": {"left": 1}, "weight": 2},
            {"name": "none", "method": "CALL", "path": "/sample.Calculator/Refuse", "body": {}, "expect": [404], "weight": 1},
        ],
    },
}  # fmt: skip


def graded(folder: Path, protocol: str, **changed: Any) -> tuple[dict[str, Any], set[tuple[str, int, str]]]:
    """Run load checks against the service; return their results by name, and what calls came to: operation, status, failure."""
    start = [sys.executable, str(SERVICE), "{port}", protocol]
    target = {"name": protocol, "start": start, "directory": str(ROOT), "environment": {"PYTHONPATH": str(ROOT)},
              "grants": ["read", "load"], **DESCRIBED[protocol], **changed}  # fmt: skip
    options = {"steady_load": {"rate": 60.0, "seconds": 2.0, "shortest": 2.0, "warm_up": 0.3, "rest": 0.2}}
    (folder / "readiness.yaml").write_text(yaml.safe_dump({"target": target, "scenarios": options}))
    call = [sys.executable, "-m", "readiness", "run", "--config", str(folder / "readiness.yaml"), "--profile", "quick",
            "--check", "error_rate", "unknown_path", "--output", str(folder / "out")]  # fmt: skip
    done = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)
    found = sorted(folder.glob("out/*/production_validation_report_*.json"))
    assert found, done.stdout + done.stderr
    report = json.loads(found[-1].read_text())
    samples = read_recording(next(folder.glob("out/*/recordings")), "steady_load").samples
    results = {result["check"]: result for suite in report["detailed_results"].values() for result in suite["results"]}
    return results, {(sample.operation, sample.status, sample.error) for sample in samples.rows}


def test_websocket_messages_are_operations_beside_requests(tmp_path: Path) -> None:
    results, calls = graded(tmp_path, "websocket")
    assert calls == {("ask", 200, ""), ("page", 200, "")}
    assert results["error_rate"]["status"] != "FAIL"
    assert results["unknown_path"]["status"] in ("FAIL", "WARN"), results["unknown_path"]["reason"]


def test_grpc_calls_are_operations_and_no_request_is_sent(tmp_path: Path) -> None:
    results, calls = graded(tmp_path, "grpc")
    assert calls == {("add", 200, ""), ("none", 404, "")}
    assert results["error_rate"]["status"] != "FAIL"
    assert results["unknown_path"]["status"] == "UNKNOWN"
    assert "answers HTTP requests" in results["unknown_path"]["reason"]


def test_calls_that_fail_are_failures_of_the_target(tmp_path: Path) -> None:
    wrong = {"name": "add", "method": "CALL", "path": "/sample.Calculator/Add", "body": {"middle": 1}, "weight": 1}
    results, calls = graded(tmp_path, "grpc", operations=[wrong])
    assert calls == {("add", 0, "body does not fit")}
    assert results["error_rate"]["status"] == "FAIL"


def described(**fields: Any) -> Settings:
    settings = read_settings(EMBEDDED, variables={})
    return settings.model_copy(update={"target": TargetSpec(**fields)})


def test_what_no_http_request_may_be_sent_to_offers_calls_only() -> None:
    spec = TargetSpec(address="grpc://127.0.0.1:1", health={"ready": "/ready"}, metrics="/metrics")
    missing = missing_capabilities(spec)
    assert {"http", "health", "metrics"} <= set(missing)
    assert "calls" not in missing
    assert "calls" in missing_capabilities(TargetSpec(address="python:package.module:name"))


def test_a_library_that_is_missing_is_a_complaint_about_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("readiness.load.protocols.find_spec", lambda name: None)
    ask = Operation(name="ask", method="SEND")
    with pytest.raises(
        SettingsError, match=r"operation 'ask': WebSocket needs websockets.*readiness-gate\[websocket\]"
    ):
        make_plan(load(), described(address="http://127.0.0.1:1", operations=(ask,)), STANDARD)
    plain = described(address="http://127.0.0.1:1", operations=(Operation(name="page"),))
    assert make_plan(load(), plain, STANDARD).checks
