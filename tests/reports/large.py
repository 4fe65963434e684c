"""Large reports: as a run of everything makes it (190 results, 55 scenarios), and as large as they come (500 results, a
load of a million samples in each of two scenarios)."""

from readiness.model import CATEGORIES, SEVERITIES, Status, Table
from readiness.report import LoadSummary, PhaseLoad, Report, Result, ScenarioSummary
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


USUAL, ACTS, LOADED = 190, 55, 5
TITLE = "It answers every caller in time while the service that it depends on is away, number {}"
REASON = "60 calls in 5 phases were answered as they should be; the slowest took 0.4 s"
STEPS = Table(
    "Calls by phase", ("phase", "calls", "good", "slowest, s"), tuple((f"phase {n}", 12, 12, 0.031) for n in range(5))
)


def usual() -> Report:
    """A run of everything that went well, in the proportions of the desk's: 3 of 10 results are measured, 2 of 7 have a
    table, a few are left open; 5 of 55 scenarios send a load, and 50 runs went before."""
    results = []
    for index in range(USUAL):
        category = CATEGORIES[index % len(CATEGORIES)]
        state: Status = "INCONCLUSIVE" if index % 25 == 24 else "WARN" if index % 25 == 12 else "PASS"
        more = {
            "title": TITLE.format(index),
            "reason": REASON,
            "scenario": f"scenario_{index % ACTS}",
            "evidence": (STEPS,) if index % 7 in (1, 3) else (),
            "location": f"{category}/check_{index}.py",
            "reproduce": f"python -m readiness --config readiness.yaml --check check_{index} --profile standard",
        }
        if index % 10 in (0, 3, 6):
            results.append(measured(f"check_{index}", category, state, 0.41, 2.0, severity="major", **more))
        else:
            results.append(result(f"check_{index}", category, state, "critical", **more))
    return report(
        results, "READY", dict.fromkeys(CATEGORIES, 0.97), scenarios=tuple(map(_act, range(ACTS))), trend=past.trend(50)
    )


def _act(index: int) -> ScenarioSummary:
    """A scenario of five phases, every third with a fault, some with a load."""
    return ScenarioSummary(
        scenario=f"scenario_{index}", suite="production_readiness", title=f"scenario_{index}", status="finished",
        seconds=61.0, samples=6992, phases=tuple((f"phase {n}", 12.0 * n) for n in range(5)),
        windows=(loads.CRASH,) if index % 3 == 0 else (), load=loads.hurt() if index < LOADED else None,
    )  # fmt: skip
