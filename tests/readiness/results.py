"""Results to score, made by hand and at random."""

from typing import Any

from hypothesis import strategies as st

from readiness.model import CATEGORIES, SEVERITIES, Status
from readiness.policy import SEVERITY_WEIGHTS, Policy
from readiness.report import Interval, Result

SCORES: dict[Status, tuple[float, float]] = {"PASS": (1.0, 1.0), "WARN": (0.8, 0.8), "FAIL": (0.0, 0.0)}


def result(
    check: str, status: Status = "PASS", score: float | tuple[float, float] | None = None, **given: Any
) -> Result:
    """A result with the score that its status suggests and the weight of its severity."""
    low, high = (
        SCORES.get(status, (0.0, 1.0)) if score is None else (score, score) if isinstance(score, float) else score
    )
    severity = given.pop("severity", "major")
    fields = {"category": "reliability", "weight": SEVERITY_WEIGHTS[severity], "suite": "s", "scenario": "s", **given}
    return Result(
        check=check,
        title=check,
        severity=severity,
        status=status,
        score=Interval(low=low, high=high),
        reason="so",
        **fields,
    )


def waiver(**given: Any) -> dict[str, Any]:
    """A waiver as a policy file has it, of a check that fails in January 2026."""
    return {
        "id": "W1", "check": "latency_p95", "reason": "known", "owner": "ann", "approver": "bob",
        "created": "2026-01-10", "expires": "2026-01-31", **given,
    }  # fmt: skip


def changed(old: Result, status: Status, low: float, high: float) -> Result:
    """The same check with another answer; a waiver goes with anything but a finding."""
    waived = old.waived and status not in ("PASS", "WARN", "NOT_APPLICABLE")
    return old.model_copy(update={"status": status, "score": Interval(low=low, high=high), "waived": waived})


def replaced(results: list[Result], *new: Result) -> list[Result]:
    """The results with some of them exchanged for others of the same checks."""
    by_check = {result.check: result for result in new}
    return [by_check.get(result.check, result) for result in results]


def portions(low: float = 0.0, high: float = 1.0) -> st.SearchStrategy[float]:
    """Two-digit decimals between two of them, so that sums often land exactly on a bar."""
    return st.integers(round(low * 100), round(high * 100)).map(lambda n: n / 100)


@st.composite
def some_result(draw: st.DrawFn, check: str) -> Result:
    """Any result that scoring may produce."""
    status: Status = draw(
        st.sampled_from(
            ("PASS", "PASS", "WARN", "FAIL", "INCONCLUSIVE", "UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE")
        )
    )
    ends: tuple[float, float] = (0.0, 1.0)
    bounds = {"PASS": (0.7, 1.0), "WARN": (0.7, 1.0), "FAIL": (0.0, 0.7), "INCONCLUSIVE": (0.0, 1.0)}
    measured = draw(st.booleans())
    if status in bounds and measured:
        one, other = draw(portions(*bounds[status])), draw(portions(*bounds[status]))
        ends = min(one, other), max(one, other)
    elif status != "INCONCLUSIVE":
        ends = SCORES.get(status, ends) if status != "WARN" else (1.0, 1.0)
    return result(
        check,
        status,
        ends,
        category=draw(st.sampled_from(CATEGORIES[:4])),
        severity=draw(st.sampled_from(SEVERITIES)),
        weight=draw(st.sampled_from((0.0, 1.0, 3.0, 7.0, 10.0, 0.1))),
        limit=2.0 if measured else None,
        advisory=draw(st.integers(0, 7)) == 0,
        waived=status not in ("PASS", "WARN", "NOT_APPLICABLE") and draw(st.integers(0, 4)) == 0,
    )


@st.composite
def some_results(draw: st.DrawFn, least: int = 0, most: int = 8) -> list[Result]:
    """A run: up to ``most`` checks, each once."""
    return [draw(some_result(f"c{i}")) for i in range(draw(st.integers(least, most)))]


@st.composite
def some_policy(draw: st.DrawFn) -> Policy:
    """Any policy over those categories and checks."""
    return Policy.model_validate({
        "name": "any",
        "threshold": draw(portions()),
        "critical_pass_rate": draw(portions()),
        "coverage": draw(portions()),
        "floors": draw(st.dictionaries(st.sampled_from(CATEGORIES[:4]), portions(), max_size=2)),
        "category_weights": dict.fromkeys(CATEGORIES, 1.0) | {CATEGORIES[0]: draw(st.sampled_from((0.0, 2.5, 25.0)))},
        "all_must_pass": draw(st.booleans()),
        "checks": {"c1": {"required": draw(st.booleans())}},
    })  # fmt: skip
