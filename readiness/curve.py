"""A measured value -> the points that it earns between its objective and its limit. Pure; docs/scoring.md §1."""

import math
from typing import Literal

Better = Literal["lower", "higher"]

LIMIT_SCORE = 0.70
"""What a value on its limit earns, and the threshold of the standard policy: the number never contradicts the word."""
SHARE_UNIT = "share"
WHOLE = {SHARE_UNIT: 1.0, "ratio": 1.0, "fraction": 1.0, "%": 100.0, "percent": 100.0}
"""Units of proportions, and what is all of them: where higher is better, they are scored over their error side."""


def curve(value: float, objective: float, limit: float, *, better: Better = "lower") -> float:
    """Return the score of a value: 1.0 at the objective or better, exactly 0.70 at the limit, 0 at twice the limit.

    Where higher is better, 0 is at half the limit. In between it is linear in log(value), so that equal factors cost
    equal points; a better value never earns less (docs/scoring.md §1). A logarithm needs numbers
    above 0, so where there are none:

    - objective or limit <= 0 (an error rate whose objective is 0): linear in the value between the two;
    - limit <= 0: there is no twice of it, so anything worse than the limit earns 0;
    - objective == limit: meeting it earns 1.0, and missing it starts at 0.70.

    Raises ValueError where the objective is worse than the limit, or one of the three is not a number.
    """
    if math.isnan(value):
        raise ValueError("the value is not a number")
    if complaint := complaint_about_limits(objective, limit, better):
        raise ValueError(complaint)
    far = 2.0 if better == "lower" else 0.5
    if reaches(value, objective, better):
        return 1.0
    if value == limit:
        return LIMIT_SCORE
    if reaches(value, limit, better):
        return max(LIMIT_SCORE, 1.0 - (1.0 - LIMIT_SCORE) * _way(value, objective, limit))
    if limit <= 0 or reaches(limit * far, value, better):
        return 0.0
    return LIMIT_SCORE * (1.0 - _way(value, limit, limit * far))


def _way(value: float, start: float, end: float) -> float:
    """How far ``value`` is on the way from start to end, 0 to 1: in logarithms where they exist."""
    if min(start, end) > 0:
        value, start, end = math.log(value), math.log(start), math.log(end)
    # Neighbouring floats may share a logarithm.
    return min(1.0, max(0.0, (value - start) / (end - start))) if start != end else 1.0


def reaches(value: float, bar: float, better: Better) -> bool:
    """Whether a value stands on the bar or on the better side of it."""
    return value <= bar if better == "lower" else value >= bar


def complaint_about_limits(objective: float, limit: float, better: Better) -> str:
    """Say why nothing can be scored between these two, or return an empty string."""
    if not (math.isfinite(objective) and math.isfinite(limit)):
        return f"objective {objective} and limit {limit} must be finite numbers"
    if not reaches(objective, limit, better):
        return f"objective {shown(objective)} is worse than limit {shown(limit)}, where {better} is better; set both"
    return ""


def score_of(value: float, objective: float, limit: float, better: Better, unit: str) -> float:
    """Return the curve's score, over the error side for proportions: 99.9 % is half as bad as 99.8 %."""
    whole = WHOLE.get(unit)
    if better == "higher" and whole is not None and 0 <= limit <= objective <= whole:
        return curve(whole - value, whole - objective, whole - limit)
    return curve(value, objective, limit, better=better)


def better_side(value: float | None, objective: float, limit: float) -> Better:
    """Tell the direction of a check from its two bars; from the value of a finding where both are the same."""
    rising = objective > limit or (objective == limit and value is not None and value < limit)
    return "higher" if rising else "lower"


def noise_gain(objective: float, limit: float) -> float:
    """Return the points (of 1.0) that the score moves between objective and limit when the value moves by 1 %.

    It is the slope of the curve over log(value): 0.30 / ln(limit / objective), so it depends on their ratio alone: 0.7
    points of 100 a percent at a ratio of 1.5. Both must be above 0; infinite where they are the same.
    """
    width = abs(math.log(limit / objective))
    return (1.0 - LIMIT_SCORE) / width / 100 if width else math.inf


def shown(value: float, unit: str = "") -> str:
    """Write a number as a sentence needs it: four digits, none behind the point where it is large."""
    text = f"{value:.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.4g}"
    return f"{text} {unit}".rstrip()
