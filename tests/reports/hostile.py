"""A report whose every string tries something and whose numbers are none; and all reports together."""

from math import inf, nan

from readiness.model import FaultWindow, Series, Table
from readiness.report import Decision, Interval, LedgerLine, Report, Result, ScenarioSummary, SuiteResult, Waiver
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
