"""What a service exposes to Prometheus, read from its text format 0.0.4."""

import re
from dataclasses import dataclass

SERIES = re.compile(r"^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})?\s+(\S+)(?:\s+-?\d+)?$")
SHOWN = 200
"""Characters of a line that a complaint shows."""


@dataclass(frozen=True)
class Exposition:
    """Series by name and labels as they are written; what comes twice, and lines that cannot be read."""

    series: dict[str, float]
    duplicates: list[str]
    unreadable: list[str]

    def total(self, name: str) -> float | None:
        """The sum over all label sets of a metric; None where there is none."""
        values = [value for series, value in self.series.items() if series.partition("{")[0] == name]
        return sum(values) if values else None


def read_exposition(text: str) -> Exposition:
    """Read an exposition; comments and empty lines are left out."""
    series: dict[str, float] = {}
    duplicates, unreadable = [], []
    for line in (line.strip() for line in text.split("\n")):  # other breaks may stand within a label
        if not line or line.startswith("#"):
            continue
        match = SERIES.match(line)
        value = _number(match[3]) if match else None
        if match is None or value is None:
            unreadable.append(line[:SHOWN])
            continue
        name = match[1] + (match[2] or "")
        if name in series:
            duplicates.append(name[:SHOWN])
        series[name] = value
    return Exposition(series, duplicates, unreadable)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
