"""What the page carries in itself: hashes for its content policy, numbers for its charts, the packed chart library."""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from markupsafe import Markup

from ._plots import Plot

EMPTY = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
"""Hash of no text at all: lets the chart library create an *empty* style element, which it fills rule by rule."""


@dataclass(frozen=True)
class Library:
    """The chart library: packed (gzip, base64), and the hash under which a browser may run it."""

    packed: Markup
    digest: str


def digest_of(text: str | bytes) -> str:
    """Return the hash of a script or style sheet as a content policy writes it."""
    data = text.encode() if isinstance(text, str) else text
    return f"sha256-{b64encode(sha256(data).digest()).decode()}"


def chart_data(plots: Iterable[Plot]) -> Markup:
    """Write the numbers of all charts as JSON that no HTML parser can leave: every ``<``, ``>`` and ``&`` is escaped."""
    numbers = {plot.name: plot.numbers for plot in plots if plot.name and plot.numbers is not None}
    text = json.dumps(numbers, separators=(",", ":"), allow_nan=False)  # ASCII: line separators are escaped as well
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - nothing in it can end the element


@lru_cache(maxsize=1)
def library() -> Library | None:
    """Pack Plotly's bundle; None where it is not installed, and the drawings stay as they are.

    The clock stays out of the archive (``mtime=0``), so that equal reports are equal files.
    """
    found = find_spec("plotly")  # finds its folder without importing it
    for folder in found.submodule_search_locations or () if found else ():
        bundle = Path(folder, "package_data", "plotly.min.js")
        if bundle.is_file():
            data = bundle.read_bytes()
            packed = b64encode(gzip.compress(data, 9, mtime=0)).decode()
            return Library(Markup(packed), digest_of(data))  # noqa: S704 - base64
    return None
