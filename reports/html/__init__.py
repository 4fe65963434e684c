"""Writes ``report.html``: one file to read from the verdict down to the last number, without network.

The page is complete without script. With it, findings can be filtered and searched, and the drawings of load become
charts that answer to the mouse. Everything that a target said passes :func:`_shown` on its way to the page: cleaned, cut,
and escaped by the template engine. The content policy allows our own style sheet and scripts, each by its hash, and
nothing else; see :func:`_content_policy`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from readiness import CATEGORIES, Report, reporter

from .. import _wording  # noqa: TID252 - plugin folders have no absolute name
from . import _charts, _plots
from ._inline import EMPTY, Library, chart_data, digest_of, library
from ._view import LOOKS, change_note, view_of

HERE = Path(__file__).parent
RUNS_SHOWN = 12
"""Earlier runs in the table; the drawing has all."""
FILTERS = {
    "words": _wording.words,
    "percent": _wording.percent,
    "weight": _wording.weight,
    "points": _wording.points,
    "signed_points": _wording.signed_points,
    "duration": _wording.duration,
    "number": _wording.number,
    "in_unit": _wording.with_unit,
    "flags": _wording.flags,
    "verdict_change": _wording.verdict_change,
    "score_change": _wording.score_change,
    "changes_worst_first": _wording.changes_worst_first,
    "change_note": change_note,
    "status_change": _wording.status_change,
    "value_change": _wording.value_change,
    "when": _charts.window_text,
    "witness": _charts.witness_text,
    "place": _plots.share_at,
    "neat": _plots.neat,
}


@reporter()
def html(report: Report, *, charts: bool = True) -> dict[str, str]:
    """The report as one page; without ``charts`` it is smaller by the chart library (2 MB), and every drawing stays."""
    view = view_of(report)
    plots = [plot for act in view.acts if act.load for plot in act.load.plots] + ([view.trend] if view.trend else [])
    packed = library() if charts and plots else None
    style = (HERE / "style.css").read_text(encoding="utf-8")
    scripts = [(HERE / name).read_text(encoding="utf-8") for name in ("page.js", *(["charts.js"] if packed else []))]
    text = (
        _environment()
        .get_template("page.html")
        .render(
            report=report,
            view=view,
            library=packed,
            numbers=chart_data(plots) if packed else "",
            style=Markup(style),  # noqa: S704 - our own file
            scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
            content_policy=_content_policy(style, scripts, packed),
            **_words(report),
        )
    )
    return {"report.html": text}


def _words(report: Report) -> dict[str, Any]:
    """What the template says beside the values of the report."""
    return {
        "first_lines": _wording.first_lines(report),
        "tally": _wording.tally(report.results),
        "tally_sentence": _wording.tally_sentence(report.results),
        "unfit_sentence": _wording.unfit_sentence(report),
        "percent_range": _wording.percent_range,
        "suite_details": _wording.suite_details,
        "state_words": _wording.STATE_WORDS,
        "runs_shown": RUNS_SHOWN,
        "tones": {state: tone for state, (tone, _) in LOOKS.items()},
        "shapes": {state: shape for state, (_, shape) in LOOKS.items()},
        "categories": CATEGORIES,
    }


def _content_policy(style: str, scripts: Sequence[str], packed: Library | None) -> str:
    """Return what the browser may run and load: what stands in the page, recognised by its hash.

    The chart library is allowed by the hash of its unpacked text; no other text can run, so ``unsafe-inline`` and
    ``unsafe-eval`` are not needed. It creates one empty style element, which the hash of the empty text allows. One
    sheet for maps that it brings along is refused by the browser; no map is ever drawn.
    """
    run = [digest_of(script) for script in scripts] + ([packed.digest] if packed else [])
    look = [digest_of(style)] + ([EMPTY] if packed else [])
    rules = {
        "default-src": "'none'",
        "script-src": " ".join(f"'{digest}'" for digest in run),
        "style-src": " ".join(f"'{digest}'" for digest in look),
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


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
    environment.filters["percentile"] = _percentile
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


def _percentile(key: str) -> str:
    """The column of a percentile; the sign in front sets its figures to the right."""
    return f"#p{key} ms"
