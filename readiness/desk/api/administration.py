"""Administration: ingestion, end of day, backups, the clock, the settings, and a delay to test shutdown with."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from readiness.desk import backup, calendar
from readiness.desk.api.models import Date, Instant, Request, Symbol, errors, listed, reply
from readiness.desk.errors import Problem
from readiness.desk.security import admin, trader
from readiness.desk.services import CurrentDesk
from readiness.desk.trading import State

router = APIRouter(prefix="/v1", tags=["administration"], responses=errors(401, 403, 404, 422, 503))

AdminOnly = [Depends(admin)]


class HistoryRequest(Request):
    """Which minute bars to fetch; a date as `end` includes that day."""

    symbol: Symbol
    start: Instant | Date
    end: Instant | Date
    rows: Annotated[int, Field(ge=1, le=5_000_000)] | None = None


class QuotesRequest(Request):
    """Whose quote and chain to fetch."""

    symbol: Symbol


class IngestReply(BaseModel):
    """What became of the rows."""

    received: int
    stored: int
    rejected: int
    reasons: dict[str, int]


class HistoryIngestReply(IngestReply):
    """What became of the bars, and how long it took."""

    seconds: float


class DayRequest(Request):
    """The day to close."""

    date: Date


class BalanceReply(BaseModel):
    """One account at the end of the day."""

    id: str
    cash: str
    ledger: str
    difference: str
    positions: int


class EndOfDayReply(BaseModel):
    """The report of a day."""

    date: date
    accounts: list[BalanceReply]
    reconciled: bool
    report: str
    archived: int
    settled: int
    at: datetime
    marked: datetime | None


class TableReply(BaseModel):
    """One table in a backup."""

    rows: int
    sha256: str


class BackupReply(BaseModel):
    """A backup on disk."""

    id: str
    file: str
    tables: dict[str, TableReply]


class ClockRequest(Request):
    """Where to set the exchange's clock, and whether it runs on from there."""

    now: Instant
    running: bool = True


class ClockReply(BaseModel):
    """The exchange's time."""

    now: datetime


class TradingState(Request):
    """Whether the desk trades."""

    state: State


class SlowReply(BaseModel):
    """How long the reply was delayed."""

    seconds: float


@router.post("/ingest/history", response_model=HistoryIngestReply, dependencies=AdminOnly)
def ingest_history(asked: HistoryRequest, desk: CurrentDesk) -> dict[str, object]:
    """Fetch minute bars in bulk; bars that are stored already are left alone."""
    query = {"start": _instant(asked.start, 0).isoformat(), "end": _instant(asked.end, 1).isoformat()}
    if asked.rows is not None:
        query["rows"] = str(asked.rows)
    return desk.history.ingest(listed(asked.symbol), query)


@router.post("/ingest/quotes", response_model=IngestReply, dependencies=AdminOnly)
def ingest_quotes(asked: QuotesRequest, desk: CurrentDesk) -> dict[str, object]:
    """Fetch quote and chain now."""
    return desk.market.ingest(listed(asked.symbol)).fields()


@router.post("/end-of-day", response_model=EndOfDayReply, dependencies=AdminOnly)
def end_of_day(asked: DayRequest, desk: CurrentDesk) -> Response:
    """Close a day: settle what expired, reconcile, report, archive."""
    return reply(desk.end_of_day.close(asked.date))


@router.get("/reports/{day}", response_model=EndOfDayReply, dependencies=AdminOnly)
def report(day: Date, desk: CurrentDesk) -> Response:
    """The report of a day."""
    return reply(desk.end_of_day.report(day))


@router.post("/backups", status_code=201, dependencies=AdminOnly)
def create_backup(desk: CurrentDesk) -> BackupReply:
    """Write a consistent snapshot to disk, while everything goes on."""
    made = backup.create(desk.store, desk.settings.data / "backups")
    tables = {name: TableReply(rows=table.rows, sha256=table.sha256) for name, table in made.tables.items()}
    return BackupReply(id=made.id, file=str(made.file), tables=tables)


@router.put("/clock", dependencies=AdminOnly, responses=errors(409))
async def set_clock(asked: ClockRequest, desk: CurrentDesk) -> ClockReply:
    """Set the simulated clock; it runs on from there, unless it is to be held."""
    if not desk.clock.simulated:
        raise Problem(409, "clock_is_system", "the clock is the system's; DESK_CLOCK would make it a simulated one")
    if not calendar.FIRST_DAY < asked.now.date() < calendar.LAST_DAY - timedelta(days=10):
        known = f"a time between {calendar.FIRST_DAY} and {calendar.LAST_DAY}"
        raise Problem(422, "invalid_request", f"now is outside the calendar; right would be {known}")
    desk.clock.set(asked.now, running=asked.running)
    return ClockReply(now=desk.clock.now())


@router.put("/trading", response_model=TradingState, dependencies=AdminOnly)
def switch_trading(asked: TradingState, desk: CurrentDesk) -> TradingState:
    """Open, halt or kill trading. Halted, resting orders wait; killed, they are cancelled. A restart changes nothing."""
    desk.switch(asked.state)
    return asked


@router.get("/trading", response_model=TradingState, dependencies=[Depends(trader)])
async def trading_state(desk: CurrentDesk) -> TradingState:
    """Whether the desk trades."""
    return TradingState(state=desk.trading.state)


@router.get("/config", dependencies=AdminOnly)
async def config(desk: CurrentDesk) -> dict[str, Any]:
    """The effective settings, without secrets."""
    return desk.settings.masked()


@router.get("/slow", dependencies=[Depends(trader)])
async def slow(seconds: Annotated[float, Query(ge=0, le=5)] = 1.0) -> SlowReply:
    """Diagnostic delay: answers after the given time, to observe timeouts, queues and shutdown."""
    await asyncio.sleep(seconds)
    return SlowReply(seconds=seconds)


def _instant(moment: datetime | date, days: int) -> datetime:
    """An instant as it is, a date as its beginning (days=0) or its end (days=1)."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time(), UTC) + timedelta(days=days)
