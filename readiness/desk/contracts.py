"""The names of listed options: root, expiry, kind and strike in one code, as in "U251219P00032000".

The layout is that of the Options Symbology Initiative (OCC, 2010), with the root left unpadded: root, YYMMDD, C or P,
strike in thousandths of a dollar with eight digits.
"""

import re
from dataclasses import dataclass
from datetime import date

from readiness.desk.pricing import Kind

_CODE = re.compile(
    r"(?P<symbol>[A-Z]{1,6})(?P<year>\d\d)(?P<month>\d\d)(?P<day>\d\d)(?P<kind>[CP])(?P<strike>\d{8})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Contract:
    """One listed option; the strike is in dollars."""

    symbol: str
    expires: date
    kind: Kind
    strike: float

    @property
    def code(self) -> str:
        """The name under which it trades."""
        letter = "C" if self.kind == "call" else "P"
        return f"{self.symbol}{self.expires:%y%m%d}{letter}{round(self.strike * 1000):08d}"


def parse_contract(code: str) -> Contract:
    """Read a contract's name; ValueError when it is none."""
    match = _CODE.fullmatch(code)
    if match is None:
        raise ValueError(f"contract is {code[:40]!r}; right would be a code such as 'U251219P00032000'")
    expires = date(2000 + int(match["year"]), int(match["month"]), int(match["day"]))
    return Contract(match["symbol"], expires, "call" if match["kind"] == "C" else "put", int(match["strike"]) / 1000)
