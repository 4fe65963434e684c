"""The badge: verdict by word and colour, readable by everybody, and deaf to what a target says."""

import re
from xml.etree import ElementTree

import pytest

from readiness.report import Report
from reports.badge import COLOURS, LABEL_COLOUR, PADDING, SIZE, badge, width_of
from tests.reports.samples import empty, inconclusive, not_ready, ready, scoped
from tests.reports.situations import SITUATIONS

SVG = "{http://www.w3.org/2000/svg}"
# Measured in Chromium with DejaVu Sans Bold, the widest font of the list, in em of 11 pixels.
REAL_PIXELS = {
    "READY": 40.8,
    "NOT READY": 70.7,
    "INCONCLUSIVE": 91.6,
    "84.42 %": 49.6,
    "not measured": 86.0,
    "readiness": 60.3,
    " · ": 11.8,
    "(part)": 36.0,
}


def root_of(report: Report) -> ElementTree.Element:
    files = badge(report)
    assert not isinstance(files, str)
    assert list(files) == ["badge.svg"]
    return ElementTree.fromstring(files["badge.svg"])


def texts(report: Report) -> list[str]:
    return [element.text or "" for element in root_of(report).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (ready, "READY · 84.42 %"),
        (not_ready, "NOT READY · 49.00 %"),
        (inconclusive, "INCONCLUSIVE · 88.59 %"),
        (empty, "INCONCLUSIVE · not measured"),
        (scoped, "READY · 92.00 % (part)"),
    ],
)
def test_the_verdict_is_a_word(make: object, said: str) -> None:
    assert callable(make)
    assert texts(make()) == ["readiness", said]


@pytest.mark.parametrize("make", [ready, not_ready, inconclusive])
def test_the_verdict_is_a_colour_of_its_own(make: object) -> None:
    assert callable(make)
    fills = [element.get("fill") for element in root_of(make()).iter(f"{SVG}rect")]
    assert fills == [LABEL_COLOUR, COLOURS[make().verdict]]
    assert len({*COLOURS.values(), LABEL_COLOUR}) == 4


@pytest.mark.parametrize("colour", [LABEL_COLOUR, *COLOURS.values()])
def test_white_text_has_the_contrast_of_wcag_aa(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_has_a_name_for_who_does_not_see_it(name: str) -> None:
    report = SITUATIONS[name]()
    root = root_of(report)
    assert root.get("role") == "img"
    label = root.get("aria-label") or ""
    assert label.startswith(f"readiness: {report.verdict} · ")
    assert root.findtext(f"{SVG}title") == label


@pytest.mark.parametrize(("text", "pixels"), REAL_PIXELS.items())
def test_text_is_never_measured_too_narrow(text: str, pixels: float) -> None:
    assert pixels <= width_of(text) <= 1.2 * pixels + SIZE


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_text_has_room(name: str) -> None:
    root = root_of(SITUATIONS[name]())
    right_ends = [float(r.get("x", 0)) + float(r.get("width", 0)) for r in root.iter(f"{SVG}rect")]
    for element, end in zip(root.iter(f"{SVG}text"), right_ends, strict=True):
        assert float(element.get("x", 0)) + float(element.get("textLength", 0)) + PADDING <= end
    assert right_ends[-1] == float(root.get("width", 0))


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_loads_and_runs_nothing(name: str) -> None:
    root = root_of(SITUATIONS[name]())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {"svg", "title", "rect", "g", "text"}
    for element in root.iter():
        assert not [at for at in element.attrib if at.startswith("on") or at.endswith("href") or at == "style"]
        assert not re.search(r"url\(|@import", " ".join(element.attrib.values()) if element.tag != f"{SVG}svg" else "")


def test_credentials_of_the_target_are_not_shown() -> None:
    report = ready().model_copy(update={"target": "http://user:pa55@host/?key=s3cret"})
    assert (root_of(report).get("aria-label") or "").split("; ")[1].startswith("http://host/, ")
