"""Writes ``badge.svg``: the verdict as a word and a colour, with the score.

It loads nothing: no font, no style sheet, no script. Text is measured with the widest of the common sans-serif fonts and
then spaced to that width, so that it is never clipped. White on each colour has a contrast of at least 4.5 (WCAG 2.2 AA).
"""

from xml.sax.saxutils import escape, quoteattr

from readiness import Report, reporter

from ._wording import clean, percent, without_credentials

LABEL = "readiness"
LABEL_COLOUR = "#3b4148"
COLOURS = {"READY": "#176f2c", "NOT READY": "#b3261e", "INCONCLUSIVE": "#7a5200"}
FONT = "Verdana,'DejaVu Sans',Geneva,Arial,sans-serif"
SIZE, HEIGHT, PADDING = 11, 20, 8
# Widths in em, each rounded up from DejaVu Sans Bold, the widest font that the list can give.
_WIDTHS = {"MW@%": 1.11, "BCEFLPSTXYZ": 0.77, " .,:;·Iijl|": 0.39, "()rtf-": 0.5}
_CAPITAL, _SMALL = 0.86, 0.72


@reporter()
def badge(report: Report) -> dict[str, str]:
    """A badge with the verdict."""
    said = f"{report.verdict} · {percent(report.overall_score)}"
    if report.scope.partial:
        said += " (part)"
    left, right = width_of(LABEL) + 2 * PADDING, width_of(said) + 2 * PADDING
    name = f"{LABEL}: {said}; {clean(without_credentials(report.target), 120)}, {clean(report.timestamp, 40)}"
    svg = f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{HEIGHT}" role="img" aria-label={quoteattr(name)}>
<title>{escape(name)}</title>
<rect width="{left}" height="{HEIGHT}" fill="{LABEL_COLOUR}"/>
<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{COLOURS[report.verdict]}"/>
<g fill="#ffffff" font-family="{FONT}" font-size="{SIZE}" font-weight="bold" aria-hidden="true">
<text x="{PADDING}" y="14" textLength="{left - 2 * PADDING}" lengthAdjust="spacing">{escape(LABEL)}</text>
<text x="{left + PADDING}" y="14" textLength="{right - 2 * PADDING}" \
lengthAdjust="spacing">{escape(said)}</text>
</g>
</svg>
"""
    return {"badge.svg": svg}


def width_of(text: str) -> int:
    """Return a width in pixels that the text does not exceed in any of the fonts."""
    return -int(-sum(_em(character) for character in text) * SIZE // 1)


def _em(character: str) -> float:
    known = next((width for group, width in _WIDTHS.items() if character in group), 0.0)
    return known or (_CAPITAL if character.isupper() else _SMALL)
