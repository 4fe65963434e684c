"""A level that goes from stage to stage in straight lines: an arrival rate, or a number of users, over time."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, sqrt

Stages = Sequence[tuple[float, float]]
"""(seconds, level at their end) of each stage."""
Part = tuple[int, int]
"""(place, of): of what one process would count, every ``of``-th arrival or user from ``place`` on, so that the parts of several
processes together are the whole, and evenly mixed."""
WHOLE: Part = (0, 1)


@dataclass(frozen=True)
class Ramp:
    """The level ``start`` at 0, and after each stage the one it names; 0 after the last."""

    start: float
    stages: tuple[tuple[float, float], ...]
    part: Part = WHOLE
    _corners: tuple[tuple[float, float], ...] = field(init=False, repr=False)
    _areas: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        corners, areas = [(0.0, self.start)], [0.0]
        for seconds, level in self.stages:
            at, before = corners[-1]
            corners.append((at + seconds, level))
            areas.append(areas[-1] + seconds * (before + level) / 2)
        object.__setattr__(self, "_corners", tuple(corners))
        object.__setattr__(self, "_areas", tuple(areas))

    @property
    def seconds(self) -> float:
        """How long the stages take together."""
        return self._corners[-1][0]

    @property
    def total(self) -> int:
        """Arrivals of all stages, where the level is arrivals per second: the area below the lines."""
        return count_of_part(round(self._areas[-1]), self.part)

    @property
    def users(self) -> int:
        """Users of all stages, where the level is users."""
        return count_of_part(ceil(self.peak), self.part)

    @property
    def peak(self) -> float:
        """The highest level."""
        return max(level for _, level in self._corners)

    def count(self, at: float) -> float:
        """Return the arrivals due by ``at`` seconds: the area below the lines up to there."""
        place, of = self.part
        return max(0.0, (self._area(at) - place) / of)

    def _area(self, at: float) -> float:
        if at >= self.seconds:
            return self._areas[-1]
        stage = self._stage([corner for corner, _ in self._corners], max(0.0, at))
        begin, level = self._corners[stage]
        passed = at - begin
        return self._areas[stage] + passed * (level + self._slope(stage) * passed / 2)

    def at(self, number: int) -> float:
        """Return the seconds at which arrival ``number`` (from 0) is due: where the area below the lines reaches it."""
        place, of = self.part
        number = place + number * of
        stage = self._stage(self._areas, number)
        begin, level = self._corners[stage]
        left = number - self._areas[stage]
        if not left:
            return begin
        # the root of  level * t + slope * t**2 / 2 = left  in the form that also holds for a slope of 0
        return begin + 2 * left / (level + sqrt(max(0.0, level * level + 2 * self._slope(stage) * left)))

    def spans(self, user: int) -> Iterator[tuple[float, float]]:
        """Yield (from, to) of each time during which user ``user`` (from 0) is there: while the ramp is above his number."""
        place, of = self.part
        level = place + user * of
        begin: float | None = 0.0 if self.start > level else None
        for (at, low), (end, high) in pairwise(self._corners):
            if (high > level) != (begin is not None):
                crossing = end if high == low else at + (end - at) * (level - low) / (high - low)
                if begin is None:
                    begin = crossing
                else:
                    yield begin, crossing
                    begin = None
        if begin is not None:
            yield begin, self.seconds

    def _stage(self, bounds: Sequence[float], value: float) -> int:
        return min(bisect_right(bounds, value), len(self.stages)) - 1

    def _slope(self, stage: int) -> float:
        seconds, level = self.stages[stage]
        return (level - self._corners[stage][1]) / seconds


def count_of_part(whole: int, part: Part) -> int:
    """Return how many of ``whole`` things fall to a part."""
    place, of = part
    return max(0, -(-(whole - place) // of))


def problems_of(stages: Stages, what: str, most: float) -> list[str]:
    """Return what is wrong with stages: each takes time, and ends at a level from 0 to ``most``."""
    if not stages:
        return ["stages: there is none; right would be for example ((10, 50), (20, 50))"]
    wrong = [f"stages: a stage of {seconds:g} s; each must take time" for seconds, _ in stages if not seconds > 0]
    return wrong + [f"stages: {level:g} {what}; from 0 to {most:g}" for _, level in stages if not 0 <= level <= most]
