"""A history: what each client asked for, when, and what it was told. Herlihy and Wing (1990), with Jepsen's outcomes.

A client that got no answer does not know whether its write happened. Such an invocation is `info`: it may take effect
at any time from its invocation on, also long after the client gave up, or never. A checker that counted it as done,
or as not done, would accuse a correct service.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from readiness.exchange import NOT_SENT
from readiness.model import Table

Ending = Literal["ok", "fail", "info"]
REQUEST_TIMEOUT = 408
"""A refusal that an intermediary may send while the service goes on, so it proves nothing."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call in a history; times in seconds of one clock."""

    process: int
    """Who called: one process calls one thing after the other."""
    action: str
    invoked: float
    returned: float
    ending: Ending = "ok"
    key: str = ""
    """What was called: account, register, idempotency key ...; different keys do not touch each other."""
    value: Any = None
    result: Any = None

    @property
    def until(self) -> float:
        """The latest time at which it took effect; infinite where no answer came."""
        return math.inf if self.ending == "info" else self.returned

    @property
    def possible(self) -> bool:
        """Whether it may have taken effect."""
        return self.ending != "fail"

    def precedes(self, other: "Invocation") -> bool:
        """Whether it surely ended before the other began."""
        return self.until < other.invoked

    def __str__(self) -> str:
        said = {
            "ok": f" -> {self.result}" if self.result is not None else "",
            "fail": " refused",
            "info": " unanswered",
        }
        given = "" if self.value is None else f" {self.value}"
        return f"{self.action}{given}{said[self.ending]} (process {self.process}, {self.invoked:.6f} s)"


History = Iterable[Invocation]


def ending(status: int, error: str, expected: Iterable[int]) -> Ending:
    """Return what a reply proves about its request: done, surely not done, or neither.

    A refusal (4xx) and a request that was never sent are `fail`; no whole answer, 5xx and what nobody expected are
    `info`, because the service may have done its work before it failed to say so.
    """
    if error:
        return "fail" if error in NOT_SENT else "info"
    if status in expected:
        return "ok"
    return "fail" if 400 <= status < 500 and status != REQUEST_TIMEOUT else "info"


def rows(history: History) -> list[dict[str, Any]]:
    """Return the history as plain rows, for a recording; exact decimals become text."""
    return [
        {
            name: value if isinstance(value, int | float | str) or value is None else str(value)
            for name, value in row.items()
        }
        for row in map(asdict, history)
    ]


def read_rows(found: Iterable[Mapping[str, Any]], number: Callable[[Any], Any]) -> list[Invocation]:
    """Read back what `rows` wrote; ``number`` makes values and results of their text."""
    read = []
    for row in found:
        values = {name: None if row.get(name) is None else number(row[name]) for name in ("value", "result")}
        read.append(Invocation(**{**row, **values}))
    return read


def table(title: str, history: History) -> Table:
    """Return invocations as evidence to read; times in seconds."""
    columns = ("process", "action", "value", "outcome", "result", "from", "to")
    shown = [(one.process, one.action, one.value, one.ending, one.result, one.invoked, one.returned) for one in history]
    return Table(title, columns, tuple(tuple(map(_cell, row)) for row in shown))


def _cell(value: Any) -> int | str | None:
    if isinstance(value, float):
        return f"{value:.6f}"
    return value if isinstance(value, int | str) or value is None else str(value)


def by_key(history: History) -> dict[str, list[Invocation]]:
    """Return the invocations of each key, in the order in which they began."""
    parts: defaultdict[str, list[Invocation]] = defaultdict(list)
    for one in sorted(history, key=lambda one: (one.invoked, one.returned)):
        parts[one.key].append(one)
    return dict(parts)
