"""How often, and how soon, does a stopping rule decide wrongly? Ours beside two common ones, simulated.

    python benchmarks/stopping.py [--runs 300]

A limit says that at most 1 % of the answers may be slow. 500 answers a second; the true share lies around the limit. Slow
answers come independently, in stalls of 0.5 s at random, or in slow spells (five times the share of the quiet time
between). Three rules:

- ours: `readiness.measure.stopping.Stopper`, guarded against stalls of 0.5 s; and one that only claims stalls every 20 s;
- sequential: an anytime-valid test that takes every answer for independent (beta-binomial mixture; Robbins 1970), 5 % a side;
- point estimate: stop as failed after 10 s as soon as the share so far is over the limit, else pass at the end (as a k6
  threshold with abortOnFail does).

Wrong pass: passed where the true share is over the limit. Wrong fail: failed where it is under; on it, both are wrong.
Both should stay under 5 %. Spells of 10 s last longer than the first look (8 s): there none of the rules promises anything.
"""

import argparse
import math
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from readiness.measure.blocks import Block
from readiness.measure.stopping import LatencyLimit, Stopper, Undecided, look_times, seconds_to_exclude

RATE = 500
LIMIT = 0.01
STALL = 0.5
ALPHA = 0.05
SHARES = (0.003, 0.005, 0.008, 0.01, 0.012, 0.02, 0.05)
Counts = npt.NDArray[np.int64]
"""Slow answers: a row for each run, a column for each second."""


class Outcome(NamedTuple):
    """Shares of the runs, and the mean duration."""

    passed: float
    failed: float
    undecided: float
    seconds: float


def independent(share: float, runs: int, seconds: int, source: np.random.Generator) -> Counts:
    return source.binomial(RATE, share, size=(runs, seconds)).astype(np.int64)


def stalls(share: float, runs: int, seconds: int, source: np.random.Generator) -> Counts:
    """Every answer of a stall is slow; stalls begin at random, overlapping ones join."""
    ticks = int(STALL * RATE)
    starts = source.random((runs, seconds * RATE + ticks), dtype=np.float32) < -math.log1p(-share) / ticks
    begun = np.cumsum(starts, axis=1, dtype=np.int32)
    slow = begun[:, ticks:] > begun[:, :-ticks]
    return np.asarray(slow.reshape(runs, seconds, RATE).sum(axis=2), dtype=np.int64)


def spells(mean: float) -> Callable[[float, int, int, np.random.Generator], Counts]:
    """A fifth of the time is a spell of ``mean`` seconds on average, with five times the share of the time between."""

    def draw(share: float, runs: int, seconds: int, source: np.random.Generator) -> Counts:
        inside = source.random(runs) < 0.2
        level = np.empty((runs, seconds))
        low = share / (0.8 + 0.2 * 5)
        for second in range(seconds):
            level[:, second] = np.where(inside, 5 * low, low)
            turn = source.random(runs)
            inside = np.where(inside, turn >= 1 / mean, turn < 1 / (4 * mean))
        return source.binomial(RATE, level).astype(np.int64)

    return draw


def ours(counts: Counts, shortest: float) -> Outcome:
    """Run the stopper itself, block by block."""
    verdicts: list[str] = []
    seconds = 0.0
    longest = counts.shape[1]
    for row in counts.tolist():
        stopper = Stopper((LatencyLimit(99, 0.3),), look_times(8, longest), ALPHA, shortest, longest)
        for slow in row:
            stopper.observe(Block(1.0, RATE, 0, (slow,), 1.0 if slow > RATE * STALL / 2 else 0.0))
            if not isinstance(stopper.decision(), Undecided):
                break
        verdicts.append(stopper.decision().verdict)
        seconds += stopper.elapsed
    n = len(verdicts)
    passed, failed = verdicts.count("passed") / n, verdicts.count("failed") / n
    return Outcome(passed, failed, 1 - passed - failed, seconds / n)


def sequential(counts: Counts) -> Outcome:
    """Looked at every second: the mixture likelihood ratio against the limit exceeds 1 / alpha on one side."""
    log_factorial = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, RATE * counts.shape[1] + 2)))))
    n = RATE * np.arange(1, counts.shape[1] + 1)
    k = counts.cumsum(axis=1)
    log_ratio = log_factorial[k] + log_factorial[n - k] - log_factorial[n + 1]
    log_ratio -= k * math.log(LIMIT) + (n - k) * math.log1p(-LIMIT)
    crossed = log_ratio >= math.log(1 / ALPHA)
    return _first(crossed & (k < LIMIT * n), crossed & (k > LIMIT * n))


def point_estimate(counts: Counts) -> Outcome:
    """No interval at all."""
    n = RATE * np.arange(1, counts.shape[1] + 1)
    over = counts.cumsum(axis=1) > LIMIT * n
    over[:, :9] = False
    passes = np.zeros_like(over)
    passes[:, -1] = ~over[:, -1]
    return _first(passes, over)


def _first(passes: npt.NDArray[np.bool_], fails: npt.NDArray[np.bool_]) -> Outcome:
    longest = passes.shape[1]
    passed = np.where(passes.any(axis=1), passes.argmax(axis=1), longest)
    failed = np.where(fails.any(axis=1), fails.argmax(axis=1), longest)
    seconds = np.minimum(np.minimum(passed, failed) + 1, longest)
    good, bad = float((passed < failed).mean()), float((failed < passed).mean())
    return Outcome(good, bad, 1 - good - bad, float(seconds.mean()))


KINDS = {
    "independent": independent,
    "stalls of 0.5 s": stalls,
    "spells of 2 s": spells(2),
    "spells of 10 s": spells(10),
}
RULES: dict[str, tuple[int, Callable[[Counts], Outcome]]] = {
    "ours, guarded, 120 s": (120, lambda counts: ours(counts, seconds_to_exclude(STALL / LIMIT))),
    "ours, guarded, 300 s": (300, lambda counts: ours(counts, seconds_to_exclude(STALL / LIMIT))),
    "ours, claim 20 s": (120, lambda counts: ours(counts, seconds_to_exclude(20))),
    "sequential": (120, sequential),
    "point estimate": (120, point_estimate),
}


def main() -> None:
    """Print one table for each kind of slowness."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=300, help="simulated runs for each cell")
    runs: int = asked.parse_args().runs
    begin = time.perf_counter()
    worst: dict[tuple[str, str], float] = {}
    print(f"limit 1 %; {runs} runs a cell; guarded: no pass before {seconds_to_exclude(STALL / LIMIT):.0f} s\n")
    for kind, draw in KINDS.items():
        print(f"{kind:<17}{'rule':<22}{'wrong pass':>11}{'wrong fail':>11}{'right':>8}{'undecided':>11}{'seconds':>9}")
        for share in SHARES:
            for name, (longest, rule) in RULES.items():
                found = rule(draw(share, runs, longest, np.random.default_rng(7)))
                wrong_pass = found.passed if share >= LIMIT else 0.0
                wrong_fail = found.failed if share <= LIMIT else 0.0
                right = abs(found.passed + found.failed - wrong_pass - wrong_fail)
                worst[name, kind] = max(worst.get((name, kind), 0.0), wrong_pass, wrong_fail)
                cells = f"{wrong_pass:>10.1%} {wrong_fail:>10.1%} {right:>7.1%} {abs(found.undecided):>10.1%}"
                print(f"{f'{share:.1%}':<17}{name:<22}{cells} {found.seconds:>8.1f}")
        print()
    print(f"{'worst error':<23}" + "".join(f"{kind:>17}" for kind in KINDS))
    for name in RULES:
        print(f"{name:<23}" + "".join(f"{worst[name, kind]:>17.1%}" for kind in KINDS))
    print("('claim 20 s' promises nothing about stalls that come less often than every 20 s: shares under 2.5 % here)")
    print(f"{time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
