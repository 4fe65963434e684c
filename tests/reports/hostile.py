"""A report whose every string tries something and whose numbers are none; and all reports together."""

from math import inf, nan
from typing import Any

from readiness.model import FaultWindow, Series, Table
from readiness.report import (
    Attribution,
    Comparison,
    Decision,
    Fitness,
    Interval,
    LedgerLine,
    LoadSummary,
    PhaseLoad,
    Report,
    Result,
    ResultChange,
    ScenarioSummary,
    SuiteResult,
    Timeline,
    TrendPoint,
    Waiver,
    WaiverState,
)
from tests.reports import samples

NASTY = (
    "<script>alert('x')</script> ]]> <!-- --> {{ 7*7 }} [red]markup[/red] [link=http://evil] | pipe | `code` **bold** "
    "@octocat #1 https://evil.example www.evil.example \x1b[31mred\x1b[0m \x1b]0;title\x07 \x00 \x9b2J \u202edlrow\u202c "
    "\ufffe </style> & \" ' "
)


def results() -> list[Result]:
    """Three results: one fails with a reason of a megabyte, one is unknown, one passes."""
    table = Table(NASTY, (NASTY, "b"), ((NASTY, inf), (None, nan), *(("row", n) for n in range(500))))
    curve = Series(NASTY, NASTY, (0.0, 1.0, 2.0, 3.0, inf), (1.0, inf, nan, -inf, 5.0))
    fault = FaultWindow(NASTY, -5.0, inf, {NASTY: NASTY})
    wrong = {"evidence": (table, curve), "witnesses": (fault,), "location": NASTY, "unit": NASTY}
    texts = {"title": NASTY, "suite": NASTY, "reproduce": NASTY}
    failed = samples.result(f"{NASTY}0", "security", "FAIL", "blocker", reason=NASTY + "x" * 1_000_000, **texts)
    unknown = samples.result(f"{NASTY}1", "security", "UNKNOWN", "critical", reason=NASTY, **texts)
    passed = samples.result(f"{NASTY}2", "monitoring", "PASS", "info", reason=NASTY, **texts)
    beyond = {"value": inf, "limit": 2.0, "objective": 1.0, "interval": Interval(low=1.0, high=inf)}
    return [
        failed.model_copy(update=wrong | beyond),
        unknown.model_copy(update=wrong | {"value": nan, "limit": inf}),
        passed,
    ]


def load() -> LoadSummary:
    """Times that are none, in a phase and of a kind with a nasty name."""
    return LoadSummary(
        phases=(
            PhaseLoad(
                phase=NASTY, begin=-inf, seconds=nan, samples=-1, errors=2**70, rate=inf, percentiles={NASTY: nan}
            ),
        ),
        timeline=Timeline(
            bin_seconds=1.0,
            rate=(1.0, inf, 3.0),
            errors=(nan, 0.0, 1.0),
            p50=(None, nan, 2.0),
            p95=(0.1, inf, 1.0),
            p99=(1e308,) * 3,
        ),
        histogram=((0.0, 0.1, 5), (0.1, inf, 7)),
        errors_by_kind={NASTY: 3},
        generator={NASTY: nan},
    )


def history() -> dict[str, Any]:
    """A past that cannot be trusted either."""
    waiver = Waiver(
        id=NASTY, check=NASTY, reason=NASTY, owner=NASTY, expires=NASTY, approver=NASTY, scope=NASTY, bound=nan
    )
    change = ResultChange(
        check=NASTY,
        kind="worse",
        value_before=nan,
        value_after=inf,
        unit=NASTY,
        effect=inf,
        effect_interval=Interval(low=nan, high=inf),
        sentence=NASTY,
    )
    moved = Attribution(service=nan, policy=inf, catalogue=-inf, machine=0.0, sentence=NASTY)
    points = (
        TrendPoint(
            run=NASTY,
            timestamp=NASTY,
            verdict="READY",
            score=nan,
            interval=Interval(low=-inf, high=7),
            category_scores={},
        ),
    ) * 3
    return {
        "waiver_states": (WaiverState(waiver=waiver, status="expired", days_left=-(2**40), reason=NASTY),),
        "change": Comparison(
            baseline=NASTY,
            baseline_timestamp=NASTY,
            verdict_before="READY",
            verdict_after="NOT READY",
            score_before=nan,
            score_after=inf,
            attribution=moved,
            changes=(change,),
            unchanged=-1,
            regressions=(NASTY,),
            sentence=NASTY,
        ),
        "trend": points,
        "fitness": Fitness(fit=False, reasons=(NASTY,), readings={NASTY: nan}, limits={NASTY: inf}),
        "tier_decisions": (Decision(policy=NASTY, verdict="NOT READY", reason=NASTY, would_make_ready=(NASTY,)),),
    }


def hostile() -> Report:
    """Nothing in it can be trusted."""
    mine = results()
    fault = mine[0].witnesses[0]
    crashed = ScenarioSummary(
        scenario=NASTY,
        suite=NASTY,
        title=NASTY,
        status="crashed",
        reason=NASTY,
        seconds=inf,
        phases=((NASTY, 0.0), (NASTY, inf)),
        windows=(fault,),
        load=load(),
    )
    return samples.report(
        mine,
        "NOT READY",
        {"security": 0.0},
        detailed_results={
            NASTY: SuiteResult(status="FAILED", exit_code=1, critical=True, error=NASTY, results=tuple(mine)),
        },
        scenarios=(crashed,),
        reason=NASTY,
        target=NASTY,
        run=NASTY,
        timestamp=NASTY,
        recommendations=(NASTY,) * 3,
        ledger=(LedgerLine(check=NASTY, reason=NASTY, points=nan),),
        decisions=(Decision(policy=NASTY, verdict="NOT READY", reason=NASTY, would_make_ready=(NASTY,)),),
        waivers=(Waiver(id=NASTY, check=NASTY, reason=NASTY, owner=NASTY, expires=NASTY),),
        environment={NASTY: {NASTY: [NASTY, inf, {1, 2}]}},
        policy={NASTY: NASTY, "threshold": "high"},
        test_duration_seconds=inf,
        **history(),
    )


ALL = {
    "ready": samples.ready,
    "not_ready": samples.not_ready,
    "inconclusive": samples.inconclusive,
    "interrupted": samples.interrupted,
    "scoped": samples.scoped,
    "empty": samples.empty,
    "hostile": hostile,
}
