"""Scenarios and their loads as a report carries them: computed from a formula, so that every run of the tests sees the same numbers."""

from itertools import pairwise
from math import erf, exp, log, pi, sin, sqrt

from readiness.model import FaultWindow
from readiness.report import LoadSummary, PhaseLoad, ScenarioSummary, Timeline

CRASH = FaultWindow("kill the vendor process", 18.0, 31.5, {"pid 41237 dead": True, "calls refused": 212})
MEDIAN, SPREAD = 0.052, 0.55
QUANTILES = {"50": 0.0, "90": 1.2816, "95": 1.6449, "99": 2.3263, "99.9": 3.0902}
NEEDED = {"50": 5, "90": 29, "95": 59, "99": 299, "99.9": 2995}


def percentiles(samples: int, slower: float = 1.0) -> dict[str, float]:
    """Percentiles of a lognormal latency, those only that so many samples can bound."""
    return {
        name: round(MEDIAN * slower * exp(SPREAD * z), 5) for name, z in QUANTILES.items() if samples >= NEEDED[name]
    }


def histogram(samples: int, buckets: int = 120) -> tuple[tuple[float, float, int], ...]:
    """Counts of a lognormal latency in buckets of equal width on a logarithmic axis."""

    def below(latency: float) -> float:
        return 0.5 * (1 + erf(log(latency / MEDIAN) / (SPREAD * sqrt(2))))

    edges = [0.004 * (2.5 / 0.004) ** (index / buckets) for index in range(buckets + 1)]
    counts = [round(samples * (below(high) - below(low))) for low, high in pairwise(edges)]
    counts[counts.index(max(counts))] += samples - sum(counts)
    return tuple((low, high, n) for low, high, n in zip(edges, edges[1:], counts, strict=False) if n)


def timeline(seconds: float, rate: float, bins: int = 300, hurt: tuple[float, float] | None = None) -> Timeline:
    """A steady load with a breath in it; between the two moments of ``hurt`` calls are slow and some fail."""
    width = seconds / bins
    at = [(index + 0.5) * width for index in range(bins)]
    bad = [
        0.0 if hurt is None or not hurt[0] < t < hurt[1] else sin((t - hurt[0]) / (hurt[1] - hurt[0]) * pi) for t in at
    ]
    p50 = [None if b > 0.97 else round(MEDIAN * (1 + 0.08 * sin(t) + 4 * b), 5) for t, b in zip(at, bad, strict=True)]
    return Timeline(
        bin_seconds=width,
        rate=tuple(round(rate * (1 + 0.03 * sin(1.7 * t) - 0.6 * b), 2) for t, b in zip(at, bad, strict=True)),
        errors=tuple(round(rate * 0.3 * b, 2) for b in bad),
        p50=tuple(p50),
        p95=tuple(
            None if p is None else round(p * (2.5 + 0.4 * sin(2.3 * t)), 5) for t, p in zip(at, p50, strict=True)
        ),
        p99=tuple(
            None if p is None else round(p * (3.6 + 0.9 * sin(3.1 * t)), 5) for t, p in zip(at, p50, strict=True)
        ),
    )


def steady(samples: int = 6992, seconds: float = 61.4) -> LoadSummary:
    """A constant arrival rate after a warm-up."""
    rate = samples / seconds
    warm = round(samples * 12 / seconds)
    return LoadSummary(
        phases=(
            PhaseLoad(
                phase="warm up",
                begin=0.0,
                seconds=12.0,
                samples=warm,
                errors=0,
                rate=rate,
                percentiles=percentiles(warm, 1.4),
            ),
            PhaseLoad(
                phase="measure",
                begin=12.0,
                seconds=seconds - 12,
                samples=samples - warm,
                errors=0,
                rate=rate,
                percentiles=percentiles(samples - warm),
            ),
        ),
        timeline=timeline(seconds, rate),
        histogram=histogram(samples),
        errors_by_kind={},
        generator={"cpu_cores": 0.31, "late_p99": 0.0012},
    )


def hurt() -> LoadSummary:
    """The vendor dies for a while."""
    return LoadSummary(
        phases=(
            PhaseLoad(
                phase="before",
                begin=0.0,
                seconds=18.0,
                samples=1908,
                errors=0,
                rate=106.0,
                percentiles=percentiles(1908),
            ),
            PhaseLoad(
                phase="fault",
                begin=18.0,
                seconds=13.5,
                samples=812,
                errors=212,
                rate=60.1,
                percentiles=percentiles(812, 4.1),
            ),
            PhaseLoad(
                phase="after",
                begin=31.5,
                seconds=29.5,
                samples=2400,
                errors=0,
                rate=81.4,
                percentiles=percentiles(2400, 1.1),
            ),
        ),
        timeline=timeline(61.0, 106.0, hurt=(18.0, 31.5)),
        histogram=histogram(5120),
        errors_by_kind={"refused": 187, "timeout": 25},
        generator={"cpu_cores": 0.28, "late_p99": 0.0019},
    )


def growing() -> LoadSummary:
    """More users step by step: throughput grows, then flattens, then falls a little."""
    steps = {1: 88.0, 2: 171.0, 5: 402.0, 10: 690.0, 20: 851.0, 35: 862.0, 50: 839.0}
    return LoadSummary(
        phases=tuple(
            PhaseLoad(
                phase=f"{users} users",
                begin=6.0 * index,
                seconds=6.0,
                samples=int(rate * 6),
                errors=0 if users < 50 else 9,
                rate=rate,
                users=users,
                percentiles=percentiles(int(rate * 6), max(1.0, users / 14)),
            )
            for index, (users, rate) in enumerate(steps.items())
        ),
        timeline=timeline(42.0, 560.0, bins=84),
        histogram=histogram(23418),
        errors_by_kind={"timeout": 9},
        generator={"cpu_cores": 0.87, "late_p99": 0.0108},
    )


SCENARIOS = (
    ScenarioSummary(
        scenario="steady_load",
        suite="end_to_end_workflows",
        title="The expected load, for as long as the limits need to be decided",
        status="finished",
        seconds=61.4,
        samples=6992,
        phases=(("warm up", 0.0), ("measure", 12.0)),
        load=steady(),
    ),
    ScenarioSummary(
        scenario="vendor_crash",
        suite="stress_testing",
        title="The market-data vendor dies in the middle of the day and comes back",
        status="finished",
        seconds=61.0,
        samples=5120,
        errors=212,
        phases=(("before", 0.0), ("fault", 18.0), ("after", 31.5)),
        windows=(CRASH, FaultWindow("2 s of latency towards the vendor", 34.0, 39.0, {"bytes delayed": 18211})),
        load=hurt(),
    ),
    ScenarioSummary(
        scenario="user_grid",
        suite="stress_testing",
        title="More users step by step, until throughput grows no more",
        status="finished",
        seconds=42.0,
        samples=23418,
        errors=9,
        phases=tuple((f"{users} users", 6.0 * index) for index, users in enumerate((1, 2, 5, 10, 20, 35, 50))),
        load=growing(),
    ),
    ScenarioSummary(
        scenario="log_inspection",
        suite="production_readiness",
        title="What the log says about the run",
        status="not run",
        reason="The target grants no access to its logs.",
    ),
)
