"""From blocks to verdicts: what is planted is found, nothing is found where nothing is, and looks stay fixed."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.measure.paired_intervals import Interval
from readiness.measure.pairs import (
    ALPHA,
    FIRST_LOOK,
    Block,
    Design,
    Difference,
    Quad,
    conclude,
    judge,
    looks,
    order_of,
    verdict,
)

DESIGN = Design(quads=20)


def block(latency: float = 0.01, *, failed: int = 0, cpu: float = 0.05, calls: int = 25) -> Block:
    return Block(latency, 3 * latency, calls, failed, cpu * calls)


def quads(
    count: int, ratio: float, *, noise: float = 0.0, drift: float = 0.0, seed: int = 1, heavy: bool = False
) -> list[Quad]:
    """Quads of a candidate that is ``ratio`` times as slow; ``drift`` is how much slower the machine gets per block."""
    draw = np.random.default_rng(seed)
    made = []
    for number in range(count):
        order = order_of(seed, number)
        blocks: dict[str, list[Block]] = {"A": [], "B": []}
        for position, letter in enumerate(order):
            wobble = draw.standard_t(2) if heavy else draw.normal()
            effect = math.exp(noise * wobble + drift * (4 * number + position))
            blocks[letter].append(block(0.01 * effect * (ratio if letter == "B" else 1.0)))
        made.append(Quad(order, (blocks["A"][0], blocks["A"][1]), (blocks["B"][0], blocks["B"][1])))
    return made


def found(differences: tuple[Difference, ...], metric: str = "latency_median") -> Difference:
    return next(difference for difference in differences if difference.metric == metric)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(st.integers(FIRST_LOOK, 5000))
def test_looks_share_alpha_and_end_with_the_last_quad(most: int) -> None:
    planned = looks(most)
    assert sum(look.alpha for look in planned) == pytest.approx(ALPHA)
    numbers = [look.quads for look in planned]
    assert numbers == sorted(set(numbers))
    assert (numbers[0], numbers[-1]) == (min(FIRST_LOOK, most), most)


def test_orders_are_drawn_and_stay_the_same() -> None:
    drawn = [order_of(7, number) for number in range(200)]
    assert drawn == [order_of(7, number) for number in range(200)]
    assert set(drawn) == {"ABBA", "BAAB"}
    assert 70 <= drawn.count("ABBA") <= 130
    assert drawn != [order_of(8, number) for number in range(200)]


@pytest.mark.parametrize(
    ("ratio", "expected", "conclusion"),
    [
        (1.2, "worse", "regression"),
        (1.11, "worse", "regression"),
        (1.09, "same", "no regression"),
        (1.0, "same", "no regression"),
        (0.92, "same", "no regression"),
        (0.8, "better", "no regression"),
    ],
)
def test_a_planted_ratio_is_found_through_drift(ratio: float, expected: str, conclusion: str) -> None:
    differences = judge(quads(20, ratio, noise=0.001, drift=0.05), DESIGN)
    median = found(differences)
    assert (median.verdict, conclude(differences)) == (expected, conclusion)
    assert median.low < median.value < median.high
    assert median.value == pytest.approx(ratio, rel=0.01)
    assert found(differences, "latency_p95").verdict == expected
    assert found(differences, "error_rate").verdict == "same"


def test_linear_drift_cancels_exactly() -> None:
    median = found(judge(quads(10, 1.0, drift=0.5), DESIGN))
    assert median.value == pytest.approx(1.0)
    assert (median.low, median.high) == pytest.approx((1.0, 1.0))
    assert median.baseline == pytest.approx(median.candidate)


def test_too_much_noise_is_undecided_and_says_how_much_is_missing() -> None:
    wide = [quads(1, math.exp(0.2 if number % 2 else -0.2))[0] for number in range(10)]
    differences = judge(wide, DESIGN)
    median = found(differences)
    assert (median.verdict, conclude(differences)) == ("undecided", "undecided")
    assert (math.log(median.low), math.log(median.high)) == pytest.approx((-0.2, 0.2))
    assert "too wide" in median.reason
    # Half as wide as log(1.1) takes (0.2 / log 1.1)**2 = 4.4 times the ten quads: 35 more, four blocks each.
    assert median.more_blocks == 140


def test_an_error_rate_needs_enough_calls_to_pass() -> None:
    few, enough = judge(quads(10, 1.0), DESIGN), judge(quads(20, 1.0), DESIGN)
    assert (found(few, "error_rate").verdict, conclude(few)) == ("undecided", "undecided"), (
        "500 calls do not exclude 1 %"
    )
    assert (found(enough, "error_rate").verdict, conclude(enough)) == ("same", "no regression")


def test_nothing_is_judged_before_the_first_look_nor_between_looks() -> None:
    assert judge(quads(9, 3.0), DESIGN) == ()
    assert conclude(()) == "undecided"
    noisy = quads(19, 1.05, noise=0.3)
    assert judge(noisy, DESIGN) == judge(noisy[:10], DESIGN)
    assert found(judge(noisy, DESIGN)).quads == 10


def test_decided_stays_decided() -> None:
    slow, equal = quads(10, 1.3, noise=0.01), quads(10, 0.7, noise=0.01, seed=2)
    differences = judge([*slow, *equal], DESIGN)
    assert (found(differences).verdict, found(differences).quads) == ("worse", 10)


@pytest.mark.parametrize("nothing", [0.0, -1.0, math.nan])
def test_what_was_not_measured_is_never_a_pass(nothing: float) -> None:
    idle = [Quad(q.order, q.baseline, (block(cpu=nothing), q.candidate[1])) for q in quads(20, 1.0)]
    differences = judge(idle, DESIGN)
    cpu = found(differences, "cpu_per_call")
    assert (cpu.verdict, cpu.more_blocks) == ("undecided", 0)
    assert "not measured" in cpu.reason
    assert conclude(differences) == "undecided"
    assert {d.verdict for d in differences if d is not cpu} == {"same"}


def test_more_errors_are_a_regression_even_if_faster() -> None:
    failing = [Quad("ABBA", (block(), block()), (block(0.001, failed=2), block(0.001, failed=3))) for _ in range(10)]
    differences = judge(failing, DESIGN)
    assert found(differences).verdict == "better"
    errors = found(differences, "error_rate")
    assert (errors.verdict, errors.kind) == ("worse", "difference")
    assert errors.value == pytest.approx(0.1)
    assert conclude(differences) == "regression"


@pytest.mark.parametrize(
    ("low", "value", "high", "expected"),
    [
        (0.01, 0.10, 0.30, "worse"),
        (0.01, 0.09, 0.30, "undecided"),
        (0.00, 0.20, 0.40, "undecided"),
        (0.01, 0.05, 0.09, "same"),
        (-0.09, 0.0, 0.09, "same"),
        (-0.10, 0.0, 0.05, "undecided"),
        (-0.30, -0.10, -0.01, "better"),
        (-math.inf, 0.5, math.inf, "undecided"),
    ],
)
def test_the_rule_at_its_boundaries(low: float, value: float, high: float, expected: str) -> None:
    assert verdict(Interval(value, low, high), 0.1) == expected


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.floats(0.5, 2.0), st.floats(0.0, 0.5), st.integers(0, 10**6))
def test_swapped_versions_mirror_the_result(ratio: float, noise: float, seed: int) -> None:
    there = quads(20, ratio, noise=noise, seed=seed)
    back = [Quad(q.order.translate(str.maketrans("AB", "BA")), q.candidate, q.baseline) for q in there]
    mirror = {"worse": "better", "better": "worse"}
    for one, other in zip(judge(there, DESIGN), judge(back, DESIGN), strict=True):
        assert other.verdict == mirror.get(one.verdict, one.verdict)
        if one.kind == "ratio":
            assert (1 / other.value, 1 / other.high, 1 / other.low) == pytest.approx((one.value, one.low, one.high))


def test_equal_versions_rarely_alarm_and_a_fifth_is_found() -> None:
    """Under tails so heavy that the variance is infinite, and drift: by simulation, with the bound that alpha promises."""
    tries = 300
    alarms = sum(
        conclude(judge(quads(20, 1.0, noise=0.06, drift=0.02, seed=seed, heavy=True), DESIGN)) == "regression"
        for seed in range(tries)
    )
    caught = sum(
        conclude(judge(quads(20, 1.2, noise=0.06, drift=0.02, seed=seed, heavy=True), DESIGN)) == "regression"
        for seed in range(tries)
    )
    assert alarms / tries <= ALPHA / 2 + 3 * math.sqrt(ALPHA / 2 * (1 - ALPHA / 2) / tries)
    assert caught / tries >= 0.95
