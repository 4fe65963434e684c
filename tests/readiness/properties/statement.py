"""A property of the scorer: a statement, and the cases that it is made about, so that it can be run wherever one likes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from readiness.model import Fact, Measured, Profile
from readiness.plugins import check
from readiness.policy import STANDARD, Policy
from readiness.report import Result
from readiness.scoring import result_of
from readiness.verdict import Scores
from readiness.weighing import Total, capped, overall, weigh

RANK = {"NOT READY": 0, "INCONCLUSIVE": 1, "READY": 2}
TODAY = date(2026, 1, 15)


@dataclass(frozen=True)
class Property:
    """A statement and the cases that it is made about."""

    holds: Callable[..., None]
    cases: tuple[st.SearchStrategy[Any], ...]

    def run(self, most: int, *, shrink: bool = True) -> int:
        """Try ``most`` cases, always the same ones, and return how many there were; AssertionError at a counterexample."""
        tried = 0

        def one(case: tuple[Any, ...]) -> None:
            nonlocal tried
            tried += 1
            self.holds(*case)

        settings(
            max_examples=most, deadline=None, derandomize=True, database=None,
            phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )(given(st.tuples(*self.cases))(one))()  # fmt: skip
        return tried


PROPERTIES: dict[str, Property] = {}


def always(*cases: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a statement under its name."""

    def register(holds: Callable[..., None]) -> Callable[..., None]:
        PROPERTIES[holds.__name__] = Property(holds, cases)
        return holds

    return register


def numbers(scores: Scores) -> tuple[Any, ...]:
    """All that a reader could take for the outcome of the run."""
    return (
        scores.overall_score, scores.overall_interval, scores.raw_score, scores.coverage, scores.critical_pass_rate,
        dict(scores.category_scores), scores.ledger, scores.decisions, scores.critical_failures, scores.deployment_blockers,
    )  # fmt: skip


def whole(results: list[Result], policy: Policy) -> Total:
    """The total that a report shows."""
    return capped(overall(weigh(results, policy)), results)


def is_undecided(result: Result) -> bool:
    return not result.decided and result.status != "NOT_APPLICABLE"


profiles: st.SearchStrategy[Profile] = st.sampled_from(("quick", "standard", "full"))
portions = st.integers(0, 100).map(lambda n: n / 100)


@check(category="reliability", severity="critical", needs="any")
def sample(recording: object) -> Fact:
    return Fact(True, "so")


def of_sample(outcome: Fact | Measured, policy: Policy = STANDARD, **given: Any) -> Result:
    """The result of a critical check with this outcome."""
    return result_of(sample, outcome, policy=policy, today=TODAY, title="t", suite="s", **given)
