"""A real browser for the page: Debian's Chromium or any other that is installed, driven by Playwright, judged by axe."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 30_000  # milliseconds that a step may take before the test fails


def missing() -> str:
    """Say what is missing for tests in a browser; empty where everything is there."""
    if not any(map(shutil.which, NAMES)):
        return f"no browser is installed ({', '.join(NAMES)})"
    try:
        import axe_playwright_python  # noqa: F401
        import playwright  # noqa: F401
    except ImportError as problem:
        return f"the extra 'browser' is not installed: {problem}"
    return ""


@contextmanager
def started() -> Iterator[Any]:
    """Start a browser with a fresh profile. It is a failure that none is there if READINESS_BROWSER is 'required'."""
    if problem := missing():
        if os.environ.get("READINESS_BROWSER") == "required":
            pytest.fail(f"READINESS_BROWSER=required, but {problem}")
        pytest.skip(problem)
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, NAMES)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS), timeout=PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Any, file: Path, *, width: int = 1280, height: int = 900, script: bool = True, **more: Any
) -> Iterator[Any]:
    """Open a file in a page of its own. The page notes what it asked for and what the content policy refused."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=script, offline=True, **more
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: page.said.append(f"error: {error}"))
    page.on("dialog", lambda dialog: (page.said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.goto(file.as_uri(), wait_until="load")
    try:
        yield page
    finally:
        context.close()


def draw_all(page: Any) -> int:
    """Bring every chart into view and wait until it is drawn; return how many there are."""
    for figure in page.query_selector_all("[data-chart]"):
        figure.scroll_into_view_if_needed()
        page.wait_for_function(
            "figure => figure.classList.contains('drawn') && figure.querySelector('.main-svg')", arg=figure
        )
    page.evaluate("scrollTo(0, 0)")
    return len(page.query_selector_all(".drawn"))


def open_all(page: Any) -> None:
    """Open every finding, so that axe sees all of the page."""
    page.evaluate("for (const details of document.querySelectorAll('details')) details.open = true")


def violations(page: Any) -> list[str]:
    """Run axe with every rule of WCAG 2.2 AA and its best practices, contrast and target size included."""
    source = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page.evaluate(source)
    options = {
        "runOnly": {"type": "tag", "values": TAGS},
        "rules": {"target-size": {"enabled": True}},
        "resultTypes": ["violations"],
    }
    found = page.evaluate("options => axe.run(document, options)", options)
    ran = {rule["id"] for kind in ("passes", "violations", "incomplete") for rule in found[kind]}
    assert "color-contrast" in ran
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:160]} {node['failureSummary'][:300]}"
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]


def too_wide(page: Any) -> list[str]:
    """Name the elements that make the page scroll sideways; empty where it does not."""
    return page.evaluate("""() => {
        const room = document.documentElement.clientWidth;
        if (document.documentElement.scrollWidth <= room) return [];
        const names = [...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > room + 1)
            .map((element) => `${element.tagName}.${element.getAttribute("class")} ${element.textContent.trim().slice(0, 60)}`);
        return names.length ? names.slice(0, 8) : ["the page itself"];
    }""")
