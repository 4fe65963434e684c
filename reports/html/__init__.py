"""Writes ``report.html``: one file to read from the verdict down to the last number, without script or network.

Everything that a target said passes :func:`_shown` on its way to the page: cleaned, cut, and escaped by the template
engine. The content policy of the page allows its own style sheet, by hash, and nothing else.
"""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from readiness import CATEGORIES, Report, reporter

from .. import _wording  # noqa: TID252 - plugin folders have no absolute name
from . import _charts
from ._view import LOOKS, view_of

HERE = Path(__file__).parent
FILTERS = {
    "words": _wording.words,
    "percent": _wording.percent,
    "weight": _wording.weight,
    "points": _wording.points,
    "duration": _wording.duration,
    "number": _wording.number,
    "in_unit": _wording.with_unit,
    "flags": _wording.flags,
    "when": _charts.window_text,
    "witness": _charts.witness_text,
    "place": _charts.share_at,
}


@reporter()
def html(report: Report) -> dict[str, str]:
    """The report as one page."""
    style = (HERE / "style.css").read_text(encoding="utf-8")
    page = _environment().get_template("page.html")
    text = page.render(
        report=report,
        view=view_of(report),
        first_lines=_wording.first_lines(report),
        tally=_wording.tally(report.results),
        tally_sentence=_wording.tally_sentence(report.results),
        percent_range=_wording.percent_range,
        suite_details=_wording.suite_details,
        state_words=_wording.STATE_WORDS,
        tones={state: tone for state, (tone, _) in LOOKS.items()},
        shapes={state: shape for state, (_, shape) in LOOKS.items()},
        categories=CATEGORIES,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
    )
    return {"report.html": text}


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE, encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters |= FILTERS
    environment.filters["cell"] = _cell
    environment.filters["command"] = _command
    return environment


def _shown(value: Any) -> Any:
    """What an expression of the template becomes; only our own markup passes unchanged."""
    return value if isinstance(value, Markup) else _wording.clean(value)


def _cell(value: object) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return "yes" if value else "no"
        case int():
            return _wording.clean(f"{value:,}", 240)
        case float():
            return _wording.number(value)
    return _wording.clean(value, 240)


def _command(text: str) -> Markup:
    """A command keeps its line breaks."""
    return escape(_wording.clean_lines(text, 2000))
