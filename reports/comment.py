"""Writes ``comment.md`` for a pull request: the verdict first, then only what changed since the baseline.

Without a baseline it lists the findings. The first line is a hidden mark, the same for every run of one target and
scope, by which a bot finds the comment that it has to update. At most 65 000 characters, of which nothing that a target
said is markup, a link or a mention.
"""

from hashlib import sha256

from readiness import Report, reporter

from ._markup import Page, listed, safe
from ._sections import change_table, findings_table, opening
from ._wording import loud_waivers, percent, percent_range, tally_sentence, waiver_sentence


@reporter()
def comment(report: Report) -> dict[str, str]:
    """A comment for a pull request."""
    page = Page()
    page.add(mark(report))
    opening(page, report)
    interval = percent_range(report.overall_interval.low, report.overall_interval.high)
    page.add(
        f"Score **{percent(report.overall_score)}** (between {interval}), coverage {percent(report.coverage)}; "
        f"{tally_sentence(report.results)}.\n"
    )
    if report.deployment_blockers:
        page.add(f"Blockers: {listed(report.deployment_blockers)}.\n")
    for state in loud_waivers(report)[:10]:
        page.add(f"- Waiver {safe(waiver_sentence(state))}")
    change_table(page, report)
    if report.change is None:
        page.add("There is no earlier run to compare with, so every finding is listed.")
        findings_table(page, report)
    elif not report.change.changes:
        page.add("\nNo check changed by more than the noise.")
    page.add(f"\nTarget {safe(report.target)}, run {safe(report.run)}, {safe(report.timestamp)}", room=0)
    return {"comment.md": page.text}


def mark(report: Report) -> str:
    """Return the hidden first line; hexadecimal, so that no name can end the HTML comment."""
    scope = "\n".join([report.target, *sorted(report.scope.selected)])
    return f"<!-- readiness-comment {sha256(scope.encode('utf-8', 'backslashreplace')).hexdigest()[:16]} -->"
