"""A user's own pytest tests: each a result, markers count, and nothing that did not really pass passes."""

import shlex
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from readiness.evidence.reader import Surroundings, read_source
from readiness.evidence.reading import Reading
from tests.readiness.evidence_files import NOW, only, source_of, word, words


def ran(folder: Path, text: str, **given: Any) -> Reading:
    """What is read of one file of tests."""
    (folder / "tests").mkdir(exist_ok=True)
    (folder / "tests" / "test_it.py").write_text(textwrap.dedent(text))
    (folder / "pytest.ini").write_text("[pytest]\naddopts = --strict-markers -p no:cacheprovider\n")
    source = source_of(folder, kind="pytest", **{"tests": "tests", **given})
    return read_source("mine", source, Surroundings("desk", "http://127.0.0.1:7", folder / "scratch"), now=NOW)


def test_each_test_is_a_result(tmp_path: Path) -> None:
    reading = ran(
        tmp_path,
        """
        import os, pytest
        def test_good(): assert os.environ["READINESS_TARGET_URL"] == "http://127.0.0.1:7"
        def test_bad(): assert 1 == 2
        @pytest.mark.skip(reason="later")
        def test_later(): pass
        @pytest.mark.xfail(reason="known")
        def test_known(): assert 1 == 2
        @pytest.mark.xfail
        def test_better_than_known(): pass
        @pytest.fixture
        def lost(): raise OSError("no database")
        def test_setup(lost): pass
        @pytest.fixture
        def late():
            yield
            raise OSError("not closed")
        def test_teardown(late): pass
        @pytest.mark.parametrize("n", [1, 2])
        def test_many(n): assert n == 1
        """,
    )
    assert words(reading) == {
        "test_it.test_good": "passed", "test_it.test_bad": "failed", "test_it.test_later": "unknown",
        "test_it.test_known": "unknown", "test_it.test_better_than_known": "unknown", "test_it.test_setup": "broken",
        "test_it.test_teardown": "broken", "test_it.test_many-1": "passed", "test_it.test_many-2": "failed",
    }  # fmt: skip
    assert reading.entries[1].reproduce == "pytest tests/test_it.py::test_bad"


def test_the_command_of_a_test_is_one_for_the_shell(tmp_path: Path) -> None:
    reading = ran(
        tmp_path,
        """
        import pytest
        @pytest.mark.parametrize("name", ["it's $HOME"])
        def test_named(name): pass
        """,
    )
    assert shlex.split(reading.entries[0].reproduce) == ["pytest", "tests/test_it.py::test_named[it's $HOME]"]


def test_the_nearest_marker_says_how_a_test_counts(tmp_path: Path) -> None:
    reading = ran(
        tmp_path,
        """
        import pytest
        pytestmark = pytest.mark.readiness(category="security", severity="minor")
        @pytest.mark.readiness(severity="blocker", weight=4)
        def test_marked(): pass
        def test_plain(): pass
        """,
    )
    marked, plain = reading.entries
    assert (marked.category, marked.severity, marked.weight) == ("security", "blocker", 4)
    assert (plain.category, plain.severity, plain.weight) == ("security", "minor", None)


@pytest.mark.parametrize(
    ("marker", "why"),
    [
        ("severity='grave'", "unknown severity 'grave'"),
        ("categroy='security'", "unknown 'categroy'"),
        ("weight=-1", "0 or more"),
        ("weight='heavy'", "0 or more"),
        ("'security'", "by name"),
    ],
)
def test_a_marker_that_is_not_usable_is_no_default(tmp_path: Path, marker: str, why: str) -> None:
    entry = only(ran(tmp_path, f"import pytest\n@pytest.mark.readiness({marker})\ndef test_it(): pass"))
    assert word(entry) == "broken"
    assert why in entry.outcome.reason


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        ("x = 1", {}, "not one test was collected"),
        ("def test_it(): pass", {"arguments": ["-k", "other"]}, "not one test was collected"),
        ("def test_it(): pass", {"arguments": ["--no-such-option"]}, "not one test was collected"),
        ("def test_it(): pass", {"arguments": ["--collect-only"]}, "did not run to its end"),
        ("import nothing_there", {}, "could not be collected"),
        ("import pytest\npytest.exit('enough')", {}, "could not be collected"),
        ("import os; os._exit(0)", {}, "not one test was collected"),
        ("def test_it(): pass", {"tests": "elsewhere"}, "there is nothing there"),
        ("def test_it(): pass", {"python": "/nowhere/python"}, "No such file"),
    ],
)
def test_no_test_is_no_pass(tmp_path: Path, text: str, given: dict[str, Any], why: str) -> None:
    entry = only(ran(tmp_path, text, **given))
    assert word(entry) in ("unknown", "broken")
    assert why in entry.outcome.reason


def test_a_session_that_dies_leaves_the_rest_unknown(tmp_path: Path) -> None:
    reading = ran(tmp_path, "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\ndef test_c(): pass")
    assert words(reading) == {
        "test_it.test_a": "passed", "test_it.test_b": "broken", "test_it.test_c": "broken", "": "broken",
    }  # fmt: skip


def test_a_session_that_hangs_is_ended(tmp_path: Path) -> None:
    text = "import time\ndef test_a(): pass\ndef test_b(): time.sleep(60)"
    reading = ran(tmp_path, text, seconds=20, environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})
    assert words(reading) == {"test_it.test_a": "passed", "test_it.test_b": "broken", "": "broken"}
    assert "no end after 20 s" in reading.entries[2].outcome.reason


@pytest.mark.parametrize(
    "conftest",
    [
        "def pytest_sessionfinish(session): session.exitstatus = 1",
        # as pytest-cov does where too little is covered
        "import pytest\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtestloop(session):\n    yield\n    session.testsfailed += 1",
    ],
)
def test_pytest_that_fails_without_a_failing_test_is_told(tmp_path: Path, conftest: str) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "conftest.py").write_text(conftest)
    reading = ran(tmp_path, "def test_it(): pass")
    assert words(reading) == {"test_it.test_it": "passed", "": "broken"}
    assert "pytest failed, and no test did: pytest ended with status 1" in reading.entries[1].outcome.reason


def test_the_settings_say_where_modules_are_and_what_is_set(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "mine.py").write_text("answer = 42")
    text = "import os, mine\ndef test_it(): assert mine.answer == 42 and os.environ['NAME'] == 'x'"
    assert word(only(ran(tmp_path, text, path=["lib"], environment={"NAME": "x"}))) == "passed"


def test_tests_that_run_side_by_side_count_once(tmp_path: Path) -> None:
    pytest.importorskip("xdist")
    text = "import pytest\n@pytest.mark.readiness(severity='minor')\ndef test_a(): pass\ndef test_b(): assert False"
    reading = ran(tmp_path, text, arguments=["-n", "2"])
    assert words(reading) == {"test_it.test_a": "passed", "test_it.test_b": "failed"}
    assert reading.entries[0].severity == "minor"


def test_nothing_of_ours_needs_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import readiness.worker, readiness.evidence.reader"
    subprocess.run([sys.executable, "-c", code], check=True)
