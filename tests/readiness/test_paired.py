"""Two versions of a small service as real processes: what is slower, what fails, what does not start, what is left."""

import asyncio
import gc
import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from readiness.errors import TargetError, UsageError
from readiness.interleaving import read_quads
from readiness.loader import load
from readiness.measure.pairs import Design, judge
from readiness.paired import PairedResult, compare_versions
from readiness.settings import Settings, read_settings
from tests.grading import until
from tests.readiness.faults.families import CLOBBER, left_over

SERVICE = '''
"""A service that takes so long for each answer, and answers with a status: PORT SECONDS [STATUS]."""
import sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 4096  # head and body in one segment, or every answer waits 40 ms for an acknowledgement

    def do_GET(self):
        ready = self.path == "/ready"
        if not ready:
            time.sleep(float(sys.argv[2]))
        self.send_response(200 if ready else int((sys.argv + ["200"])[3]))
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *arguments):
        pass

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''
SETTINGS = """
target:
  name: small
  start: ["{python}", service.py, "{port}", "0"]
  health: {ready: /ready}
  start_seconds: 20
  grants: [read, load]
  operations:
    - {name: item, path: /item, weight: 1}
"""
FAST = "{python} service.py {port} 0.001"
STUBBORN = f"{CLOBBER}import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
"""Its environment does not say any more whose it is, and it is not ended by being told to."""
DESIGN = Design(rate=400, block_seconds=0.05, warm_seconds=0.1, quads=10)


@pytest.fixture
def service(tmp_path: Path) -> Settings:
    (tmp_path / "service.py").write_text(SERVICE)
    (tmp_path / "readiness.yaml").write_text(SETTINGS)
    return read_settings(tmp_path / "readiness.yaml")


def compared(settings: Settings, candidate: str, folder: Path, design: Design = DESIGN) -> PairedResult:
    heard: list[tuple[int, int]] = []
    result = asyncio.run(
        compare_versions(
            settings, load(), {"baseline": FAST, "candidate": candidate}, design, folder,
            lambda done, most: heard.append((done, most)),
        )
    )  # fmt: skip
    assert heard == [(number + 1, design.quads) for number in range(len(heard))]
    cut_off = any("ended early" in caveat for caveat in result.caveats)
    missed = result.quads - len(heard)
    assert missed >= 0 if cut_off else missed == 0, "of the last ones nothing is heard where the load is ended"
    return result


def test_a_slower_version_is_a_regression_and_everything_is_on_disk(service: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "found"
    result = compared(service, "{python} service.py {port} 0.02", folder)
    assert result.conclusion == "regression"
    median = result.differences[0]
    assert (median.metric, median.verdict, median.quads) == ("latency_median", "worse", 10)
    assert median.candidate >= 0.02
    assert 1 < median.low < median.value
    stored = json.loads((folder / "paired.json").read_text())
    assert stored["conclusion"] == "regression"
    assert stored["commands"]["baseline"] == FAST
    assert stored["design"] == json.loads((folder / "design.json").read_text())
    assert len(list((folder / "recordings").glob("quad_*.parquet"))) == 10
    assert judge(read_quads(folder / "recordings"), DESIGN) == result.differences, "the recordings say it again"


def test_a_version_that_fails_is_a_regression(service: Settings, tmp_path: Path) -> None:
    result = compared(service, "{python} service.py {port} 0.001 503", tmp_path / "found")
    errors = result.differences[-1]
    assert (errors.metric, errors.verdict, errors.candidate) == ("error_rate", "worse", 1.0)
    assert result.conclusion == "regression"


def test_a_version_that_does_not_start_is_named(service: Settings, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match="target 'candidate' ended with exit status"):
        compared(service, "{python} missing.py {port}", tmp_path / "found")
    assert left_over(tmp_path) == []


def test_a_baseline_that_fails_is_told_by_the_load(service: Settings, tmp_path: Path) -> None:
    failing = {"baseline": "{python} service.py {port} 0 500", "candidate": FAST}
    with pytest.raises(TargetError, match="the baseline fails 40 of 40 calls: status 500"):
        asyncio.run(compare_versions(service, load(), failing, DESIGN, tmp_path / "found", lambda done, most: None))
    assert left_over(tmp_path) == []


def test_load_that_takes_far_too_long_is_ended_and_undecided(
    service: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readiness.paired.LONGEST_FACTOR", 0.0)
    monkeypatch.setattr("readiness.paired.LONGEST_EXTRA_SECONDS", 4.0)
    design = replace(DESIGN, quads=1000, block_seconds=0.05, min_effect=0.0001)
    result = compared(service, FAST, tmp_path / "found", design)
    assert result.quads < 1000
    assert any("ended early" in caveat for caveat in result.caveats)
    assert left_over(tmp_path) == []


def test_an_interrupted_comparison_leaves_nothing_running(service: Settings, tmp_path: Path) -> None:
    words = ["compare", "--baseline", FAST, "--candidate", FAST, "--output", "runs"]
    # a shell's background job inherits that the signal is ignored
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    gate = subprocess.Popen([sys.executable, "-m", "readiness", *words], cwd=tmp_path, stderr=subprocess.PIPE)
    signal.signal(signal.SIGINT, former)
    try:
        until(lambda: list(tmp_path.glob("runs/*/recordings/quad_0001.parquet")), 30.0)
        gate.send_signal(signal.SIGINT)
        told = gate.communicate(timeout=30)[1].decode()
    finally:
        gate.kill()
    assert gate.returncode == 130, told
    assert "Traceback" not in told
    until(lambda: not left_over(tmp_path), 10.0)


@pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")  # nobody came to wait for it
def test_what_is_left_when_the_ending_is_interrupted_too_is_ended(service: Settings, tmp_path: Path) -> None:
    """Also where its environment has lost the mark of the run."""
    (tmp_path / "service.py").write_text(STUBBORN + SERVICE)
    heard: list[int] = []

    async def interrupted_twice() -> None:
        both, design = {"baseline": FAST, "candidate": FAST}, replace(DESIGN, quads=1000)

        def tell(done: int, most: int) -> None:
            heard.append(done)

        task = asyncio.create_task(compare_versions(service, load(), both, design, tmp_path / "found", tell))
        while not heard and not task.done():
            await asyncio.sleep(0.05)
        assert len(left_over(tmp_path)) >= 2, "both versions run"
        for _ in range(2):
            task.cancel()
            await asyncio.wait({task}, timeout=1.0)
        with pytest.raises(asyncio.CancelledError):
            await task

    try:
        asyncio.run(interrupted_twice())
        gc.collect()
        assert left_over(tmp_path) == []
    finally:
        for pid in left_over(tmp_path):
            psutil.Process(pid).kill()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"grants": ("read",)}, "needs `load`"),
        ({"operations": ()}, "none has a `weight`"),
        ({"address": "http://127.0.0.1:80"}, "needs {port}"),
    ],
)
def test_a_target_that_cannot_be_compared_is_a_usage_error(
    changes: dict[str, object], said: str, service: Settings, tmp_path: Path
) -> None:
    changed = service.model_copy(update={"target": service.target.model_copy(update=changes)})
    with pytest.raises(UsageError) as told:
        compared(changed, FAST, tmp_path / "found")
    assert said in str(told.value)
    assert not (tmp_path / "found").exists()


def test_an_output_that_cannot_be_made_is_a_usage_error(service: Settings, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"--output .*file: Not a directory"):
        compared(service, FAST, tmp_path / "file" / "found")
