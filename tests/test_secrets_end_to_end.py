"""A secret that the target, a scenario or a check lets slip is in no file of a run's folder, and on no screen."""

from pathlib import Path

import duckdb
import pytest
import yaml

from readiness.cli import main
from tests.grading import check_source, grade, project

SECRETS = {"TOKEN": "planted-tøken-4711", "KEY": 'planted "key" 4712'}
TELLING = '''
"""Tells what it should keep."""
import os
from readiness import Recorder, Sample, Target, scenario

@scenario(suite="mine", effect="read")
async def telling(target: Target, recorder: Recorder, *, word: str = "") -> None:
    """Tells it in a fact, a phase, the error of a call and on the terminal."""
    secrets = [os.environ["TOKEN"], os.environ["KEY"]]
    recorder.phase("phase " + secrets[0])
    recorder.fact("told", [word, *secrets, {secrets[1]: 1}])
    recorder.sample(Sample(0.1, 0.1, 0.0, "answer", "phase", 500, "error " + secrets[0]))
    print(*secrets)
'''
CRASHING = '''
"""Falls over a secret."""
import os
from readiness import Recorder, Target, scenario

@scenario(suite="mine", effect="read")
async def crashing(target: Target, recorder: Recorder) -> None:
    """Raises it."""
    recorder.phase("crash")
    raise RuntimeError(os.environ["TOKEN"] + os.environ["KEY"])
'''
TOLD = """
import os
words = os.environ["TOKEN"] + " " + os.environ["KEY"] + str(recording.facts["told"]) + str(recording.samples.errors)
return Fact(False, words)
"""
BROKEN = 'raise ValueError(os.environ["TOKEN"] + os.environ["KEY"])'


def test_no_file_of_a_run_holds_a_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checks = {
        "told": check_source(TOLD, "telling"),
        "broken": check_source(BROKEN, "telling"),
        "gone": check_source('return Fact(True, "well")', "crashing"),
    }
    folder = project(
        tmp_path / "p", {**checks, "telling": TELLING, "crashing": CRASHING},
        policy={"checks": {id: {} for id in checks}}, scenarios={"telling": {"word": "${TOKEN}"}},
    )  # fmt: skip
    path = folder / "readiness.yaml"
    data = yaml.safe_load(path.read_text())
    data["target"] |= {"environment": {name: f"${{{name}}}" for name in SECRETS}, "secret_settings": list(SECRETS)}
    path.write_text(yaml.safe_dump(data))
    found = grade(folder, "--check", *checks, **SECRETS)
    assert found.result("told")["status"] == "FAIL"
    assert "********" in found.result("told")["reason"], "it was told, and masked"
    main(["judge", str(found.run), "--policy", "release"])
    assert leaks(found.run) == []
    for text in (found.printed, *capsys.readouterr()):
        assert not [secret for secret in spellings() if secret in text]


def spellings() -> list[str]:
    """Each secret as it is, as JSON writes it, and as HTML does."""
    escaped = [secret.encode("unicode_escape").decode() for secret in SECRETS.values()]
    quoted = [secret.replace('"', quote) for secret in SECRETS.values() for quote in ('\\"', "&#34;", "&quot;")]
    return sorted({*SECRETS.values(), *escaped, *quoted, "øken-4711", "xf8ken-4711", "u00f8ken-4711"})


def leaks(run: Path) -> list[str]:
    """Which files hold which secret; calls are read out of their compressed columns."""
    found = []
    for path in sorted(path for path in run.rglob("*") if path.is_file()):
        if path.suffix == ".parquet":
            text = str(duckdb.execute("SELECT * FROM read_parquet(?)", [str(path)]).fetchall())
        else:
            text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(run)}: {secret}" for secret in spellings() if secret in text]
    return found
