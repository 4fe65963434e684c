"""The market: sessions of the exchange, quotes, option chains and history."""

import time
from datetime import date, datetime
from io import BufferedReader
from itertools import count
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from readiness.desk import calendar
from readiness.desk.api.models import Date, Instant, SymbolPath, errors, listed, reply
from readiness.desk.clock import NEW_YORK
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.pricing import Kind
from readiness.desk.security import trader
from readiness.desk.services import CurrentDesk

router = APIRouter(prefix="/v1", tags=["market"], dependencies=[Depends(trader)], responses=errors(401, 404, 422, 503))

Moment = Annotated[Date | Instant, Query(description="A date, or an instant with offset.")]

_leaked: list[BufferedReader] = []
_quoted = count(1)


class SessionNow(BaseModel):
    """The session that goes on or comes next."""

    now: datetime
    open: bool
    date: date
    opens: datetime
    closes: datetime
    early_close: bool


class Day(BaseModel):
    """One day of the calendar."""

    date: date
    session: bool
    opens: datetime | None
    closes: datetime | None
    early_close: bool


class QuoteReply(BaseModel):
    """The market in the shares."""

    symbol: str
    bid: str
    ask: str
    last: str
    at: datetime
    age_seconds: float
    quality: str


class OptionReply(BaseModel):
    """The market in one contract."""

    contract: str
    kind: Kind
    strike: str
    expires: date
    bid: str
    ask: str
    mid: str
    iv: float
    delta: float
    gamma: float
    theta: float
    vega: float
    open_interest: int
    volume: int
    quality: str


class ChainReply(BaseModel):
    """All contracts."""

    symbol: str
    spot: str
    at: datetime
    options: list[OptionReply]


class DayBar(BaseModel):
    """One session's prices."""

    date: date
    open: str
    high: str
    low: str
    close: str
    volume: int


class HistoryReply(BaseModel):
    """Sessions between two dates, and how many bars they were made of."""

    symbol: str
    days: list[DayBar]
    rows: int


@router.get("/session")
def session(desk: CurrentDesk) -> SessionNow:
    """The exchange's session at the exchange's time."""
    now = desk.clock.now()
    found = calendar.current_or_next(now)
    return SessionNow(
        now=now,
        open=calendar.is_open(now),
        date=found.date,
        opens=found.opens,
        closes=found.closes,
        early_close=found.early_close,
    )


@router.get("/calendar/{day}")
def calendar_day(day: date) -> Day:
    """Whether the exchange opens on a day, and when."""
    if not calendar.FIRST_DAY <= day <= calendar.LAST_DAY:
        known = f"{calendar.FIRST_DAY} to {calendar.LAST_DAY}"
        raise Problem(422, "invalid_request", f"{day} is outside the calendar; right would be {known}")
    found = calendar.session_on(day)
    if found is None:
        return Day(date=day, session=False, opens=None, closes=None, early_close=False)
    return Day(date=day, session=True, opens=found.opens, closes=found.closes, early_close=found.early_close)


@router.get("/quotes/{symbol}", response_model=QuoteReply)
def quote(symbol: SymbolPath, desk: CurrentDesk) -> Response:
    """The latest quote with its age."""
    if active("leaking-descriptors"):
        _leaked.append(Path(__file__).open("rb"))  # noqa: SIM115 - the leak is the point
    if active("random-errors") and next(_quoted) % 50 == 0:
        raise RuntimeError("one of fifty")
    return reply(desk.market.quote(listed(symbol)).body(desk.clock.now()))


@router.get("/chain/{symbol}", response_model=ChainReply)
def chain(symbol: SymbolPath, desk: CurrentDesk) -> Response:
    """The latest option chain with Greeks."""
    if active("slow-query"):
        _join_needlessly(desk)
    return reply(desk.market.chain(listed(symbol)).body)


@router.get("/history/{symbol}", response_model=HistoryReply)
def history(symbol: SymbolPath, start: Moment, end: Moment, desk: CurrentDesk) -> Response:
    """One row for each session between two dates, both included."""
    return reply(desk.history.daily(listed(symbol), _day(start), _day(end)))


def _day(moment: date | datetime) -> date:
    return moment.astimezone(NEW_YORK).date() if isinstance(moment, datetime) else moment


def _join_needlessly(desk: CurrentDesk) -> None:
    """The defect slow-query: joins until 0.4 s of CPU are gone."""
    began = time.thread_time()
    with desk.store.connection() as connection:
        while time.thread_time() - began < 0.4:
            connection.execute("SELECT count(*) FROM range(3000) a JOIN range(1000) b ON a.range < b.range").fetchone()
