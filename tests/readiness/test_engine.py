"""A run takes everything along that it started: also a dependency whose worker died and whose environment tells nothing."""

import sys
from pathlib import Path

import psutil
import pytest
import yaml

from readiness.engine import _last_lines
from readiness.job import Job
from readiness.targeting import TargetSpec
from tests.grading import ROOT, check_source, grade
from tests.readiness.faults.families import CLOBBER, left_over

STORE = f"""{CLOBBER}
import socket
server = socket.create_server(("127.0.0.1", int(sys.argv[1])))
with open("stores", "a") as file:
    print(os.getpid(), file=file)
while True:
    server.accept()
"""
DYING = '''
"""Dies, and cannot end what it has started."""
import os, signal
from readiness import Recorder, Target, scenario

@scenario(suite="mine", effect="disrupt")
async def dying(target: Target, recorder: Recorder) -> None:
    """Kills itself."""
    os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_dependency_of_a_worker_that_died_is_ended_without_its_mark(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "dying.py").write_text(DYING)
    (tmp_path / "plugins" / "survived.py").write_text(check_source('return Fact(True, "well")', "dying"))
    (tmp_path / "store.py").write_text(STORE)
    store = {"start": ["{python}", "store.py", "{port}"], "address": "redis://127.0.0.1:{port}", "variable": "STORE"}
    target = {
        "start": ["{python}", str(ROOT / "tests" / "services" / "plain_service.py"), "--port", "{port}"],
        "dependencies": {"store": store},
        "grants": ["read", "disrupt"],
    }
    data = {"target": target, "plugins": ["plugins"], "policy": {"checks": {"survived": {}}}}
    (tmp_path / "readiness.yaml").write_text(yaml.safe_dump(data))
    try:
        found = grade(tmp_path, "--check", "survived")
        assert found.result("survived")["status"] == "ERROR", found.printed
        stores = (tmp_path / "stores").read_text().split()
        assert len(stores) == 2, "one of the shared instance, one of the scenario's own"
        assert left_over(tmp_path) == []
    finally:
        for pid in left_over(tmp_path):
            psutil.Process(pid).kill()


def test_the_last_words_of_a_worker_hold_no_secret_however_it_is_spelled(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("ValueError: line-one\\nline-two is no key\nnor is line-one\nnor plain-word\n")
    job = Job.model_construct(spec=TargetSpec(secrets=("line-one\nline-two", "plain-word")))
    assert _last_lines(tmp_path / "output", job) == "ValueError: ******** is no key\nnor is line-one\nnor ********"
