"""How fast does a large report open? 500 results, a million samples in each of two loads, in a real browser.

    pip install -e '.[browser]'; python benchmarks/open_report.py [--rounds 7] [--report report.html]

Each round starts from a fresh profile. Times run from the start of the navigation: ``painted`` is the first contentful paint,
``parsed`` is DOMContentLoaded (the whole page is there and can be read, filtered and searched), ``chart`` is when the first
chart has been drawn by the script after it was scrolled into view at once. The page opens in time if ``parsed`` and ``painted``
stay under two seconds in every round; a chart has a drawing in its place until it is there.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1]))  # the sample report is one of the tests'

from reports.html import html
from tests.reports import browser
from tests.reports.large import large

LIMIT_MS = 2000.0
PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
PARSED = "() => performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
CHART = """() => new Promise((resolve) => {
    const figure = document.querySelector("[data-chart]");
    if (!figure) return resolve(null);
    const done = () => figure.querySelector(".main-svg") ? resolve(performance.now()) : requestAnimationFrame(done);
    figure.scrollIntoView();
    done();
})"""


def main() -> int:
    """Print one line a round and the medians; return 1 if a round took too long."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--report", type=Path, help="open this page instead of the large sample")
    options = parser.parse_args()
    if problem := browser.missing():
        print(problem)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        file = options.report or Path(folder, "report.html")
        if options.report is None:
            file.write_text(html(large())["report.html"], encoding="utf-8")
        print(f"{file.stat().st_size / 1e6:.2f} MB\nround  painted ms  parsed ms  chart ms")
        rounds = [_round(file.resolve()) for _ in range(options.rounds)]
    for number, (painted, parsed, chart) in enumerate(rounds, start=1):
        print(f"{number:5}  {painted:10.0f}  {parsed:9.0f}  {'none' if chart is None else f'{chart:.0f}':>8}")
    charts = [chart for *_, chart in rounds if chart is not None]
    middle = f"{median(charts):.0f}" if charts else "none"
    print(f"median {median(r[0] for r in rounds):10.0f}  {median(r[1] for r in rounds):9.0f}  {middle:>8}")
    late = [max(painted, parsed) for painted, parsed, _ in rounds if max(painted, parsed) >= LIMIT_MS]
    print(f"{len(late)} of {len(rounds)} rounds took {LIMIT_MS / 1000:g} s or more")
    return 1 if late else 0


def _round(file: Path) -> tuple[float, float, float | None]:
    with browser.started() as program, browser.opened(program, file) as page:
        page.wait_for_function(PAINTED)
        return page.evaluate(PAINTED), page.evaluate(PARSED), page.evaluate(CHART)


if __name__ == "__main__":
    sys.exit(main())
