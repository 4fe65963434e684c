"""What must hold of one check: the curve, enough evidence, retries: docs/scoring.md §1."""

import math

from hypothesis import strategies as st

from readiness.curve import curve
from readiness.model import Estimate, Fact, Measured, Share
from readiness.scoring import judge
from tests.readiness.properties.statement import always, of_sample

finite = st.floats(-1e9, 1e9, allow_nan=False) | st.floats(0.01, 10)


@always(finite, finite)
def the_anchors_of_the_curve_are_exact(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if low == high:
        high = low + 1.0 if low + 1.0 != low else 2 * abs(low)
    assert curve(low, low, high) == curve(high, high, low, better="higher") == 1.0
    assert curve(high, low, high) == curve(low, high, low, better="higher") == 0.70
    if high > 0:
        assert curve(2 * high, low, high) == 0.0
    if low > 0:
        assert curve(low / 2, high, low, better="higher") == 0.0


@always(finite, finite, finite | st.sampled_from((math.inf, -math.inf)), finite, st.booleans())
def a_better_value_never_earns_less(one: float, two: float, value: float, other: float, lower: bool) -> None:
    small, large = sorted((value, other))
    if lower:
        scores = curve(large, min(one, two), max(one, two)), curve(small, min(one, two), max(one, two))
    else:
        bars = max(one, two), min(one, two)
        scores = curve(small, *bars, better="higher"), curve(large, *bars, better="higher")
    assert 0.0 <= scores[0] <= scores[1] <= 1.0


@always(st.floats(0, 10), st.floats(0, 10), st.floats(0, 10), st.integers(0, 400), st.sampled_from((1, 59, 299)))
def a_claim_needs_evidence_and_agrees_with_its_score(a: float, b: float, c: float, n: int, needed: int) -> None:
    low, value, high = sorted((a, b, c))
    judged = judge(Measured(Estimate(value, low, high, n, needed), "s", 0.5, 2.0))
    assert judged.reason
    assert 0.0 <= judged.score.low <= judged.score.high <= 1.0
    if judged.status in ("PASS", "WARN"):
        assert n >= needed
        assert judged.score.low >= 0.70
        assert high <= 2.0
        assert judged.status == "WARN" or value <= 0.5
    elif judged.status == "FAIL":
        assert judged.score.high <= 0.70
        assert low > 2.0
    else:
        assert judged.status == "INCONCLUSIVE"
        assert n < needed or low <= 2.0 <= high


@always(st.integers(0, 60), st.integers(0, 5), st.integers(1, 990))
def the_tries_that_are_missing_are_exactly_enough(good: int, bad: int, thousandths: int) -> None:
    limit = thousandths / 1000
    judged = judge(Share(good, good + bad, limit=limit))
    if bad == 0 and judged.status in ("PASS", "WARN"):
        assert limit**good <= 0.05 * (1 + 1e-9), "so many clean tries come by luck in more than 5 of 100 runs"
    if judged.status != "INCONCLUSIVE" or not judged.n:
        return
    missing = int(judged.reason.split(": ")[1].split()[0])
    assert judge(Share(good + missing, good + bad + missing, limit=limit)).status in ("PASS", "WARN")
    assert judge(Share(good + missing - 1, good + bad + missing - 1, limit=limit)).status == "INCONCLUSIVE"


@always(st.floats(0.01, 9), st.integers(1, 5), st.booleans())
def a_retry_that_passes_is_no_pass(value: float, attempts: int, held: bool) -> None:
    for outcome in (Measured(value, "s", 0.5, 2.0), Fact(held, "so")):
        first, again = of_sample(outcome), of_sample(outcome, attempts=attempts)
        assert again.flaky == (attempts > 1 and first.status in ("PASS", "WARN"))
        assert again.status == ("INCONCLUSIVE" if again.flaky else first.status)
        assert again.score.low <= first.score.low


@always(st.floats(1e-6, 1e6), st.floats(1.01, 10.0), st.floats(0.01, 100.0))
def the_side_of_the_limit_and_the_score_agree(limit: float, ratio: float, times: float) -> None:
    value = limit * times
    score = curve(value, limit / ratio, limit)
    assert score >= 0.70 if value <= limit else score <= 0.70
