"""The page of checks is what its script writes, and the promises about their number hold."""

import runpy
from collections import Counter
from pathlib import Path

from readiness.loader import load
from readiness.model import CATEGORIES
from readiness.plan import needed_capabilities

DOCS = Path(__file__).parent.parent.parent / "docs"
ANY_SERVICE = {"http", "calls", "load", "process", "logs"}
"""What any HTTP service with a start command offers under the grants read, load and disrupt."""


def test_the_page_is_current() -> None:
    written = runpy.run_path(str(DOCS / "checks.py"))["page"](load())
    assert (DOCS / "checks.md").read_text() == written, "a check has changed: run `python docs/checks.py`"


def test_there_are_as_many_checks_as_promised() -> None:
    catalog = load()
    per_category = Counter(check.category for check in catalog.checks.values())
    assert sum(per_category.values()) >= 100
    assert {category for category in CATEGORIES if per_category[category] < 10} == set()


def test_most_are_decided_on_any_service_that_can_be_started() -> None:
    catalog = load()
    decided = [id for id, check in catalog.checks.items() if set(needed_capabilities(check, catalog)) <= ANY_SERVICE]
    assert len(decided) >= 60, sorted(decided)
