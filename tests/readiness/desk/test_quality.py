"""Impossible market data is refused; old and thin data is kept and marked."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from readiness.desk import defects
from readiness.desk.quality import (
    RawBar,
    RawOption,
    RawQuote,
    bar_faults,
    check_bar,
    check_option,
    check_quote,
    valid_bars,
)

NOW = datetime(2025, 3, 10, 15, 0, tzinfo=UTC)
QUOTE = RawQuote("U", NOW, 33.99, 34.01, 34.0)
OPTION = RawOption("U250417P00031000", "put", date(2025, 4, 17), 31.0, 0.60, 0.61, 0.46, 900, 120)
BAR = RawBar(NOW, 34.0, 34.2, 33.9, 34.1, 1000)
NAN, INFINITY = float("nan"), float("inf")


@pytest.fixture
def crossed_quotes() -> Iterator[None]:
    defects.arm(["crossed-quotes"])
    yield
    defects.arm([])


def test_good_quote_is_excellent() -> None:
    verdict = check_quote(QUOTE, NOW)
    assert verdict.accepted
    assert verdict.quality == "excellent"
    assert verdict.reasons == ()


BAD_PRICES = [
    (NAN, 34.01, "not_a_number"),
    (33.99, INFINITY, "not_a_number"),
    (0.0, 34.01, "out_of_range"),
    (-1.0, 34.01, "out_of_range"),
    (33.99, 10_000.01, "out_of_range"),
    (0.009, 34.01, "out_of_range"),
    (34.01, 34.01, "crossed"),
    (34.02, 34.01, "crossed"),
]


@pytest.mark.parametrize(("bid", "ask", "reason"), BAD_PRICES)
def test_impossible_prices_are_refused(bid: float, ask: float, reason: str) -> None:
    for verdict in (
        check_quote(replace(QUOTE, bid=bid, ask=ask), NOW),
        check_option(replace(OPTION, bid=bid, ask=ask, kind="call"), NOW),
    ):
        assert not verdict.accepted
        assert verdict.quality == "invalid"
        assert verdict.reasons == (reason,)


@pytest.mark.usefixtures("crossed_quotes")
@pytest.mark.parametrize(("bid", "ask", "reason"), BAD_PRICES)
def test_defect_lets_impossible_prices_in(bid: float, ask: float, reason: str) -> None:
    assert check_quote(replace(QUOTE, bid=bid, ask=ask), NOW).accepted
    assert check_option(replace(OPTION, bid=bid, ask=ask, kind="call"), NOW).accepted


def test_range_includes_its_bounds() -> None:
    assert check_quote(replace(QUOTE, bid=0.01, ask=10_000.0), NOW).accepted


@pytest.mark.parametrize(
    ("age_s", "quality", "reasons"),
    [
        (0, "excellent", ()),
        (300, "excellent", ()),
        (301, "acceptable", ("aging",)),
        (3600, "acceptable", ("aging",)),
        (3601, "poor", ("stale",)),
        (-5, "excellent", ()),
    ],
)
def test_age_lowers_the_quality_and_nothing_else(age_s: int, quality: str, reasons: tuple[str, ...]) -> None:
    verdict = check_quote(replace(QUOTE, at=NOW - timedelta(seconds=age_s)), NOW)
    assert verdict.accepted
    assert (verdict.quality, verdict.reasons) == (quality, reasons)


def test_quote_from_the_future_is_refused() -> None:
    verdict = check_quote(replace(QUOTE, at=NOW + timedelta(seconds=6)), NOW)
    assert not verdict.accepted
    assert verdict.reasons == ("from_the_future",)


@pytest.mark.parametrize(
    ("spread", "quality"),
    [(0.019, "excellent"), (0.021, "good"), (0.04, "good"), (0.14, "acceptable"), (0.16, "poor"), (1.0, "poor")],
)
def test_spread_sets_the_quality(spread: float, quality: str) -> None:
    quote = replace(QUOTE, bid=34.0 * (1 - spread / 2), ask=34.0 * (1 + spread / 2))
    assert check_quote(quote, NOW).quality == quality


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (replace(OPTION, strike=0.0), "strike"),
        (replace(OPTION, iv=0.0), "volatility"),
        (replace(OPTION, iv=NAN), "volatility"),
        (replace(OPTION, iv=5.1), "volatility"),
        (replace(OPTION, expires=date(2025, 3, 9)), "expired"),
        (replace(OPTION, volume=-1), "count"),
        (replace(OPTION, bid=31.5, ask=32.0), "arbitrage"),
    ],
)
def test_impossible_contract_is_refused(option: RawOption, reason: str) -> None:
    verdict = check_option(option, NOW)
    assert not verdict.accepted
    assert reason in verdict.reasons


def test_option_is_good_on_its_last_day_and_marked_when_thin() -> None:
    assert check_option(replace(OPTION, expires=date(2025, 3, 10)), NOW).quality == "excellent"
    thin = check_option(replace(OPTION, open_interest=49), NOW)
    assert thin.accepted
    assert (thin.quality, thin.reasons) == ("acceptable", ("thin",))


BARS = [
    (BAR, None),
    (replace(BAR, close=NAN), "not_a_number"),
    (replace(BAR, volume=NAN), "not_a_number"),
    (replace(BAR, high=20_000.0), "out_of_range"),
    (replace(BAR, low=0.0), "out_of_range"),
    (replace(BAR, open=-1.0), "out_of_range"),
    (replace(BAR, high=34.05), "inconsistent"),
    (replace(BAR, low=34.05), "inconsistent"),
    (replace(BAR, volume=-1.0), "negative_volume"),
    (replace(BAR, volume=0.0), None),
    (replace(BAR, high=34.1, low=34.0), None),
]


@pytest.mark.parametrize(("bar", "reason"), BARS)
def test_check_bar(bar: RawBar, reason: str | None) -> None:
    verdict = check_bar(bar)
    assert verdict.accepted is (reason is None)
    assert verdict.reasons == (() if reason is None else (reason,))


def test_columns_are_judged_like_single_bars() -> None:
    names = ("open", "high", "low", "close", "volume")
    columns = {name: np.array([getattr(bar, name) for bar, _ in BARS]) for name in names}
    assert valid_bars(columns).tolist() == [reason is None for _, reason in BARS]
    for reason, mask in bar_faults(columns).items():
        assert mask.tolist() == [expected == reason for _, expected in BARS]


def test_no_bars_are_no_trouble() -> None:
    empty = {name: np.empty(0) for name in ("open", "high", "low", "close", "volume")}
    assert valid_bars(empty).shape == (0,)
