"""The page in a real browser: accessible, complete without script, quiet towards the network, usable from the keyboard."""

import os
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from readiness.report import Report
from reports.html import html
from reports.html._inline import digest_of, library
from tests.reports import browser, samples
from tests.reports.hostile import hostile

MAKERS: dict[str, Callable[[], Report]] = {
    "not_ready": samples.not_ready,
    "empty": samples.empty,
    "hostile": hostile,
}
MAP_SHEET = "style-src 'sha256-"
"""The one thing that the content policy refuses: a style sheet for maps inside the chart library."""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.started() as program:
        yield program


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    written = {}
    for name, make in MAKERS.items():
        written[name] = folder / f"{name}.html"
        written[name].write_text(html(make())["report.html"], encoding="utf-8")
        without = re.sub(r"<script.*?</script>", "", written[name].read_text(encoding="utf-8"), flags=re.DOTALL)
        written[f"{name} without script"] = folder / f"{name}-without-script.html"
        written[f"{name} without script"].write_text(without, encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: an artefact of CI, else a folder that is thrown away."""
    folder = Path(os.environ.get("READINESS_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def size_of(picture: Path) -> tuple[int, int]:
    """Return width and height from the header of a PNG file."""
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    return width, height


def test_a_browser_that_is_required_and_missing_is_a_failure_else_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "NAMES", ("no-such-browser",))
    monkeypatch.delenv("READINESS_BROWSER", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-browser"), browser.started():
        pass
    monkeypatch.setenv("READINESS_BROWSER", "required")
    with pytest.raises(pytest.fail.Exception, match="no-such-browser"), browser.started():
        pass


# --- accessibility ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "name", "width", "more"),
    [
        ("light", "not_ready", 1280, {}),
        ("dark", "not_ready", 1280, {"color_scheme": "dark"}),
        ("phone", "not_ready", 390, {}),
        ("empty", "empty", 1280, {"color_scheme": "dark"}),
        ("hostile", "hostile", 1280, {}),
        ("phone-dark-without-script", "not_ready without script", 390, {"color_scheme": "dark"}),
    ],
    ids=str,
)
def test_axe_finds_nothing_on_a_page_that_is_photographed(
    chromium: Any, pages: dict[str, Path], album: Path, picture: str, name: str, width: int, more: dict[str, Any]
) -> None:
    with browser.opened(chromium, pages[name], width=width, **more) as page:
        if "without" not in name:
            browser.draw_all(page)
        page.screenshot(path=album / f"{picture}.png", full_page=True)
        browser.open_all(page)
        assert browser.violations(page) == []
    assert size_of(album / f"{picture}.png")[0] == width


def test_axe_would_find_poor_contrast_and_a_missing_name(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["empty"]) as page:
        page.evaluate("document.querySelector('.lede').style.color = '#bbbbbb'")
        page.evaluate("document.querySelector('.ruler').removeAttribute('aria-label')")
        found = " ".join(browser.violations(page))
    assert "color-contrast" in found
    assert "svg-img-alt" in found


@pytest.mark.parametrize("name", ["not_ready", "hostile", "not_ready without script"])
def test_a_phone_scrolls_in_one_direction_only(chromium: Any, pages: dict[str, Path], name: str) -> None:
    with browser.opened(chromium, pages[name], width=390) as page:
        browser.open_all(page)
        if "without" not in name:
            browser.draw_all(page)
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_function("width => document.documentElement.clientWidth === width", arg=width)
            page.wait_for_timeout(200)  # charts follow the width a moment later
            assert browser.too_wide(page) == [], width


def test_the_keyboard_reaches_the_verdict_and_opens_a_finding(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["not_ready"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        summary = page.locator(".finding:not([open]) > summary").first
        summary.focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.parentElement.open") is True


def test_forced_colours_keep_the_drawings_and_reduced_motion_stills_the_page(
    chromium: Any, pages: dict[str, Path]
) -> None:
    with browser.opened(chromium, pages["not_ready"], forced_colors="active", reduced_motion="reduce") as page:
        page.locator("[data-chart]").first.scroll_into_view_if_needed()
        assert page.locator(".drawn").count() == 0
        assert page.locator("[data-chart] svg.lines").first.is_visible()
        moving = (
            "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s').length"
        )
        assert page.evaluate(moving) == 0


# --- script -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["not_ready", "hostile"])
def test_every_chart_is_drawn_and_nothing_is_asked_for_or_refused(
    chromium: Any, pages: dict[str, Path], name: str
) -> None:
    with browser.opened(chromium, pages[name]) as page:
        assert page.locator(".drawn").count() == 0
        assert browser.draw_all(page) == page.locator("[data-chart]").count() > 0
        assert page.asked == [pages[name].as_uri()]
        assert [line for line in page.said if MAP_SHEET not in line] == []
        assert len(page.said) <= 1
        assert page.locator(".chart a").count() == 0


def test_charts_follow_the_colours_of_the_reader(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["not_ready"]) as page:
        browser.draw_all(page)
        colour = "() => getComputedStyle(document.querySelector('.chart .xtick text')).fill"
        before = page.evaluate(colour)
        page.emulate_media(color_scheme="dark")
        page.wait_for_function(f"before => ({colour})() !== before", arg=before)


def test_a_library_that_the_policy_does_not_know_does_not_run_and_the_drawings_stay(
    chromium: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    packed = library()
    assert packed is not None
    text = pages["not_ready"].read_text(encoding="utf-8")
    known = next(form for form in (packed.digest, str(escape(packed.digest))) if form in text)
    other = tmp_path / "other.html"
    other.write_text(text.replace(known, digest_of("another text")), encoding="utf-8")
    with browser.opened(chromium, other) as page:
        figure = page.locator("[data-chart]").first
        with page.expect_console_message(lambda message: "The drawing stays as it was" in message.text):
            figure.scroll_into_view_if_needed()
        assert page.locator(".drawn").count() == 0
        assert figure.locator("svg.lines").is_visible()


def test_the_filter_stands_in_the_address_and_the_back_button_undoes_it(chromium: Any, pages: dict[str, Path]) -> None:
    shown = ".finding:visible"
    results = samples.not_ready().results
    failed = sum(result.status == "FAIL" for result in results)
    security = sum(result.status == "FAIL" and result.category == "security" for result in results)
    with browser.opened(chromium, pages["not_ready"]) as page:
        page.select_option("[name=state]", "FAIL")
        assert page.locator(shown).count() == failed
        page.select_option("[name=category]", "security")
        assert page.url.endswith("#find?state=FAIL&category=security")
        assert page.locator(shown).count() == security
        assert page.locator(".finder [role=status]").inner_text() == f"{security} of {len(results)} shown"
        page.go_back()
        assert page.locator(shown).count() == failed
        assert page.input_value("[name=category]") == ""
        page.go_back()
        assert page.locator(shown).count() == len(results)
        page.go_forward()
        assert page.locator(shown).count() == failed


def test_a_shared_address_opens_with_its_filter(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["not_ready"]) as page:
        page.goto(f"{pages['not_ready'].as_uri()}#find?q=no_trade+lost&severity=blocker")
        page.reload()
        assert page.locator(".finding:visible").count() == 1
        assert page.input_value("[name=q]") == "no_trade lost"
        for odd in ("#find?state=NO_SUCH_STATE", "#find?%", "#%", "#no-such-place"):
            page.goto(f"{pages['not_ready'].as_uri()}{odd}")
        assert page.said == []
        assert page.locator(".finding:visible").count() == len(samples.not_ready().results)


def test_a_link_leads_to_a_finding_that_the_filter_hides(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["not_ready"]) as page:
        page.fill("[name=q]", "nothing is called like this")
        assert page.locator(".finding:visible").count() == 0
        page.locator('.plainlist a[href="#check-queue_drains"]').first.click()
        assert page.locator("#check-queue_drains").is_visible()
        assert page.locator(".finding:visible").count() == len(samples.not_ready().results)


def test_without_script_everything_is_there(chromium: Any, pages: dict[str, Path]) -> None:
    with browser.opened(chromium, pages["not_ready"], script=False) as page:
        assert page.locator(".finder").is_hidden()
        assert page.locator(".filter").is_visible()
        assert page.locator("svg.lines").first.is_visible()
        page.locator("#show-failed").check()
        assert page.locator(".finding:visible").count() == 4


# --- pictures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "more"),
    [("without-script", {"script": False}), ("forced-colours", {"forced_colors": "active"})],
    ids=str,
)
def test_a_picture_without_charts_shows_the_whole_page(
    chromium: Any, pages: dict[str, Path], album: Path, picture: str, more: dict[str, Any]
) -> None:
    with browser.opened(chromium, pages["not_ready"], **more) as page:
        page.screenshot(path=album / f"{picture}.png", full_page=True)
        height = page.locator("body").bounding_box()["height"]
    assert size_of(album / f"{picture}.png") == (1280, pytest.approx(height, abs=2))


def test_paper_shows_everything_open_with_nothing_cut_off(chromium: Any, pages: dict[str, Path], album: Path) -> None:
    with browser.opened(chromium, pages["not_ready"], width=720) as page:
        browser.draw_all(page)
        page.emulate_media(media="print")
        page.screenshot(path=album / "print.png", full_page=True)
        seen = "e => e.checkVisibility({contentVisibilityAuto: true})"
        shown = page.evaluate(f"[...document.querySelectorAll('.finding > div')].map({seen})")
        assert shown == [True] * len(samples.not_ready().results)
        assert browser.too_wide(page) == []
        assert page.locator(".chart:visible").count() == 0
        assert page.locator("svg.lines").first.is_visible()
        page.pdf(path=album / "print.pdf", format="A4")
    assert (album / "print.pdf").read_bytes().startswith(b"%PDF")
