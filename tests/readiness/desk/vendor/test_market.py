"""The simulated market is repeatable, plausible and free of arbitrage."""

import math
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import pstdev
from typing import Any

import pytest

from readiness.desk.calendar import years_until
from readiness.desk.pricing import price
from readiness.desk.quality import RawOption, RawQuote, check_option, check_quote
from readiness.desk.vendor.market import RATE, Market, monthly_expiries, strikes, undisturbed_spot

AT = datetime(2025, 3, 10, 15, 0, tzinfo=UTC)


def options_of(market: Market, at: datetime = AT) -> list[dict[str, Any]]:
    options = market.chain("U", at)["options"]
    assert isinstance(options, list)
    return options


def test_same_instant_gives_the_same_answer() -> None:
    assert Market(7).quote("U", AT) == Market(7).quote("U", AT)
    assert Market(7).chain("U", AT) == Market(7).chain("U", AT)
    assert Market(7).quote("U", AT) != Market(8).quote("U", AT)


def test_share_moves_like_a_share() -> None:
    logs = [math.log(undisturbed_spot(7, "U", AT.timestamp() + 86_400 * day)) for day in range(1000)]
    daily = pstdev(later - earlier for earlier, later in pairwise(logs))
    assert 0.015 < daily < 0.035
    assert 15.0 < math.exp(min(logs)) < math.exp(max(logs)) < 80.0


def test_move_shifts_the_spot() -> None:
    assert Market(7, move=-0.05).spot("U", AT) == pytest.approx(0.95 * Market(7).spot("U", AT))


def test_all_data_passes_the_desk_s_own_checks() -> None:
    for days in range(0, 700, 50):
        at = AT + timedelta(days=days)
        quote = Market(7).quote("U", at)
        raw = RawQuote("U", at, float(str(quote["bid"])), float(str(quote["ask"])), float(str(quote["last"])))
        assert check_quote(raw, at).quality == "excellent"
        for row in options_of(Market(7), at):
            assert check_option(RawOption(**{**row, "expires": date.fromisoformat(row["expires"])}), at).accepted


def test_expiries_are_the_next_three_monthly_ones() -> None:
    assert monthly_expiries(AT) == [date(2025, 3, 21), date(2025, 4, 17), date(2025, 5, 16)]
    on_the_day = datetime(2025, 3, 21, 15, 0, tzinfo=UTC)
    assert monthly_expiries(on_the_day)[0] == date(2025, 4, 17)


@pytest.mark.parametrize(("spot", "low", "high", "step"), [(34.0, 24.0, 44.0, 0.5), (80.0, 56.0, 104.0, 1.0)])
def test_strikes_span_70_to_130_percent(spot: float, low: float, high: float, step: float) -> None:
    listed = list(strikes(spot))
    assert (listed[0], listed[-1], listed[1] - listed[0]) == (low, high, step)


@pytest.mark.parametrize("volatility", [0.2, 0.45, 1.0, 1.5])
def test_chain_offers_no_arbitrage(volatility: float) -> None:
    chain = Market(7, volatility).chain("U", AT)
    spot = float(str(chain["spot"]))
    by_expiry: dict[str, dict[float, dict[str, Any]]] = {}
    for row in options_of(Market(7, volatility)):
        by_expiry.setdefault(row["expires"], {}).setdefault(row["strike"], {})[row["kind"]] = row
    assert len(by_expiry) == 3
    for expires, strip in by_expiry.items():
        years = years_until(date.fromisoformat(expires), AT)
        for strike, pair in strip.items():
            forward = spot - strike * math.exp(-RATE * years)
            assert pair["call"]["bid"] - pair["put"]["ask"] <= forward <= pair["call"]["ask"] - pair["put"]["bid"]
        ladder = sorted(strip)
        for low, mid, high in zip(ladder, ladder[1:], ladder[2:], strict=False):
            assert strip[low]["put"]["bid"] < strip[mid]["put"]["ask"]
            assert strip[mid]["call"]["bid"] < strip[low]["call"]["ask"]
            for kind in ("put", "call"):
                butterfly = strip[low][kind]["ask"] + strip[high][kind]["ask"] - 2 * strip[mid][kind]["bid"]
                assert butterfly > 0.0


@pytest.mark.parametrize("volatility", [0.2, 0.45, 1.5])
def test_model_itself_is_convex_in_the_strike_and_grows_with_time(volatility: float) -> None:
    fair = {
        (row["expires"], row["strike"]): _fair(row) for row in options_of(Market(7, volatility)) if row["kind"] == "put"
    }
    expiries, ladder = sorted({key[0] for key in fair}), sorted({key[1] for key in fair})
    for expires in expiries:
        for low, mid, high in zip(ladder, ladder[1:], ladder[2:], strict=False):
            assert fair[expires, low] - 2 * fair[expires, mid] + fair[expires, high] > -1e-6
            assert fair[expires, low] < fair[expires, mid] + 1e-9


def _fair(row: dict[str, Any]) -> float:
    spot = float(str(Market(7).chain("U", AT)["spot"]))
    years = years_until(date.fromisoformat(row["expires"]), AT)
    return price(row["kind"], spot, row["strike"], years, RATE, row["iv"])


def test_interest_is_largest_near_the_spot_and_thin_far_away() -> None:
    rows = options_of(Market(7))
    spot = Market(7).spot("U", AT)
    near = [row["open_interest"] for row in rows if abs(row["strike"] / spot - 1) < 0.1]
    far = [row["open_interest"] for row in rows if abs(row["strike"] / spot - 1) > 0.27]
    assert min(near) > 500
    assert min(far) < 100
    assert all(0 <= row["volume"] <= row["open_interest"] for row in rows)
