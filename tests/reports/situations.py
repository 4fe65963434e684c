"""Every report that the formats must agree on: the samples, the hostile one, and runs that went wrong in other ways."""

from collections.abc import Callable

from readiness.model import CATEGORIES, Category, Status
from readiness.report import Fitness, Interval, Report, ScenarioSummary, SuiteResult, Waiver, WaiverState
from tests.reports import hostile, samples
from tests.reports.loads import SCENARIOS

SCORES: dict[Category, float | None] = dict(zip(CATEGORIES, (0.92, 0.88, 0.75, 0.9, 0.71, 0.95, 0.8), strict=True))


def skipped() -> Report:
    """A run in which a person switched off every check."""
    results = [one.model_copy(update={"status": "SKIPPED"}) for one in samples.sound_results()]
    for one in results:
        assert one.status == "SKIPPED"
    return samples.report(results, "INCONCLUSIVE", {}, reason="Every check was skipped.", critical_pass_rate=None)


def half_crashed() -> Report:
    """A run of which one suite broke before it had results, and half of another's checks raised."""
    kept = [one for one in samples.sound_results() if one.suite != "stress_testing"]
    broken: Status = "ERROR"
    results = [one.model_copy(update={"status": broken}) if n % 2 else one for n, one in enumerate(kept)]
    crashed = ScenarioSummary(
        scenario="burst",
        suite="stress_testing",
        title="Three times the expected load",
        status="crashed",
        reason="The worker ended with signal 9.",
    )
    suites = samples.suites_of(results)
    suites["stress_testing"] = SuiteResult(
        status="ERROR", exit_code=3, critical=True, error="The worker ended with signal 9."
    )
    return samples.report(
        results,
        "INCONCLUSIVE",
        SCORES,
        reason="One suite crashed and half of the checks broke.",
        detailed_results=suites,
        scenarios=(*SCENARIOS, crashed),
        overall_interval=Interval(low=0.31, high=0.97),
    )


def waived() -> Report:
    """A run that is READY because its one failure is waived, by the waiver that took the place of one that ended."""
    kept = [one for one in samples.sound_results() if one.check != "tokens_expire"]
    results = [*kept, samples.result("tokens_expire", "security", "FAIL", "critical", waived=True)]
    ended, holds = (
        Waiver(id=id, check="tokens_expire", reason=reason, owner="ops", expires=expires)
        for id, reason, expires in (
            ("W-0", "Nobody knew.", "2026-11-01"),
            ("W-1", "The proxy ends sessions.", "2026-12-01"),
        )
    )
    states = (
        WaiverState(waiver=ended, status="expired", days_left=-20, reason="It ended; the finding counts again."),
        WaiverState(waiver=holds, status="expiring", days_left=10, reason="10 days are left."),
    )
    return samples.report(results, "READY", SCORES, raw_score=0.79, waivers=(ended, holds), waiver_states=states)


def unfit() -> Report:
    """A run on a machine that could not measure."""
    why = "Another guest took 31 % of the processor."
    fitness = Fitness(fit=False, reasons=(why,), readings={"steal_share": 0.31}, limits={"steal_share": 0.05})
    return samples.inconclusive().model_copy(update={"fitness": fitness})


def unchanged() -> Report:
    """A run in which nothing changed by more than the noise."""
    report = samples.not_ready()
    assert report.change is not None
    still = {"changes": (), "unchanged": len(report.results), "regressions": (), "verdict_before": "NOT READY"}
    return report.model_copy(update={"change": report.change.model_copy(update=still)})


SITUATIONS: dict[str, Callable[[], Report]] = {
    **hostile.ALL,
    "skipped": skipped,
    "half_crashed": half_crashed,
    "waived": waived,
    "unfit": unfit,
    "unchanged": unchanged,
}
