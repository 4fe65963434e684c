"""The page: complete without script or network, safe whatever a target says, readable by everybody."""

import gzip
import json
import re
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from readiness.report import Fitness, Report, ResultChange
from reports import html as plugin
from reports.html import html
from reports.html._inline import library
from reports.html._view import change_note
from tests.reports import loads, past
from tests.reports.hostile import ALL, hostile
from tests.reports.large import RESULTS, USUAL, large, usual
from tests.reports.samples import empty, inconclusive, measured, not_ready, ready, report, result, scoped

VOID = {"meta", "link", "br", "hr", "img", "input"}
CELLS = ("td", "th")
"""What HTML ends by itself where the next cell, the next row or the end of the table follows."""
DRAWN = {"rect", "line", "path", "circle", "use"}


class Page(HTMLParser):
    """Reads the page strictly: every element that opens must close, in order; cells and rows may end with their table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_before(tag, {"td": CELLS, "th": CELLS, "tr": (*CELLS, "tr")})
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in DRAWN
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self._end_before(tag, dict.fromkeys(("thead", "tbody", "tfoot"), (*CELLS, "tr")))
        assert self.open.pop() == tag

    def _end_before(self, tag: str, ended: dict[str, tuple[str, ...]]) -> None:
        while self.open and self.open[-1] in ended.get(tag, ()):
            self.open.pop()

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def written(report: Report, *, charts: bool = True) -> str:
    files = html(report, charts=charts)
    assert not isinstance(files, str)
    assert list(files) == ["report.html"]
    return files["report.html"]


def scripts_of(text: str) -> list[tuple[str, str]]:
    """Return the script elements of a page: their attributes and their text."""
    return [(kind.strip(), body) for kind, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL)]


def block_of(text: str, name: str) -> str:
    return next(body for kind, body in scripts_of(text) if f'id="{name}"' in kind)


@pytest.mark.parametrize("charts", [True, False])
@pytest.mark.parametrize("make", ALL.values(), ids=ALL)
def test_the_page_is_well_formed_and_asks_for_nothing(make: Any, charts: bool) -> None:
    page = Page(written(make(), charts=charts))
    names = {tag for tag, _ in page.tags}
    assert not names & {
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "link",
        "base",
        "audio",
        "video",
        "image",
        "template",
    }
    for _, attributes in page.tags:
        assert not [
            name
            for name in attributes
            if name.startswith("on") or name in ("style", "src", "srcset", "action", "nonce")
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


def policy_of(text: str) -> dict[str, list[str]]:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    rules = unescape(policy.group(1)).split("; ")
    return {rule.split()[0]: rule.split()[1:] for rule in rules}


def digest(data: bytes) -> str:
    return f"'sha256-{b64encode(sha256(data).digest()).decode()}'"


def test_the_content_policy_allows_our_style_sheet_our_scripts_and_nothing_else() -> None:
    text = written(ready(), charts=False)
    style = text.partition("<style>")[2].partition("</style>")[0]
    ours = [script for kind, script in scripts_of(text) if not kind]
    assert policy_of(text) == {
        "default-src": ["'none'"],
        "script-src": [digest(script.encode()) for script in ours],
        "style-src": [digest(style.encode())],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    assert not re.search(r"url\((?!#)|@import|https?:", style)


def test_the_chart_library_runs_by_its_hash_alone() -> None:
    text = written(ready())
    packed = block_of(text, "chart-library")
    unpacked = gzip.decompress(b64decode(packed))
    assert b"plotly.js" in unpacked[:200]
    rules = policy_of(text)
    assert len(rules["script-src"]) == 3
    assert rules["script-src"][-1] == digest(unpacked)
    assert rules["style-src"][1:] == [digest(b"")]
    assert "unsafe" not in str(rules)


def test_without_charts_or_with_nothing_to_draw_the_library_stays_away() -> None:
    for text in (written(ready(), charts=False), written(empty())):
        assert [kind for kind, _ in scripts_of(text)] == [""]
        assert len(policy_of(text)["script-src"]) == 1
        assert len(text.encode()) < 300_000


def test_equal_reports_are_equal_files() -> None:
    first = written(not_ready())
    library.cache_clear()
    assert written(not_ready()) == first


def test_the_page_does_not_depend_on_the_order_of_keys_in_the_json_report() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in sorted(value, reverse=True)}
        return [turned(item) for item in value] if isinstance(value, list) else value

    report = not_ready()
    other = Report.model_validate_json(json.dumps(turned(json.loads(report.model_dump_json()))))
    assert list(other.detailed_results) != list(report.detailed_results)
    assert written(other, charts=False) == written(report, charts=False)


def test_every_chart_has_its_numbers_and_its_drawing() -> None:
    text = written(not_ready())
    numbers = json.loads(block_of(text, "chart-numbers"))
    named = [a["data-chart"] for a in Page(text).named("figure") if "data-chart" in a]
    assert sorted(named) == sorted(numbers)
    assert {chart["kind"] for chart in numbers.values()} == {"lines", "bars", "trend"}
    crash = numbers["load-1-rate"]
    assert [window["label"] for window in crash["windows"]] == [
        "kill the vendor process",
        "2 s of latency towards the vendor",
    ]
    assert [line["name"] for line in crash["lines"]] == ["answers", "errors"]
    assert len(crash["x"]) == len(crash["lines"][0]["y"]) == 300


@pytest.mark.parametrize("charts", [True, False])
def test_hostile_strings_are_text(charts: bool) -> None:
    text = written(hostile(), charts=charts)
    ours = scripts_of(text)
    assert text.count("<script") == text.count("</script>") == len(ours) == (4 if charts else 1)
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" in text
    assert text.count("</style>") == 1
    assert "{{ 7*7 }}" in text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ufffe]", text)
    assert len(text.partition('<script type="application/gzip"')[0]) < 300_000


def test_hostile_numbers_cannot_leave_their_block() -> None:
    data = block_of(written(hostile()), "chart-numbers")
    assert not re.search(r"[<>&\u2028\u2029]", data)
    labels = [window["label"] for chart in json.loads(data).values() for window in chart.get("windows", [])]
    assert any("<script>alert('x')</script>" in label for label in labels)


def test_the_order_is_that_of_a_reviewer() -> None:
    text = written(not_ready())
    parts = (
        "blockers coverage path change ending categories findings ledger scenarios open waivers fitness tiers environment "
        "method policy glossary"
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
    assert text.count('<details class="finding"') == len(sample.results)
    for one in sample.results:
        assert f'id="check-{one.check}"' in text
    for word in ("Failed", "Error", "Inconclusive", "Unknown", "Warning", "Passed", "Skipped", "Not applicable"):
        assert f"</svg>{word}</span>" in text


def test_evidence_that_is_no_experiment_of_this_run_says_so() -> None:
    brought = result("scan", "security", origin="Bandit 1.8.0, bandit.sarif", strength="observed")
    text = written(report([brought, result("ours", "security")], "READY", {"security": 1.0}), charts=False)
    assert text.count("Evidence: ") == 1
    assert "Evidence: observed, brought by Bandit 1.8.0, bandit.sarif." in text


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


def test_the_change_names_what_moved_the_score() -> None:
    change = written(not_ready()).partition('<h2 id="change"')[2].partition("</section>")[0]
    for text in (
        "READY → NOT READY",
        "86.12 % → 49.00 %",
        "-34.02 points",
        "Passed → Failed",
        "× 6.63 (6.02 – 7.31)",
        "16",
    ):
        assert text in change
    assert "There is no run to compare with." in written(inconclusive())


def test_a_change_says_once_what_its_columns_say() -> None:
    change = ResultChange(check="a", kind="worse", before="PASS", after="FAIL", sentence="a PASS -> FAIL: two are lost")
    assert change_note(change) == "two are lost"
    assert change_note(change.model_copy(update={"value_before": 0.0})) == ""


def test_loud_waivers_stand_on_the_first_screen_and_all_in_the_register() -> None:
    text = written(not_ready())
    first = text.partition('<h2 id="ending"')[2].partition("</section>")[0]
    register = text.partition('<h2 id="waivers"')[2].partition("</section>")[0]
    for state in past.waivers():
        assert state.waiver.id in register
        assert state.reason.partition(";")[0] in register
        assert (f"<strong>{state.waiver.id}</strong>" in first) == (state.status != "active")


def test_an_unfit_machine_is_said_where_coverage_is_and_its_readings_below() -> None:
    text = written(not_ready().model_copy(update={"fitness": past.UNFIT}))
    assert "Unfit machine" in text.partition('<h2 id="coverage"')[2].partition("</section>")[0]
    fitness = text.partition('<h2 id="fitness"')[2].partition("</section>")[0]
    for words in ("Unfit to measure", "could not be read", "0.97", "0.85"):
        assert words in fitness
    nothing = written(not_ready().model_copy(update={"fitness": Fitness(fit=True)}))
    assert "Fit to measure" not in nothing


def test_the_arithmetic_leads_from_the_value_to_the_points() -> None:
    performance = written(not_ready()).partition('id="category-performance"')[2].partition("</section>")[0]
    rule, _, findings = performance.partition("<details")
    assert "(100 % − its score) × its weight ÷ " in rule
    body = findings.partition('id="check-latency_p95"')[2].partition("</details>")[0]
    for words in (
        "lies between the limit 2 s (70 %) and 4 s (0 %), on a straight line over the logarithm of the value.",
        "weight 10 of ",
        "costs 13.44 points",
    ):
        assert words in body


def test_tables_have_captions_and_headings_have_scopes() -> None:
    page = Page(written(not_ready()))
    assert len(page.named("caption")) == len(page.named("table"))
    assert all(attributes.get("scope") in ("row", "col") for attributes in page.named("th"))
    assert page.named("html")[0]["lang"] == "en"
    gauges = [a for a in page.named("svg") if a.get("class") == "gauge"]  # their words are text, so they need no label
    drawings = [a for a in page.named("svg") if a not in gauges and "x" not in a]
    assert gauges
    assert all("aria-label" in a or a.get("aria-hidden") for a in drawings)


def test_headings_step_down_one_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in Page(written(not_ready())).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(("make", "results", "plain"), [(usual, USUAL, 300_000), (large, RESULTS, 1_000_000)])
def test_a_page_keeps_to_its_size(make: Any, results: int, plain: int) -> None:
    text = written(make())
    assert text.count('<details class="finding"') == results
    assert len(text.encode()) < 3_000_000
    assert len(written(make(), charts=False).encode()) < plain


def test_what_is_said_of_a_whole_category_or_a_scenario_stands_on_the_page_once() -> None:
    text = written(usual(), charts=False)
    assert text.count("A finding costs (100 %") == len(not_ready().category_scores)
    assert text.count("pid 41237 dead") == sum(bool(scenario.windows) for scenario in usual().scenarios)
    assert text.count("--check NAME") == 1


def test_what_passed_shows_no_advice_and_no_command_and_the_page_says_where_they_are() -> None:
    sample = report(
        [
            measured("sound", "performance", "PASS", 0.4, 2.0, reproduce="readiness --check sound --seed 7"),
            measured("slow", "performance", "WARN", 1.9, 2.0, reproduce="readiness --check slow --seed 7"),
        ],
        "READY",
        {"performance": 0.9},
    )
    text = written(sample, charts=False)
    sound, slow = (text.partition(f'id="check-{name}"')[2].partition("</details>")[0] for name in ("sound", "slow"))
    assert "readiness --check NAME --seed 7" in text
    assert "What to do" not in sound
    assert "--check sound" not in text
    assert "What to do" in slow
    assert "readiness --check slow --seed 7" in slow


def test_phases_are_drawn_beside_a_load_or_a_fault_and_told_in_words_otherwise() -> None:
    page = written(usual(), charts=False)
    acts = {scenario.scenario: bool(scenario.load or scenario.windows) for scenario in usual().scenarios}
    for index, (name, drawn) in enumerate(acts.items()):
        act = page.partition(f'id="scenario-{index}"')[2].partition("</article>")[0]
        assert ('<svg class="timeline"' in act) == drawn, name
        assert drawn or "phase 3 from 36 s" in act, name


def test_a_fault_that_no_scenario_lists_stands_with_its_witness_at_the_finding() -> None:
    lonely = result("lonely", "reliability", witnesses=(loads.CRASH,), scenario="gone")
    text = written(report([lonely], "READY", {"reliability": 1.0}, scenarios=()), charts=False)
    assert "pid 41237 dead" in text.partition('id="check-lonely"')[2].partition("</details>")[0]


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
