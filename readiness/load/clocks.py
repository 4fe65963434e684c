"""How far another machine's clock is from ours, and how well that can be known."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Round(NamedTuple):
    """One question for the time: sent and answered by our clock, ``there`` by the other one; seconds."""

    sent: float
    there: float
    answered: float


@dataclass(frozen=True)
class Offset:
    """The other clock minus ours, in seconds; the truth is within ``uncertainty`` of it."""

    seconds: float
    uncertainty: float


def offset_of(rounds: Iterable[Round]) -> Offset:
    """Estimate from the quickest round, as NTP's clock filter does (RFC 5905, 10).

    The other clock was read at some moment between the two of ours, so the middle is wrong by half the round trip at most,
    however unlike the ways there and back are.
    """
    sent, there, answered = min(rounds, key=lambda each: each.answered - each.sent)
    return Offset(there - (sent + answered) / 2, (answered - sent) / 2)


def uncertainty_over(before: Offset, after: Offset) -> float:
    """Return by how many seconds a clock may be off between two estimates: either's own error, and what it moved meanwhile."""
    return max(before.uncertainty, after.uncertainty) + abs(after.seconds - before.seconds)
