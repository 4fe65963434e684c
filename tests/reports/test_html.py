"""The page: complete without script or network, safe whatever a target says, readable by everybody."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.model import FaultWindow, Series
from readiness.report import Report, Result, ScenarioSummary
from reports import html as plugin
from reports.html import _charts, html
from tests.reports.hostile import ALL, hostile
from tests.reports.samples import empty, inconclusive, measured, not_ready, ready, report, result, scoped, series

VOID = {"meta", "link", "br", "hr", "img", "input"}
DRAWN = {"rect", "line", "path", "circle", "use"}


class Page(HTMLParser):
    """Reads the page strictly: every element that opens must close, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def written(report: Report) -> str:
    files = html(report)
    assert not isinstance(files, str)
    assert list(files) == ["report.html"]
    return files["report.html"]


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_the_page_is_well_formed_and_asks_for_nothing(make: Any) -> None:
    page = Page(written(make()))
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "embed", "form", "link", "base", "audio", "video", "image"}
    for _, attributes in page.tags:
        assert not [
            name for name in attributes if name.startswith("on") or name in ("style", "src", "srcset", "action")
        ]
        assert (attributes.get("href") or "#").startswith("#")


@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_every_anchor_leads_somewhere_and_no_id_is_used_twice(make: Any) -> None:
    page = Page(written(make()))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {(attributes.get("href") or "#main")[1:] for tag, attributes in page.tags if tag in ("a", "use")}
    assert targets - set(ids) <= {f"category-{name}" for name in not_ready().category_scores}
    labels = {attributes["aria-labelledby"] for _, attributes in page.tags if "aria-labelledby" in attributes}
    assert labels <= set(ids)


def test_the_content_policy_allows_our_style_sheet_and_nothing_else() -> None:
    text = written(ready())
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert style is not None
    assert policy is not None
    digest = b64encode(sha256(style.group(1).encode()).digest()).decode()
    allowed = policy.group(1).replace("&#43;", "+").replace("&#61;", "=")
    assert allowed == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert not re.search(r"url\((?!#)|@import|https?:", style.group(1))


def test_hostile_strings_are_text() -> None:
    text = written(hostile())
    assert "<script" not in text
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert text.count("</style>") == 1
    assert "{{ 7*7 }}" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe]", text)
    assert len(text) < 300_000


def test_the_order_is_that_of_a_reviewer() -> None:
    text = written(not_ready())
    parts = (
        "blockers coverage path waivers categories findings scenarios open ledger environment method policy glossary"
    )
    marks = ['<h1 id="verdict"', *(f'<h2 id="{name}"' for name in parts.split(" "))]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_a_scoped_run_says_so_before_everything_else() -> None:
    body = written(scoped()).partition("<body")[2]
    assert body.index("SCOPED: Only performance") < body.index("<h1")


def test_blockers_show_observed_required_and_the_command() -> None:
    blocker = written(not_ready()).partition('<article class="blocker">')[2].partition("</article>")[0]
    for text in ("2.731 s", "≤ 2 s", "readiness run --only latency_p95 --seed 7", "add the missing index"):
        assert text in blocker


def test_every_result_has_a_place_with_its_state_in_words() -> None:
    sample = not_ready()
    text = written(sample)
    assert text.count("<details") == len(sample.results)
    for one in sample.results:
        assert f'id="check-{one.check}"' in text
    for word in ("Failed", "Error", "Inconclusive", "Unknown", "Warning", "Passed", "Skipped", "Not applicable"):
        assert f"<span>{word}</span>" in text


def test_nothing_that_is_undecided_is_left_out_of_the_coverage() -> None:
    coverage = written(not_ready()).partition('<h2 id="coverage"')[2].partition("</section>")[0]
    for check in ("queue_drains", "breaker_opens", "log_lines_are_structured", "dashboards_exist"):
        assert f"<code>{check}</code>" in coverage
    assert "Scenario log_inspection" in coverage


def test_what_was_not_measured_is_never_a_zero() -> None:
    text = written(inconclusive())
    security = text.partition('href="#category-security"')[2].partition("</li>")[0]
    assert "not measured" in security
    assert 'class="unknown"' in security
    assert 'class="fill"' not in security


def test_an_empty_run_is_a_page_too() -> None:
    text = written(empty())
    assert "Nothing ran." in text
    assert "There are no results." in text


def test_tables_have_captions_and_headings_have_scopes() -> None:
    page = Page(written(not_ready()))
    assert len(page.named("caption")) == len(page.named("table"))
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.named("th"))
    assert page.named("html")[0]["lang"] == "en"
    assert all("aria-label" in a or a.get("aria-hidden") or "viewBox" in a or "x" in a for a in page.named("svg"))


def test_headings_step_down_one_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in Page(written(not_ready())).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_typical_page_is_small() -> None:
    many = [measured(f"check_{n}", "performance", "PASS", 0.4, 2.0) for n in range(30)]
    many += [result(f"fact_{n}", "security") for n in range(50)]
    assert len(written(report(many, "READY", {"performance": 0.9})).encode()) < 300_000


# --- colours ----------------------------------------------------------------------------------------------------------


def palettes() -> list[dict[str, str]]:
    style = Path(plugin.__file__).with_name("style.css").read_text()
    light, dark = [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", part)) for part in style.split("}")[:2]]
    return [light, dark]


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(palette: dict[str, str]) -> None:
    text = ("ink", "soft", "muted", "good", "bad", "open", "warn", "off", "link")
    pairs = [(front, back) for front in text for back in ("paper", "raised")]
    for front, back in [
        *pairs,
        ("ink", "open-wash"),
        ("soft", "track"),
        ("soft", "line"),
        ("ink", "code"),
        ("muted", "code"),
    ]:
        low, high = sorted((luminance(palette[front]), luminance(palette[back])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (front, back)


# --- drawings ---------------------------------------------------------------------------------------------------------

ANY = st.floats() | st.sampled_from([0.0, 1e308, -1e308, 5e-324, inf, -inf, nan])
PLAIN: Result = result("x", "performance")


@settings(deadline=None)
@given(st.lists(st.tuples(ANY, ANY), max_size=30), ANY, ANY)
def test_every_series_can_be_drawn(points: list[tuple[float, float]], armed: float, limit: float) -> None:
    given = Series("t", "s", tuple(at for at, _ in points), tuple(value for _, value in points))
    drawn = _charts.plot(
        given, [FaultWindow("f", armed, limit)], PLAIN.model_copy(update={"unit": "s", "limit": limit})
    )
    if drawn is not None:
        assert not re.search("nan|inf", drawn.path)
        assert all(0 <= span.start <= 100 for span in drawn.windows)


@settings(deadline=None)
@given(ANY, ANY, ANY)
def test_every_value_has_a_place_on_its_gauge(value: float, objective: float, limit: float) -> None:
    drawn = _charts.gauge(PLAIN.model_copy(update={"value": value, "objective": objective, "limit": limit}))
    assert drawn is None or 0 <= drawn.value <= 100


def test_the_gauge_has_the_worse_side_on_the_right_in_both_directions() -> None:
    def place(value: float, objective: float, limit: float) -> float:
        drawn = _charts.gauge(PLAIN.model_copy(update={"value": value, "objective": objective, "limit": limit}))
        assert drawn is not None
        return drawn.value

    for objective, limit in ((0.5, 2.0), (400.0, 250.0)):
        assert place(objective, objective, limit) == _charts.OBJECTIVE_AT
        assert place(limit, objective, limit) == _charts.LIMIT_AT
    assert place(3.0, 0.5, 2.0) > _charts.LIMIT_AT
    assert place(100.0, 400.0, 250.0) > _charts.LIMIT_AT
    assert place(inf, 0.5, 2.0) == 100
    assert place(0.0, 400.0, 250.0) == 100


def test_no_spike_is_lost_when_a_long_series_is_thinned() -> None:
    values = [0.2] * 100_000
    values[31_337], values[77_777] = 9.0, -4.0
    drawn = _charts.plot(Series("t", "s", tuple(map(float, range(100_000))), tuple(values)), [], PLAIN)
    assert drawn is not None
    assert len(drawn.path) < 20_000
    assert "least -4, median 0.2, greatest 9" in drawn.summary
    heights = [float(height) for height in re.findall(r" ([0-9.]+)", drawn.path)]
    assert max(heights) == 100.0
    assert min(heights) < 6
    assert "100,000 points" in drawn.note


def test_values_that_are_not_finite_leave_a_gap() -> None:
    drawn = _charts.plot(Series("t", "s", (0.0, 1.0, 2.0, 3.0), (1.0, nan, 2.0, 3.0)), [], PLAIN)
    assert drawn is not None
    assert drawn.path.count("M") == 2
    assert "1 not finite: a gap" in drawn.note


def test_the_limit_is_drawn_only_where_it_has_the_same_unit_and_is_near() -> None:
    near = PLAIN.model_copy(update={"unit": "s", "limit": 1.5})
    assert (drawn := _charts.plot(series(), [], near)) is not None
    assert drawn.limit_at is not None
    for update in ({"unit": "MB", "limit": 1.5}, {"unit": "s", "limit": 900.0}, {"unit": "s", "limit": None}):
        assert (drawn := _charts.plot(series(), [], PLAIN.model_copy(update=update))) is not None
        assert drawn.limit_at is None


def test_phases_last_until_the_next_one() -> None:
    scenario = ScenarioSummary(
        scenario="x", suite="y", title="z", status="finished", seconds=100.0, phases=(("warm", 0.0), ("run", 25.0))
    )
    drawn = _charts.timeline(scenario)
    assert drawn is not None
    assert [(span.start, span.end) for span in drawn.phases] == [(0.0, 25.0), (25.0, 100.0)]
    assert _charts.timeline(scenario.model_copy(update={"phases": ()})) is None
