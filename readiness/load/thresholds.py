"""Thresholds in k6's spirit: ``p(95)<200ms``, ``avg<50ms``, ``max<2s``, ``errors<1%``, ``rate>100``; parsed once, judged at the end."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

FORM = re.compile(
    r"\s*(?P<what>p\(\s*(?P<percent>\d+(?:\.\d+)?)\s*\)|avg|max|errors|rate)\s*(?P<sign><=|>=|<|>)"
    r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>us|ms|s|%|/s)?\s*"
)
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, None: 1e-3}
"""A latency without a unit is in milliseconds, as in k6."""
SIGNS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


class Measurements(Protocol):
    """What thresholds are held against; latencies in seconds, of verified answers."""

    def latency(self, percent: float) -> float: ...
    @property
    def mean(self) -> float: ...
    @property
    def largest(self) -> float: ...
    @property
    def error_share(self) -> float: ...
    @property
    def rate(self) -> float: ...


@dataclass(frozen=True)
class Threshold:
    """One condition; ``limit`` in seconds, as a share, or in verified calls per second."""

    text: str
    what: str
    percent: float
    sign: str
    limit: float

    def judge(self, found: Measurements) -> tuple[bool, float]:
        """Return whether it holds, and the value. What was not measured (NaN) never holds."""
        value = self._value(found)
        return SIGNS[self.sign](value, self.limit), value

    @property
    def is_latency(self) -> bool:
        """Whether its value is in seconds."""
        return self.what not in ("errors", "rate")

    def _value(self, found: Measurements) -> float:
        match self.what:
            case "avg":
                return found.mean
            case "max":
                return found.largest
            case "errors":
                return found.error_share
            case "rate":
                return found.rate
        return found.latency(self.percent)


def parse_threshold(text: str) -> Threshold:
    """Parse a threshold; ValueError says what is wrong."""
    found = FORM.fullmatch(text)
    if found is None:
        raise ValueError(
            f"threshold {text!r}: right would be 'p(95)<200ms', 'avg<50ms', 'max<2s', 'errors<1%' or 'rate>100'"
        )
    what, number, unit = found["what"], float(found["number"]), found["unit"]
    allowed = {"errors": ("%", None), "rate": ("/s", None)}.get(what, ("us", "ms", "s", None))
    if unit not in allowed:
        raise ValueError(f"threshold {text!r}: {what} has no unit {unit!r}")
    percent = float(found["percent"] or 0)
    if found["percent"] and not 0 < percent <= 100:
        raise ValueError(f"threshold {text!r}: percentiles go from above 0 to 100")
    scale = {"errors": 0.01 if unit else 1.0, "rate": 1.0}.get(what) or SECONDS[unit]
    return Threshold(text.strip(), "p" if found["percent"] else what, percent, found["sign"], number * scale)
