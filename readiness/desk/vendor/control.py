"""What a test may change while the vendor runs, and what it may read back."""

import json
import math
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from readiness.desk.vendor.faults import FAULTS, Fault, Message, disordered
from readiness.desk.vendor.market import Market

_RANGES = {"volatility": (0.01, 5.0), "move": (-0.9, 9.0)}


@dataclass(frozen=True, slots=True)
class State:
    """The vendor at one moment: its market and its fault."""

    market: Market
    fault: Fault = "none"


class Control:
    """Holds the state; safe to use from every request's thread."""

    def __init__(self, market: Market) -> None:
        self.state = State(market)
        self._lock = threading.Lock()
        self._requests: Counter[str] = Counter()
        self._first = time.time_ns() // 1_000_000  # so that numbers go on rising over a restart
        self._sent: dict[str, Message] = {}
        self._newest: dict[str, Message] = {}

    def message(self, stream: str, at: datetime) -> Message:
        """Number the next message of a stream; under the fault "reordered" it may be an old one."""
        with self._lock:
            newest, last = self._newest.get(stream, Message(self._first, at)), self._sent.get(stream)
            sent = Message(newest.number + 1, at)
            if self.state.fault == "reordered" and last is not None:
                sent = disordered(last, newest, at)
            if sent.place == 0:
                self._newest[stream] = sent
            self._sent[stream] = sent
            return sent

    def count(self, route: str) -> None:
        """Note that a request for this route arrived."""
        with self._lock:
            self._requests[route] += 1

    def change(self, body: bytes) -> None:
        """Apply a JSON object of settings; ValueError lists all that is wrong with it, and then nothing is changed."""
        try:
            wanted = json.loads(body)
        except ValueError as error:
            raise ValueError('the body is not JSON; right would be an object such as {"fault": "none"}') from error
        if not isinstance(wanted, dict):
            raise ValueError(f"the body is a {type(wanted).__name__}; right would be an object")
        problems = [problem for name, value in wanted.items() if (problem := _objection(name, value))]
        if problems:
            raise ValueError("; ".join(problems))
        with self._lock:
            market = self.state.market
            market = replace(
                market,
                volatility=float(wanted.get("volatility", market.volatility)),
                move=float(wanted.get("move", market.move)),
            )
            self.state = State(market, cast(Fault, wanted.get("fault", self.state.fault)))
            self._sent.clear()  # a disorder begins with a message that counts

    def show(self) -> dict[str, object]:
        """All settings, and the number of requests by route."""
        with self._lock:
            market, fault, requests = self.state.market, self.state.fault, dict(self._requests)
        return {
            "fault": fault,
            "volatility": market.volatility,
            "move": market.move,
            "seed": market.seed,
            "requests": requests,
        }


def _objection(name: str, value: object) -> str | None:
    if name == "fault":
        return None if value in FAULTS else f"fault is {value!r}; right would be one of {', '.join(FAULTS)}"
    if name not in _RANGES:
        return f"{name!r} cannot be set; right would be fault, {', '.join(_RANGES)}"
    low, high = _RANGES[name]
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and low <= value <= high:
        return None
    return f"{name} is {value!r}; right would be a number from {low} to {high}"
