"""Which market data the desk believes: prices that are real numbers, in range, uncrossed, and not too old.

`accepted` decides whether a record may be stored. A stale record is stored, as "poor": it is a fact about the past, and
only its use is wrong, which is refused where data is used. Everything impossible is "invalid" and refused at the door.
"""

import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from readiness.desk.clock import NEW_YORK
from readiness.desk.defects import active
from readiness.desk.pricing import Kind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Quality = Literal["excellent", "good", "acceptable", "poor", "invalid"]

LOWEST_PRICE = 0.01
HIGHEST_PRICE = 10_000.0
HIGHEST_VOLATILITY = 5.0  # 500 %: above it an implied volatility is a feed error
WARN_SECONDS = 300
STALE_SECONDS = 3600

_LARGEST_CLOCK_SKEW_S = 5.0
# spread / mid up to which a record counts as excellent, good, acceptable; wider is poor
_SPREAD_STEPS: tuple[tuple[float, Quality], ...] = ((0.02, "excellent"), (0.05, "good"), (0.15, "acceptable"))
_THIN_OPEN_INTEREST = 50


@dataclass(frozen=True, slots=True)
class RawQuote:
    """A share's quote as the vendor sent it: dollars per share, `at` aware."""

    symbol: str
    at: datetime
    bid: float
    ask: float
    last: float


@dataclass(frozen=True, slots=True)
class RawOption:
    """An option's quote as the vendor sent it: dollars per share, iv as a fraction (0.45 = 45 %).

    It carries no time of its own: a chain is one snapshot, and its age is the age of every option in it.
    """

    contract: str
    kind: Kind
    expires: date
    strike: float
    bid: float
    ask: float
    iv: float
    open_interest: int
    volume: int


@dataclass(frozen=True, slots=True)
class RawBar:
    """One minute of trading: dollars per share, shares traded, `at` the aware start of the minute."""

    at: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a record may be stored, how good it is, and why not better."""

    accepted: bool
    quality: Quality
    reasons: tuple[str, ...] = ()


def check_quote(quote: RawQuote, now: datetime) -> Verdict:
    """Judge a share's quote; reasons are not_a_number, out_of_range, crossed, from_the_future, stale, aging."""
    faults = _price_faults(quote.bid, quote.ask, quote.last)
    age_s = (now - quote.at).total_seconds()
    if age_s < -_LARGEST_CLOCK_SKEW_S:
        faults = (*faults, "from_the_future")
    if faults:
        return _invalid(*faults)
    quality = _spread_quality(quote.bid, quote.ask)
    if age_s > STALE_SECONDS:
        return Verdict(True, "poor", ("stale",))
    if age_s > WARN_SECONDS:
        return Verdict(True, "poor" if quality == "poor" else "acceptable", ("aging",))
    return Verdict(True, quality)


def check_option(option: RawOption, now: datetime) -> Verdict:
    """Judge an option's quote; reasons are those of prices and strike, volatility, expired, count, arbitrage, thin."""
    faults = _price_faults(option.bid, option.ask) + _contract_faults(option, now)
    if faults:
        return _invalid(*faults)
    quality = _spread_quality(option.bid, option.ask)
    if option.open_interest >= _THIN_OPEN_INTEREST:
        return Verdict(True, quality)
    return Verdict(True, "poor" if quality == "poor" else "acceptable", ("thin",))


def check_bar(bar: RawBar) -> Verdict:
    """Judge one bar by the rules of `valid_bars`; a bar is history, so age does not count against it."""
    prices = (bar.open, bar.high, bar.low, bar.close)
    if not all(map(math.isfinite, (*prices, bar.volume))):
        return _invalid("not_a_number")
    if not all(map(_in_range, prices)):
        return _invalid("out_of_range")
    if bar.high < max(prices) or bar.low > min(prices):
        return _invalid("inconsistent")
    if bar.volume < 0:
        return _invalid("negative_volume")
    return Verdict(True, "excellent")


def bar_faults(columns: "dict[str, NDArray[Any]]") -> "dict[str, NDArray[np.bool_]]":
    """Which bars break which rule: reason -> mask of shape (rows,).

    `columns` holds open, high, low, close and volume, each of shape (rows,). A bar stands under the first rule it
    breaks, so the masks are disjoint and their sums add up to the number of bad bars.
    """
    import numpy as np  # only the ingestion of history pays for the import

    opened, high, low, close, volume = (
        np.asarray(columns[name], dtype=np.float64) for name in ("open", "high", "low", "close", "volume")
    )
    lowest, highest = np.fmin(opened, close), np.fmax(opened, close)
    broken: dict[str, NDArray[np.bool_]] = {
        "not_a_number": np.asarray(~np.isfinite(np.stack((opened, high, low, close, volume))).all(axis=0)),
        "out_of_range": (np.fmin(lowest, np.fmin(low, high)) < LOWEST_PRICE)
        | (np.fmax(highest, np.fmax(low, high)) > HIGHEST_PRICE),
        "inconsistent": (high < highest) | (low > lowest) | (high < low),
        "negative_volume": volume < 0,
    }
    seen = np.zeros(opened.shape, dtype=np.bool_)
    for reason, mask in broken.items():
        broken[reason] = mask & ~seen
        seen |= mask
    return broken


def valid_bars(columns: "dict[str, NDArray[Any]]") -> "NDArray[np.bool_]":
    """Which bars may be stored: a mask of shape (rows,); see `bar_faults` for the columns."""
    import numpy as np

    broken = np.stack(list(bar_faults(columns).values()))
    return np.asarray(~broken.any(axis=0), dtype=np.bool_)


def _price_faults(bid: float, ask: float, *others: float) -> tuple[str, ...]:
    if active("crossed-quotes"):
        return ()
    prices = (bid, ask, *others)
    if not all(map(math.isfinite, prices)):
        return ("not_a_number",)
    if not all(map(_in_range, prices)):
        return ("out_of_range",)
    return ("crossed",) if bid >= ask else ()


def _contract_faults(option: RawOption, now: datetime) -> tuple[str, ...]:
    broken = {
        "strike": not _in_range(option.strike),
        "volatility": not 0.0 < option.iv <= HIGHEST_VOLATILITY,
        "expired": option.expires < now.astimezone(NEW_YORK).date(),
        "count": option.open_interest < 0 or option.volume < 0,
        "arbitrage": option.kind == "put" and option.bid > option.strike,  # a put never pays more than its strike
    }
    return tuple(reason for reason, is_broken in broken.items() if is_broken)


def _spread_quality(bid: float, ask: float) -> Quality:
    spread = ask - bid
    for share_of_mid, quality in _SPREAD_STEPS:
        if spread <= share_of_mid * (ask + bid) / 2.0:
            return quality
    return "poor"


def _in_range(price: float) -> bool:
    return LOWEST_PRICE <= price <= HIGHEST_PRICE


def _invalid(*reasons: str) -> Verdict:
    return Verdict(False, "invalid", reasons)
