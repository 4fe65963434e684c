"""Which promise a run supports: the tiers, from C to A; and runs that were not finished, which support none."""

import pytest

from readiness.bars import Circumstances
from readiness.model import Profile
from readiness.policy import STANDARD, TIERS
from readiness.policy_file import from_mapping
from readiness.report import Result
from readiness.verdict import assemble, decide, tier_decisions, verdict_of
from tests.readiness.results import result

FULL = Circumstances(profile="full")


def promised(*failed: str, rest: float = 1.0) -> list[Result]:
    """A run with every check that a tier requires, and others, each in a category that has a floor."""
    checks = [*TIERS["A"].checks, *(f"other{i}" for i in range(14))]
    return [
        result(check, "FAIL" if check in failed else "WARN", 0.0 if check in failed else rest,
               category=("reliability", "security", "data_integrity")[place % 3])
        for place, check in enumerate(checks)
    ]  # fmt: skip


def test_a_run_is_held_against_every_tier_from_c_to_a() -> None:
    decisions = tier_decisions(promised(), STANDARD, FULL)
    assert [(one.policy, one.verdict) for one in decisions] == [
        ("tier C", "READY"), ("tier B", "READY"), ("tier A", "READY")
    ]  # fmt: skip
    assert [one.verdict for one in tier_decisions([], STANDARD)] == ["INCONCLUSIVE"] * 3


@pytest.mark.parametrize(
    ("rest", "verdicts"),
    [
        (0.70, ["READY", "NOT READY", "NOT READY"]),
        (0.79, ["READY", "NOT READY", "NOT READY"]),
        (0.80, ["READY", "READY", "NOT READY"]),
        (0.84, ["READY", "READY", "NOT READY"]),
        (0.85, ["READY", "READY", "READY"]),
    ],
)
def test_each_tier_has_its_threshold(rest: float, verdicts: list[str]) -> None:
    assert [one.verdict for one in tier_decisions(promised(rest=rest), STANDARD, FULL)] == verdicts


def test_a_tier_says_what_is_missing() -> None:
    least, middle, most = tier_decisions(promised("crash_restart"), STANDARD, FULL)
    assert (least.verdict, middle.verdict, most.verdict) == ("READY", "READY", "NOT READY")
    assert most.reason.startswith("Must pass and failed: crash_restart")
    assert most.would_make_ready == ("crash_restart",)


@pytest.mark.parametrize(("profile", "verdicts"), [("quick", 1), ("standard", 2), ("full", 3)])
def test_a_higher_promise_needs_a_longer_look(profile: Profile, verdicts: int) -> None:
    decisions = tier_decisions(promised(), STANDARD, Circumstances(profile))
    assert [one.verdict for one in decisions] == ["READY"] * verdicts + ["INCONCLUSIVE"] * (3 - verdicts)


def test_a_tier_takes_the_weights_of_the_policy_and_nothing_else() -> None:
    lax = from_mapping({"threshold": 0.0, "coverage": 0.0, "category_weights": {"monitoring": 100.0}}, STANDARD)
    results = [*promised(rest=0.9), result("blind", "FAIL", category="monitoring", weight=1.0)]
    least = tier_decisions(results, lax, FULL)[0]
    assert least.verdict == "NOT READY", "monitoring is more than half of what has weight"
    assert tier_decisions(results, STANDARD, FULL)[0].verdict == "READY"


# --- what was not finished ------------------------------------------------------------------------------------------

SKIPPED = [result(f"c{i}", "SKIPPED", severity="critical") for i in range(4)]
HALF_CRASHED = [
    *(result(f"c{i}", severity="critical") for i in range(4)),
    *(result(f"e{i}", "ERROR", severity="critical") for i in range(4)),
]


@pytest.mark.parametrize(
    ("results", "run", "verdict", "reason"),
    [
        ([], Circumstances(), "INCONCLUSIVE", "nothing that counts was decided"),
        (SKIPPED, Circumstances(), "INCONCLUSIVE", "the score lies between 0.00 and 1.00"),
        (HALF_CRASHED, Circumstances(), "INCONCLUSIVE", "the score lies between 0.50 and 1.00"),
        (HALF_CRASHED[:4], Circumstances(interrupted=True), "INCONCLUSIVE", "the run was interrupted"),
        (HALF_CRASHED[:4], Circumstances(), "READY", "no blocker is open"),
        ([*HALF_CRASHED, result("f", "FAIL", weight=99.0)], Circumstances(), "NOT READY", "the score cannot exceed"),
    ],
)
def test_what_was_not_finished_is_never_ready(
    results: list[Result], run: Circumstances, verdict: str, reason: str
) -> None:
    decision = decide(results, STANDARD, run)
    assert decision.verdict == verdict_of(results, STANDARD, run) == verdict
    assert reason in f"{decision.reason[:1].lower()}{decision.reason[1:]}"
    scores = assemble(results, interrupted=run.interrupted)
    assert scores.decisions[1].verdict != "READY", "nor is it fit for a release"
