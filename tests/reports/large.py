"""A report as large as they come: 500 results, and a load of a million samples in each of two scenarios."""

from readiness.model import CATEGORIES, SEVERITIES, Status, Table
from readiness.report import LoadSummary, PhaseLoad, Report, Result
from tests.reports import loads, past
from tests.reports.samples import SCENARIOS, measured, report, result

RESULTS, SAMPLES = 500, 1_000_000
STATES: tuple[Status, ...] = ("PASS", "PASS", "PASS", "WARN", "FAIL", "PASS", "UNKNOWN", "PASS", "PASS", "INCONCLUSIVE")
SMALL = Table("What was seen", ("moment", "answer"), tuple((f"{index} s", "as expected") for index in range(5)))


def million() -> LoadSummary:
    """A load of a million samples: as large in a report as one of a thousand, for a report carries bins."""
    return LoadSummary(
        phases=(
            PhaseLoad(
                phase="measure",
                begin=0.0,
                seconds=600.0,
                samples=SAMPLES,
                errors=0,
                rate=SAMPLES / 600,
                percentiles=loads.percentiles(SAMPLES),
            ),
        ),
        timeline=loads.timeline(600.0, SAMPLES / 600),
        histogram=loads.histogram(SAMPLES, buckets=200),
        errors_by_kind={},
        generator={"cpu_cores": 0.81, "late_p99": 0.004},
    )


def large() -> Report:
    """Every third result is measured, with a table and a series; the others are facts with a small table."""
    results: list[Result] = []
    for index in range(RESULTS):
        category = CATEGORIES[index % len(CATEGORIES)]
        state, severity = STATES[index % len(STATES)], SEVERITIES[1:][index % 4]
        if index % 3 == 0:
            results.append(measured(f"measured_{index}", category, state, 0.41, 2.0, severity=severity))
        else:
            results.append(result(f"fact_{index}", category, state, severity, evidence=(SMALL,)))
    scenarios = tuple(
        one.model_copy(update={"scenario": f"load_{index}", "samples": SAMPLES, "load": million()})
        for index, one in enumerate((*SCENARIOS[:2],))
    )
    return report(
        results,
        "NOT READY",
        dict.fromkeys(CATEGORIES, 0.7),
        scenarios=(*scenarios, *SCENARIOS),
        change=past.worse(),
        trend=past.trend(50),
        waiver_states=past.waivers(),
    )
