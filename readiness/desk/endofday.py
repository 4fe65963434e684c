"""End of day: settles what expired, compares cash with ledger, lists positions, stores the report, archives old quotes."""

import json
import logging
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from readiness.desk import expiry
from readiness.desk.clock import ExchangeClock
from readiness.desk.defects import active
from readiness.desk.errors import Problem, not_found
from readiness.desk.ingest import Market
from readiness.desk.market import Quote
from readiness.desk.money import cents
from readiness.desk.orders import SYMBOL
from readiness.desk.store import Connection, Store

BALANCES = """
    SELECT a.id, a.cash, coalesce((SELECT sum(amount) FROM postings p WHERE p.account = a.id), 0),
           (SELECT count(*) FROM positions p WHERE p.account = a.id)
    FROM accounts a ORDER BY a.created, a.id"""

log = logging.getLogger("desk.endofday")


@dataclass(frozen=True, slots=True)
class Balance:
    """One account: its cash, what its ledger adds up to, and the difference, which must be nothing."""

    id: str
    cash: Decimal
    ledger: Decimal
    difference: Decimal
    positions: int


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one day."""

    date: date
    accounts: tuple[Balance, ...]
    reconciled: bool
    report: str
    archived: int
    settled: int
    at: datetime
    """When the day was closed, by the exchange's clock."""
    marked: datetime | None
    """The time of the quote that it was closed at."""

    def body(self) -> str:
        """The report as JSON."""
        return json.dumps(asdict(self), default=str)


class EndOfDay:
    """Closes days."""

    def __init__(self, store: Store, market: Market, clock: ExchangeClock, archive: Path) -> None:
        self._store = store
        self._market = market
        self._clock = clock
        self._archive = archive

    def close(self, day: date) -> str:
        """Settle, reconcile all accounts and archive; the report, which replaces an earlier one of the same day."""
        quote, now = self._quote(), self._clock.now()
        archived = self._archive_before(day)

        def work(connection: Connection) -> str:
            settled = 0 if quote is None else expiry.settle(connection, day, cents(Decimal(str(quote.last))), now)
            balances = tuple(_balance(*row) for row in connection.execute(BALANCES).fetchall())
            reconciled = all(not balance.difference for balance in balances)
            marked = quote.at if quote else None
            body = Report(day, balances, reconciled, f"end-of-day-{day}", archived, settled, now, marked).body()
            connection.execute("INSERT OR REPLACE INTO reports VALUES (?, ?)", [day, body])
            return body

        return self._store.write(work)

    def report(self, day: date) -> str:
        """The stored report of a day."""
        with self._store.connection() as connection:
            row = connection.execute("SELECT body FROM reports WHERE day = ?", [day]).fetchone()
        if row is None:
            raise not_found("report", str(day))
        return str(row[0])

    def _quote(self) -> Quote | None:
        """The share's quote to settle at; without one, what expired is left for the next close."""
        if active("closes-on-old-marks"):
            return self._market.held(SYMBOL)
        try:
            return self._market.quote(SYMBOL)
        except Problem as problem:
            log.error("expired options are not settled: %s", problem)
            return None

    def _archive_before(self, day: date) -> int:
        """Move quotes of earlier days to Parquet; written before they are deleted, so that a kill loses none."""
        self._archive.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._archive / f"quotes-before-{day}.parquet"

        def work(connection: Connection) -> int:
            # what an earlier run of this day archived is kept, and once only
            earlier = f"UNION FROM read_parquet('{_quoted(file)}')" if file.exists() else ""
            unfinished = file.with_suffix(".unfinished")
            old = f"SELECT * FROM quotes WHERE received < DATE '{day}'"  # noqa: S608 - a date
            counted = connection.execute(f"SELECT count(*) FROM ({old})").fetchone()  # noqa: S608
            if not counted or not counted[0]:
                return 0
            connection.execute(f"COPY ({old} {earlier}) TO '{_quoted(unfinished)}' (FORMAT parquet)")
            connection.execute(f"DELETE FROM quotes WHERE received < DATE '{day}'")  # noqa: S608
            unfinished.replace(file)
            return int(counted[0])

        return self._store.write(work)


def _balance(account: str, cash: Decimal, ledger: Decimal, positions: int) -> Balance:
    if active("unreconciled"):
        ledger = cash
    difference = cash - ledger
    if difference:
        log.error("account %s: cash and ledger differ by %s", account, difference)
    return Balance(account, cash, ledger, difference, positions)


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
