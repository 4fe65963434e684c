"""Results to score, made by hand and at random."""

from functools import lru_cache
from math import prod
from typing import Any

from hypothesis import strategies as st

from readiness.model import CATEGORIES, SEVERITIES, Status
from readiness.policy import SEVERITY_WEIGHTS, CheckPolicy, Policy
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


STATUSES: tuple[Status, ...] = (
    "PASS", "PASS", "WARN", "FAIL", "INCONCLUSIVE", "UNKNOWN", "ERROR", "SKIPPED", "NOT_APPLICABLE"
)  # fmt: skip
GOOD, BAD = (1.0, 0.7, 0.8, 0.85, 0.9, 0.71), (0.7, 0.0, 0.69, 0.49, 0.3, 0.6)
ENDS: dict[Status, tuple[float, ...]] = {
    "PASS": GOOD,
    "WARN": GOOD,
    "FAIL": BAD,
    "INCONCLUSIVE": (*GOOD[:3], *BAD[1:4]),
}
WEIGHTS = (1.0, 0.0, 3.0, 7.0, 10.0, 0.1)
# One number names one result: a case is drawn quickly, and it shrinks towards 0, a plain pass.
RADIX = (len(STATUSES), 2, 6, 6, 4, len(SEVERITIES), len(WEIGHTS), 8, 5)


def numbered(check: str, number: int) -> Result:
    """One of all the results that scoring may produce, by its number."""
    place, kind, one, other, category, severity, weight, advisory, waived = _digits(number, RADIX)
    status, measured = STATUSES[place], bool(kind)
    ends: tuple[float, float] = (0.0, 1.0)
    if status in ENDS and measured:
        low, high = sorted((ENDS[status][one], ENDS[status][other]))
        ends = low, high
    elif status != "INCONCLUSIVE":
        ends = SCORES.get(status, ends) if status != "WARN" else (1.0, 1.0)
    return result(
        check,
        status,
        ends,
        category=CATEGORIES[category],
        severity=SEVERITIES[severity],
        weight=WEIGHTS[weight],
        limit=2.0 if measured else None,
        advisory=advisory == 1,
        waived=waived == 1 and status not in ("PASS", "WARN", "NOT_APPLICABLE"),
    )


def some_result(check: str) -> st.SearchStrategy[Result]:
    """Any result that scoring may produce."""
    return st.integers(0, prod(RADIX) - 1).map(lambda number: numbered(check, number))


def some_results(least: int = 0, most: int = 8) -> st.SearchStrategy[list[Result]]:
    """A run: up to ``most`` checks, each once."""
    numbers = st.lists(st.integers(0, prod(RADIX) - 1), min_size=least, max_size=most)
    return numbers.map(lambda drawn: [numbered(f"c{place}", number) for place, number in enumerate(drawn)])


BARS = (0.7, 0.0, 0.5, 0.69, 0.8, 0.85, 0.95, 1.0)
SPREAD = (1.0, 0.0, 2.5, 25.0)
POLICIES = (len(BARS), len(BARS), len(BARS), 5, len(BARS), len(SPREAD), 2, 2)


def some_policy() -> st.SearchStrategy[Policy]:
    """Any policy over those categories and checks."""
    return st.integers(0, prod(POLICIES) - 1).map(_policy)


@lru_cache(maxsize=4096)
def _policy(number: int) -> Policy:
    threshold, critical, coverage, floored, floor, weight, every, required = _digits(number, POLICIES)
    return Policy(
        name="any",
        threshold=BARS[threshold],
        critical_pass_rate=BARS[critical],
        coverage=BARS[coverage],
        floors={CATEGORIES[floored - 1]: BARS[floor]} if floored else {},
        category_weights={**dict.fromkeys(CATEGORIES, 1.0), CATEGORIES[0]: SPREAD[weight]},
        all_must_pass=bool(every),
        checks={"c1": CheckPolicy(required=bool(required))},
    )


def _digits(number: int, radix: tuple[int, ...]) -> list[int]:
    digits = []
    for base in radix:
        number, digit = divmod(number, base)
        digits.append(digit)
    return digits
