"""The terminal: the verdict last, reasons before it, and no escape sequence but our own."""

import re

import pytest
from rich.text import Text

from readiness.report import Report
from reports.console import console
from tests.reports.hostile import ALL, hostile
from tests.reports.samples import empty, inconclusive, interrupted, not_ready, ready, report, result, scoped
from tests.reports.situations import unchanged, unfit


def plain(report: Report, *, width: int = 100, verbose: bool = False) -> str:
    text = console(report, width=width, colour=False, verbose=verbose)
    assert isinstance(text, str)
    return text


def test_a_scoped_run_says_so_in_its_first_line() -> None:
    assert plain(scoped()).splitlines()[0].startswith("SCOPED: Only performance was asked for")


def test_an_interrupted_run_says_so_in_its_first_line() -> None:
    assert plain(interrupted()).splitlines()[0].startswith("INTERRUPTED")


def test_the_table_has_a_row_per_suite() -> None:
    text = plain(not_ready())
    assert re.search(r"Category +Status +Critical +Details", text)
    assert re.search(r"End to end workflows +FAILED +YES +1 failed, 1 unknown", text)
    assert re.search(r"Stress testing +FAILED +no ", text)


def test_a_score_just_below_the_threshold_is_not_rounded_up_to_it() -> None:
    assert re.search(r"Reliability .* 69\.99 %", plain(not_ready()))


def test_blockers_come_with_observed_required_and_how_to_reproduce() -> None:
    text = plain(not_ready())
    assert "observed 2.731 s, required ≤ 2 s" in text
    assert "reproduce: readiness run --only latency_p95 --seed 7" in text


def test_evidence_that_is_no_experiment_of_this_run_says_so() -> None:
    brought = result("scan.B105", "security", "FAIL", origin="Bandit 1.8.0, bandit.sarif", strength="observed")
    text = plain(report([brought, result("ours", "security", "FAIL")], "NOT READY", {"security": 0.1}))
    assert text.count("evidence:") == 1
    assert "evidence: observed, brought by Bandit 1.8.0, bandit.sarif" in text


def test_passes_are_listed_only_when_asked_for() -> None:
    assert "tokens_expire" not in plain(ready())
    assert "tokens_expire" in plain(ready(), verbose=True)


def test_what_is_unknown_is_never_quiet() -> None:
    text = plain(inconclusive())
    assert re.search(r"Unknown +metrics_are_truthful", text)
    assert re.search(r"Security +·+ +not measured", text)


def test_the_verdict_panel_holds_every_figure() -> None:
    panel = plain(not_ready()).partition("Verdict")[2]
    for text in (
        "NOT READY",
        "49.00 %",
        "44.00 – 49.00 %",
        "77.27 %",
        "12 min 34 s",
        "Policy standard",
        "Policy release",
    ):
        assert text in panel


def test_recommendations_are_numbered() -> None:
    assert "1. Acknowledge after the commit" in plain(not_ready())


def test_an_empty_run_is_told_as_one() -> None:
    assert "INCONCLUSIVE" in plain(empty())
    assert "not measured" in plain(empty())


def test_escape_sequences_of_a_target_do_not_reach_the_terminal() -> None:
    text = plain(hostile(), verbose=True)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)
    coloured = console(hostile(), verbose=True)
    assert isinstance(coloured, str)
    ours = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert "\x1b" not in ours
    assert "[red]markup[/red]" in ours


def test_no_colour_means_no_escape_sequence_and_the_same_words() -> None:
    coloured = console(not_ready())
    assert isinstance(coloured, str)
    assert "\x1b[" in coloured
    assert Text.from_ansi(coloured).plain.split() == plain(not_ready()).split()


@pytest.mark.parametrize("width", [40, 60, 100, 200])
@pytest.mark.parametrize("name", ALL)
def test_no_line_is_wider_than_the_terminal(name: str, width: int) -> None:
    assert max(len(line) for line in plain(ALL[name](), width=width, verbose=True).splitlines()) <= width


def test_the_environment_of_the_terminal_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = console(ready())
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb"), ("COLUMNS", "20")):
        monkeypatch.setenv(name, value)
    assert console(ready()) == before


def test_what_changed_since_the_baseline_is_said_before_the_verdict() -> None:
    news = plain(not_ready()).partition("─ Verdict ─")[0].partition("Since ")[2]
    assert "READY → NOT READY, score 86.12 % → 49.00 % (-37.12 points)" in news
    assert "▼ worse latency_p95: Passed → Failed, 0.412 s → 2.731 s" in news
    assert news.index("▼ worse") < news.index("▲ better")


def test_a_run_without_a_baseline_or_a_change_names_none() -> None:
    assert "Since " not in plain(ready())
    assert "▼ worse" not in plain(unchanged())


def test_more_changes_than_fit_are_counted_and_shown_when_asked_for() -> None:
    sample = not_ready()
    assert sample.change is not None
    many = tuple(sample.change.changes[0].model_copy(update={"check": f"check_{n}"}) for n in range(14))
    changed = sample.model_copy(update={"change": sample.change.model_copy(update={"changes": many})})
    assert "4 more changes; --verbose shows them all" in plain(changed)
    assert "check_9" in plain(changed, verbose=True).partition("Since ")[2]


def test_waivers_that_need_a_reader_are_said_and_quiet_ones_are_not() -> None:
    sample = not_ready()
    text = plain(sample, width=200)
    for state in sample.waiver_states:
        said = f"{state.waiver.id} for {state.waiver.check}: {state.status}, last day {state.waiver.expires}"
        assert (said in text) == (state.status != "active")


def test_an_unfit_machine_and_the_tiers_stand_in_the_verdict_panel() -> None:
    panel = plain(unfit(), width=200).partition("Verdict")[2]
    assert (
        "unfit to measure, so performance and scalability are undecided: Another guest took 31 % of the processor."
        in panel
    )
    assert "unfit" not in plain(ready())
    assert re.search(r"Service tiers +tier 3 READY +tier 2 INCONCLUSIVE +tier 1 NOT READY", plain(not_ready()))


@pytest.mark.parametrize("nasty", ["::error title=fake::owned", "##[error]owned", "x\n::stop-commands::x"])
@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_a_command_to_the_runner_of_ci(nasty: str, colour: bool) -> None:
    one = result(nasty, "security", "FAIL", "blocker", reason=f"{'x' * 83} {nasty}")
    text = str(console(report([one], "NOT READY", {}, reason=nasty, target=nasty), colour=colour))
    for line in Text.from_ansi(text).plain.splitlines():
        assert not line.strip().startswith("::")
        assert "##[" not in line
