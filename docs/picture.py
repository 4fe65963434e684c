"""Takes the picture of the README: python docs/picture.py readiness-reports/<run>/report.html [docs/report.png]"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the browser is the one of the tests

from tests.reports import browser


def main() -> None:
    """Photograph the first screens of a report."""
    report, picture, *_ = [*sys.argv[1:], str(Path(__file__).with_name("report.png"))]
    with browser.started() as program, browser.opened(program, Path(report).resolve(), width=1180, height=1360) as page:
        page.screenshot(path=picture)


if __name__ == "__main__":
    main()
