"""Which interval holds its level for the log ratios of few quads: Student's t, the bootstrap, or signed ranks?

    python benchmarks/paired_level.py [--tries 2000]

Simulates quads of two equal versions, ABBA or BAAB as drawn, under several disturbances, and prints how often each
interval misses the true ratio 1, and its median half width, in percent. At alpha = 5 %, and at the alpha that the first
look really spends on one metric. A method that holds its level misses alpha at most; the narrower of two is the better
one. Takes about a minute on a quiet machine.
"""

import argparse
import math
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from readiness.measure.paired_intervals import signed_rank
from readiness.measure.pairs import FAMILY, Design

Values = npt.NDArray[np.float64]
Noise = Callable[[np.random.Generator, int], Values]
Method = Callable[[Values, float, np.random.Generator], tuple[float, float]]
SIGNS = np.array([[-1, 1, 1, -1], [1, -1, -1, 1]]) / 2  # ABBA and BAAB: candidate minus baseline, mean of two blocks


def bursts(draw: np.random.Generator, blocks: int) -> Values:
    """A disturbance that comes once in 25 blocks, lasts for six or so, and makes all twice as slow or more."""
    state, left = np.zeros(blocks), 0
    for block in range(blocks):
        left = draw.geometric(1 / 6) if left == 0 and draw.random() < 0.04 else max(0, left - 1)
        state[block] = draw.exponential(1.0) + 0.7 if left else 0.0
    return state + 0.05 * draw.normal(size=blocks)


def wandering(draw: np.random.Generator, blocks: int) -> Values:
    """A machine whose speed wanders from block to block (random walk) and gets slower by 2 % each."""
    return np.cumsum(0.05 * draw.normal(size=blocks) + 0.02)


NOISES: dict[str, Noise] = {
    "normal": lambda draw, blocks: 0.1 * draw.normal(size=blocks),
    "t with 2 degrees": lambda draw, blocks: 0.1 * draw.standard_t(2, size=blocks),
    "exponential": lambda draw, blocks: 0.1 * draw.exponential(size=blocks),
    "one of 20 ten times": lambda draw, blocks: 0.05 * draw.normal(size=blocks) + 2.3 * (draw.random(blocks) < 0.05),
    "bursts": bursts,
    "wandering, drifting": wandering,
}


def t_interval(values: Values, alpha: float, _: np.random.Generator) -> tuple[float, float]:
    """Student's t interval of the mean."""
    half = t_quantile(1 - alpha / 2, len(values) - 1) * values.std(ddof=1) / math.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


@lru_cache
def t_quantile(share: float, degrees: int) -> float:
    """Return a quantile of Student's t above 0.5, by integration of its density."""
    grid = np.linspace(0, 60, 600_001)
    density = (1 + grid**2 / degrees) ** (-(degrees + 1) / 2)
    scale = math.exp(math.lgamma((degrees + 1) / 2) - math.lgamma(degrees / 2)) / math.sqrt(degrees * math.pi)
    reached = 0.5 + scale * np.cumsum(density) * (grid[1] - grid[0])
    return float(grid[int(np.searchsorted(reached, share))])


def bootstrap(values: Values, alpha: float, draw: np.random.Generator) -> tuple[float, float]:
    """Percentile bootstrap of the mean."""
    means = values[draw.integers(0, len(values), (1000, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (alpha / 2, 1 - alpha / 2))
    return float(low), float(high)


def ranks(values: Values, alpha: float, _: np.random.Generator) -> tuple[float, float]:
    """The interval that readiness uses."""
    found = signed_rank(values.tolist(), alpha)
    return found.low, found.high


METHODS: dict[str, Method] = {"t": t_interval, "bootstrap": bootstrap, "signed ranks": ranks}


def simulate(noise: Noise, method: Method, quads: int, alpha: float, tries: int) -> tuple[float, float]:
    """Return the share of intervals that miss zero, and their median half width."""
    draw = np.random.default_rng(7)
    missed, widths = 0, []
    for _ in range(tries):
        blocks = noise(draw, 4 * quads).reshape(quads, 4)
        ratios = (blocks * SIGNS[draw.integers(0, 2, quads)]).sum(axis=1)
        low, high = method(ratios, alpha, draw)
        missed += not low <= 0 <= high
        widths.append((high - low) / 2)
    return missed / tries, float(np.median(widths))


def main() -> None:
    """Print one table for each number of quads and alpha."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=2000)
    tries = parser.parse_args().tries
    for look in Design().looks:
        for alpha in (0.05, look.alpha / FAMILY):
            print(f"\n{look.quads} quads, alpha = {alpha:.2%}: missed (half width)")
            print(f"{'':22}" + "".join(f"{name:>22}" for name in METHODS))
            for name, noise in NOISES.items():
                cells = [simulate(noise, method, look.quads, alpha, tries) for method in METHODS.values()]
                print(f"{name:22}" + "".join(f"{missed:>11.2%} ({width:7.1%})" for missed, width in cells))


if __name__ == "__main__":
    main()
