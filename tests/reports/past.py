"""What lies before a report: the last run, the trend, the waivers in each of their states, the machine."""

from math import sin

from readiness.model import CATEGORIES
from readiness.report import (
    Attribution,
    Comparison,
    Decision,
    Fitness,
    Interval,
    ResultChange,
    TrendPoint,
    Waiver,
    WaiverState,
    WaiverStatus,
)

STATES: tuple[tuple[WaiverStatus, str, int, str], ...] = (
    ("active", "retries_back_off", 40, "Covers a warning; 40 days are left."),
    ("expiring", "tls_is_enforced", 10, "Ends in 10 days, on 2026-12-01."),
    ("expired", "alerts_fire", -1, "Ended yesterday; the finding counts again."),
    ("not yet", "memory_returns", 45, "Begins on 2026-12-01; until then the finding counts."),
    ("unused", "cache_follows_writes", 12, "Covers nothing in this run: the check is not applicable."),
    ("exceeded", "latency_p99", 20, "Accepts up to 1.5 s, observed 1.913 s; the finding counts."),
    ("out of scope", "throughput", 30, "Was given for staging; this target is another one."),
    ("forbidden", "no_trade_is_lost", 30, "Lost data cannot be waived under this policy."),
)
GONE = {"active": "2026-12-31", "expiring": "2026-12-01", "expired": "2026-11-20"}


def waivers() -> tuple[WaiverState, ...]:
    """One waiver in each state."""
    return tuple(
        WaiverState(
            waiver=Waiver(
                id=f"W-{7 + index}",
                check=check,
                reason="Accepted until the next release replaces the client.",
                owner="desk team",
                approver="head of operations",
                created="2026-10-02",
                expires=GONE.get(status, "2026-12-20"),
                bound=1.5 if status == "exceeded" else None,
            ),
            status=status,
            days_left=days,
            reason=reason,
        )
        for index, (status, check, days, reason) in enumerate(STATES)
    )


def worse() -> Comparison:
    """The last run was READY; since then the service lost trades and the policy became stricter."""
    return Comparison(
        baseline="20261120T062211Z-91be",
        baseline_timestamp="2026-11-20T06:22:11+00:00",
        verdict_before="READY",
        verdict_after="NOT READY",
        score_before=0.8612,
        score_after=0.49,
        attribution=Attribution(
            service=-0.3402,
            policy=-0.031,
            catalogue=0.0,
            machine=0.0,
            sentence="The service cost 34.02 points, the policy 3.10; the catalogue and the machine nothing.",
        ),
        changes=(
            ResultChange(
                check="no_trade_is_lost",
                kind="worse",
                before="PASS",
                after="FAIL",
                sentence="3 acknowledged orders are missing; none was before.",
            ),
            ResultChange(
                check="latency_p95",
                kind="worse",
                before="PASS",
                after="FAIL",
                value_before=0.412,
                value_after=2.731,
                unit="s",
                effect=6.63,
                effect_interval=Interval(low=6.02, high=7.31),
                sentence="6.63 times as slow.",
            ),
            ResultChange(
                check="throughput",
                kind="better",
                before="WARN",
                after="PASS",
                value_before=371.0,
                value_after=412.7,
                unit="calls/s",
                effect=1.112,
                effect_interval=Interval(low=1.04, high=1.19),
                sentence="11 % more.",
            ),
            ResultChange(check="log_lines_are_structured", kind="changed", before="SKIPPED", after="UNKNOWN"),
            ResultChange(check="breaker_opens", kind="added", after="INCONCLUSIVE", sentence="New in the catalogue."),
            ResultChange(
                check="heap_is_bounded", kind="removed", before="PASS", sentence="No longer in the catalogue."
            ),
        ),
        unchanged=16,
        regressions=("no_trade_is_lost", "latency_p95"),
        sentence="READY became NOT READY: no_trade_is_lost and latency_p95 got worse.",
    )


def trend(runs: int = 24, last: float = 0.8612) -> tuple[TrendPoint, ...]:
    """Earlier runs: a slow climb, one that decided nothing."""
    points = []
    for index in range(runs):
        blind = index == runs // 3
        score = None if blind else round(last - 0.006 * (runs - 1 - index) + 0.012 * sin(1.9 * index), 4)
        points.append(
            TrendPoint(
                run=f"202611{index % 28 + 1:02d}T062211Z-{0x9100 + index:x}",
                timestamp=f"2026-{10 + index // 15:02d}-{index % 28 + 1:02d}T06:22:11+00:00",
                verdict="INCONCLUSIVE" if score is None else "READY" if score >= 0.8 else "NOT READY",
                score=score,
                interval=Interval(low=0.2, high=1.0)
                if score is None
                else Interval(low=score - 0.05, high=score + 0.03),
                category_scores=dict.fromkeys(CATEGORIES, score),
            )
        )
    return tuple(points)


FIT = Fitness(
    fit=True,
    readings={"steal_share": 0.002, "generator_cpu_cores": 0.31, "control_ratio": 1.04},
    limits={"steal_share": 0.05, "generator_cpu_cores": 0.85, "control_ratio": 1.2},
)
UNFIT = Fitness(
    fit=False,
    reasons=("The generator used 0.97 of a core; 0.85 is the most at which its times can be trusted.",),
    readings={"steal_share": None, "generator_cpu_cores": 0.97, "control_ratio": 1.11},
    limits={"steal_share": 0.05, "generator_cpu_cores": 0.85, "control_ratio": 1.2},
)
TIERS = (
    Decision(policy="tier 3", verdict="READY", reason="Every bar of tier 3 is cleared."),
    Decision(policy="tier 2", verdict="INCONCLUSIVE", reason="Coverage is 77.27 %; 85.00 % is required."),
    Decision(
        policy="tier 1",
        verdict="NOT READY",
        reason="latency_p95 failed; tier 1 allows 1 s.",
        would_make_ready=("latency_p95", "no_trade_is_lost"),
    ),
)
