"""What clean rounds rule out: the anomaly rate that would have been seen with 99 % certainty."""

import math

MISSED = 0.01
"""The share of cases in which the anomaly is there and no round shows it."""


def detection_power(rounds: int) -> float:
    """Return the anomaly rate per round (0 to 1) that ``rounds`` clean ones rule out with 99 %: (1 - rate)^rounds = 0.01."""
    return 1.0 - math.pow(MISSED, 1.0 / rounds)


def rounds_needed(rate: float) -> int:
    """Return how many clean rounds rule out an anomaly of this rate per round (above 0, at most 1) with 99 %."""
    if not 0.0 < rate <= 1.0:
        raise ValueError(f"an anomaly rate is above 0 and at most 1, not {rate}")
    return 1 if rate == 1.0 else math.ceil(math.log(MISSED) / math.log1p(-rate))
