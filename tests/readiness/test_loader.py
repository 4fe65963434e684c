"""Plugin folders: a user's files are loaded like ours, and what does not load stops the run with file and line."""

from pathlib import Path

import pytest

from readiness.errors import PluginError, UsageError
from readiness.loader import describe, load
from tests.grading import CALLING, check_source

GOOD = check_source('return Fact(True, "so")')


def folder(at: Path, **files: str) -> Path:
    at.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (at / f"{name}.py").write_text(text)
    return at


def test_a_users_folder_comes_beside_ours(tmp_path: Path) -> None:
    ours = load()
    found = load([folder(tmp_path, calling=CALLING, mine=GOOD)])
    assert found.checks.keys() - ours.checks.keys() == {"mine"}
    assert found.scenarios.keys() - ours.scenarios.keys() == {"calling"}
    assert found.folders == [tmp_path.resolve()]
    assert found.version != ours.version, "what is judged has changed"
    mine = found.check("mine")
    assert (mine.needs, mine.category, mine.severity) == ("calling", "reliability", "major")
    assert mine.source == str(tmp_path / "mine.py")
    assert describe(mine) == ("A check of a user", "")


def test_only_a_users_checks_are_foreign(tmp_path: Path) -> None:
    assert load().foreign == set()
    assert load([folder(tmp_path, calling=CALLING, mine=GOOD)]).foreign == {"mine"}


def test_folders_below_are_loaded_and_hidden_files_are_not(tmp_path: Path) -> None:
    folder(tmp_path / "checks" / "deep", mine=GOOD)
    folder(tmp_path, calling=CALLING, _hidden="raise RuntimeError", empty="VALUE = 1")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "read.txt").write_text("x")
    assert "mine" in load([tmp_path]).checks


def test_a_folder_given_twice_counts_once(tmp_path: Path) -> None:
    folder(tmp_path, calling=CALLING, mine=GOOD)
    assert "mine" in load([tmp_path, tmp_path / "." / "..", tmp_path][::2]).checks


def test_a_syntax_error_names_file_and_line(tmp_path: Path) -> None:
    folder(tmp_path, bad='"""Bad."""\n\ndef broken(:\n    pass\n')
    with pytest.raises(PluginError) as caught:
        load([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / 'bad.py'}, line 3: ")
    assert caught.value.exit_code == 2


def test_an_error_while_importing_names_file_and_line(tmp_path: Path) -> None:
    folder(tmp_path, bad='"""Bad."""\nVALUE = 1\nVALUE / 0\n')
    with pytest.raises(PluginError) as caught:
        load([tmp_path])
    assert str(caught.value) == f"{tmp_path / 'bad.py'}, line 3: ZeroDivisionError: division by zero"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('category="reliability"', 'category="reliable"', "unknown category 'reliable' (did you mean 'reliability'?)"),
        ('severity="major"', 'severity="mayor"', "unknown severity 'mayor' (did you mean 'major'?)"),
        (
            'severity="major"',
            'severity="major", capabilities=("htpp",)',
            "unknown capability 'htpp' (did you mean 'http'?)",
        ),
        ('severity="major"', 'severity="major", weight=-1.0', "must not be negative"),
        ("recording: Recording)", "recording, other)", "1 positional argument"),
        ("recording: Recording)", "recording, *, limit)", "option 'limit' needs a default"),
    ],
)
def test_an_impossible_declaration_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    folder(tmp_path, calling=CALLING, mine=GOOD.replace(old, new))
    with pytest.raises(PluginError) as caught:
        load([tmp_path])
    assert said in str(caught.value)
    assert str(tmp_path / "mine.py") in str(caught.value)


def test_a_scenario_must_be_async(tmp_path: Path) -> None:
    sync = CALLING.replace("async def", "def").replace(
        "    await per_vu_iterations(target, recorder, users=users, iterations=iterations)\n", ""
    )
    folder(tmp_path, calling=sync)
    with pytest.raises(PluginError, match="must be an async function"):
        load([tmp_path])


def test_the_same_id_twice_is_refused_with_both_files(tmp_path: Path) -> None:
    one, two = folder(tmp_path / "one", calling=CALLING, mine=GOOD), folder(tmp_path / "two", mine=GOOD)
    with pytest.raises(PluginError) as caught:
        load([one, two])
    assert str(caught.value) == f"check 'mine' is defined twice: {one / 'mine.py'} and {two / 'mine.py'}"


def test_nobody_replaces_one_of_our_checks(tmp_path: Path) -> None:
    folder(tmp_path, calling=CALLING, latency_p95=GOOD)
    with pytest.raises(PluginError, match="'latency_p95' is defined twice"):
        load([tmp_path])


def test_a_check_may_share_its_id_with_a_scenario(tmp_path: Path) -> None:
    folder(tmp_path / "scenarios", calling=CALLING)
    folder(tmp_path / "checks", calling=GOOD)
    found = load([tmp_path])
    assert found.checks["calling"].needs == "calling" in found.scenarios


def test_a_scenario_that_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    folder(tmp_path, mine=GOOD.replace('needs="calling"', 'needs="steady_lode"'))
    with pytest.raises(PluginError) as caught:
        load([tmp_path])
    assert f"{tmp_path / 'mine.py'}: needs 'steady_lode'" in str(caught.value)
    assert "did you mean 'steady_load'?" in str(caught.value)


def test_namesake_folders_do_not_mix(tmp_path: Path) -> None:
    def using(word: str, id: str) -> Path:
        text = "from ._words import WORD\n" + check_source("return Fact(True, WORD)")
        return folder(tmp_path / word / "checks", _words=f"WORD = {word!r}\n", **{id: text})

    north, south = using("north", "first"), using("south", "second")
    found = load([folder(tmp_path / "scenarios", calling=CALLING), north, south])
    reasons = [found.checks[id](None).reason for id in ("first", "second")]
    assert reasons == ["north", "south"]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=r"no plugin folder at .*nowhere"):
        load([tmp_path / "nowhere"])


def test_unknown_names_are_told_with_the_nearest() -> None:
    catalog = load()
    with pytest.raises(UsageError, match=r"unknown check 'latency_p59' .did you mean 'latency_p9"):
        catalog.check("latency_p59")
    with pytest.raises(UsageError, match=r"unknown scheme 'htp' .did you mean 'http'"):
        catalog.target_for("htp://x", started=False)
    assert catalog.target_for("https://x", started=False).id == "http"
    assert catalog.target_for("http://x", started=True).id == "process"
