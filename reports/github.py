"""Writes ``annotations.txt``: workflow commands that GitHub Actions shows beside a change, the verdict first.

GitHub keeps ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the worst are kept
here and the others are counted in the last notice. ``readiness run`` prints the file where ``GITHUB_ACTIONS`` is true.

- error: a verdict of NOT READY; a blocker or critical check that failed or broke.
- warning: a verdict of INCONCLUSIVE; any other failure or error; a blocker or critical check that stayed undecided.
- notice: a verdict of READY; everything else that neither passed nor is without application, waived failures included.
"""

from collections.abc import Iterable

from readiness import Report, Result, reporter

from ._wording import STATE_WORDS, UNDECIDED, clean, first_lines, flags, percent, tally_sentence, worst_first

LEVELS = ("error", "warning", "notice")
MOST = 10
"""Annotations of one level that GitHub keeps per step."""
VERDICT_LEVELS = {"NOT READY": "error", "INCONCLUSIVE": "warning", "READY": "notice"}
MESSAGE = 1000


@reporter()
def github(report: Report) -> dict[str, str]:
    """Annotations for GitHub Actions."""
    lines = [_verdict(report)]
    room = dict.fromkeys(LEVELS, MOST)
    room[VERDICT_LEVELS[report.verdict]] -= 1
    room["notice"] -= 1  # kept for the count of what is left out
    left_out = dict.fromkeys(LEVELS, 0)
    for result in _by_level(report.results):
        level = level_of(result)
        if room[level]:
            room[level] -= 1
            lines.append(_finding(level, result))
        else:
            left_out[level] += 1
    if any(left_out.values()):
        counts = ", ".join(f"{count} of level {level}" for level, count in left_out.items() if count)
        lines.append(
            command("notice", "readiness: more findings", f"Not shown here: {counts}; summary.md has them all")
        )
    return {"annotations.txt": "".join(line + "\n" for line in lines)}


def level_of(result: Result) -> str:
    """Return the level of a result's annotation; empty for one that needs none."""
    if result.status in ("PASS", "NOT_APPLICABLE"):
        return ""
    if result.status in ("FAIL", "ERROR") and not (result.waived or result.advisory):
        return "error" if result.critical else "warning"
    if result.status in UNDECIDED and result.status != "SKIPPED" and result.critical:
        return "warning"
    return "notice"


def command(level: str, title: str, message: str) -> str:
    """Return a workflow command; no character of a title or message can end it or begin another."""
    head = _data(clean(title, 200)).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={head}::{_data(message)}"


def _by_level(results: Iterable[Result]) -> list[Result]:
    shown = [result for result in worst_first(results) if level_of(result)]
    return sorted(shown, key=lambda result: LEVELS.index(level_of(result)))


def _verdict(report: Report) -> str:
    said = [*first_lines(report), clean(report.reason, MESSAGE)]
    said.append(f"Score {percent(report.overall_score)}; {tally_sentence(report.results)}")
    return command(VERDICT_LEVELS[report.verdict], f"readiness: {report.verdict}", "\n".join(said))


def _finding(level: str, result: Result) -> str:
    state = " ".join([STATE_WORDS[result.status], *(f"({flag})" for flag in flags(result))])
    said = [clean(result.reason, MESSAGE)]
    if result.remediation:
        said.append(f"What to do: {clean(result.remediation.text, MESSAGE)}")
    if result.reproduce:
        said.append(f"Reproduce: {clean(result.reproduce, MESSAGE)}")
    return command(level, f"{state}: {clean(result.check, 120)} [{result.severity}]", "\n".join(said))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
