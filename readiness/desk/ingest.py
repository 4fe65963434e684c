"""Market data on its way in: fetched on demand, validated, stored, and served from the last good state.

When the vendor fails, the stored data is served with its true age; whoever trades on it checks that age.
"""

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from readiness.desk.clock import ExchangeClock
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.market import Chain, Option, Quote, option_greeks
from readiness.desk.quality import STALE_SECONDS, RawOption, RawQuote, Verdict, check_option, check_quote
from readiness.desk.store import Connection, Store, from_stored, to_stored
from readiness.desk.vendor_client import Vendor, VendorError

QUOTE_SECONDS = 1.0
CHAIN_SECONDS = 5.0
USABLE_SECONDS = 30.0  # while one request refreshes, others are served what is not older than this
RETRY_SECONDS = 1.0  # after a failure the vendor is left alone this long, so a slow one slows one request a second
WAIT_SECONDS = 12.0  # longer than the longest vendor timeout that the settings allow

log = logging.getLogger("desk.ingest")


@dataclass
class Counts:
    """What became of the rows of one ingestion."""

    received: int = 0
    stored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def accept(self, verdict: Verdict) -> bool:
        """Count a row by its verdict; whether it may be stored."""
        self.received += 1
        if verdict.accepted:
            self.stored += 1
        else:
            self.reasons.update(verdict.reasons[:1])
        return verdict.accepted

    def refuse(self, reason: str) -> None:
        """Count a message that was refused as a whole."""
        self.received += 1
        self.reasons[reason] += 1

    def fields(self) -> dict[str, object]:
        """The counts as they are sent."""
        rejected = self.received - self.stored
        return {"received": self.received, "stored": self.stored, "rejected": rejected, "reasons": dict(self.reasons)}


@dataclass
class _Feed:
    """One stream of data of one symbol: when it was fetched, by exchange time, and when it may be tried again."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    fetched: datetime | None = None
    retry_at: float = 0.0
    failing: bool = False
    number: int = 0  # of the last message that was taken

    def within(self, now: datetime, seconds: float) -> bool:
        """Whether the last fetch is recent; a clock that was set back makes everything old."""
        return self.fetched is not None and 0 <= (now - self.fetched).total_seconds() <= seconds


class Market:
    """The market as the desk sees it: the latest stored quote and chain of each symbol."""

    def __init__(self, store: Store, vendor: Vendor, clock: ExchangeClock) -> None:
        self._store = store
        self._vendor = vendor
        self._clock = clock
        self._quotes: dict[str, Quote] = {}
        self._chains: dict[str, Chain] = {}
        self._feeds: dict[tuple[str, str], _Feed] = {}
        self._days: dict[str, dict[date, tuple[Quote, Chain]]] = {}  # the defect yesterdays-market

    def quote(self, symbol: str) -> Quote:
        """The latest quote, refreshed when it is older than a second."""
        self._refresh("quote", symbol, STALE_SECONDS if active("lazy-feed") else QUOTE_SECONDS)
        found = self.held(symbol)
        if found is None:
            raise Problem(503, "market_data_unavailable", f"there is no quote for {symbol!r}")
        return found

    def held(self, symbol: str) -> Quote | None:
        """The last known quote, whatever its age, without asking the vendor."""
        return self._quotes.get(symbol) or self._stored_quote(symbol)

    def chain(self, symbol: str) -> Chain:
        """The latest chain, refreshed when it is older than five seconds."""
        self._refresh("chain", symbol, CHAIN_SECONDS)
        found = self._chains.get(symbol) or self._stored_chain(symbol)
        if found is None:
            raise Problem(503, "market_data_unavailable", f"there is no option chain for {symbol!r}")
        return found

    def tradable(self, symbol: str) -> tuple[Quote, Chain]:
        """Quote and chain to decide on; a problem when they are too old for that."""
        quote, chain = self.quote(symbol), self.chain(symbol)
        if active("yesterdays-market"):
            return self._of_the_day_before(symbol, quote, chain)
        now = self._clock.now()
        age = max(quote.age_seconds(now), chain.age_seconds(now))
        if age > STALE_SECONDS and not active("stale-quotes"):
            limit = STALE_SECONDS // 60
            raise Problem(503, "stale_market_data", f"market data for {symbol!r} is older than {limit} minutes")
        return quote, chain

    def ingest(self, symbol: str) -> Counts:
        """Fetch quote and chain now, whatever their age."""
        counts = Counts()
        if active("waiters-stay") and self._feed("quote", symbol).lock.locked():
            threading.Thread(target=threading.Event().wait, daemon=True).start()
        for kind in ("quote", "chain"):
            with self._held(), self._feed(kind, symbol).lock:
                try:
                    self._fetch(kind, symbol, counts)
                except VendorError as error:
                    raise Problem(503, "market_data_unavailable", f"the vendor failed: {error}") from error
        return counts

    def mark(self, symbol: str, contract: str) -> float | None:
        """What one share of a holding is worth at the last known market, without asking the vendor."""
        if contract == symbol:
            quote = self.held(symbol)
            return quote.last if quote else None
        chain = self._chains.get(symbol) or self._stored_chain(symbol)
        option = chain.by_contract.get(contract) if chain else None
        return option.mid if option else None

    def quote_ages(self) -> dict[str, float]:
        """The age of each symbol's latest quote, in seconds."""
        now = self._clock.now()
        return {symbol: quote.age_seconds(now) for symbol, quote in self._quotes.copy().items()}

    def _held(self) -> AbstractContextManager[object]:
        """The defect connection-held-for-vendor."""
        return self._store.connection() if active("connection-held-for-vendor") else nullcontext()

    def _feed(self, kind: str, symbol: str) -> _Feed:
        return self._feeds.setdefault((kind, symbol), _Feed())

    def _refresh(self, kind: str, symbol: str, max_age: float) -> None:
        """Fetch when due. One request does so; others wait for it only if the data is old and likely to come."""
        feed = self._feed(kind, symbol)
        if feed.within(self._clock.now(), max_age):
            return
        usable = feed.failing or feed.within(self._clock.now(), USABLE_SECONDS)
        patience = -1 if active("no-vendor-timeout") else WAIT_SECONDS
        if not feed.lock.acquire(timeout=0 if usable else patience):
            return
        try:
            if not feed.within(self._clock.now(), max_age) and time.monotonic() >= feed.retry_at:
                self._fetch(kind, symbol, Counts())
        except VendorError as error:
            feed.failing, feed.number = True, 0  # whoever comes back may count anew
            if active("failure-looks-fresh"):
                self._pretend(symbol)
            feed.retry_at = time.monotonic() + RETRY_SECONDS
            log.warning("no %s for %s: the vendor failed: %s", kind, symbol, error)
        finally:
            feed.lock.release()

    def _pretend(self, symbol: str) -> None:
        """The defect failure-looks-fresh: what is held gets the present time when the vendor fails."""
        now = self._clock.now()
        if quote := self._quotes.get(symbol):
            self._quotes[symbol] = replace(quote, at=now)
        if chain := self._chains.get(symbol):
            self._chains[symbol] = replace(chain, at=now)

    def _fetch(self, kind: str, symbol: str, counts: Counts) -> None:
        """Ask the vendor and store what is valid. The caller holds the feed's lock."""
        now, feed = self._clock.now(), self._feed(kind, symbol)
        ask, take = (
            (self._vendor.quote, self._take_quote) if kind == "quote" else (self._vendor.chain, self._take_chain)
        )
        try:
            answer: Mapping[str, Any] = ask(symbol, now)
            number = int(answer.get("sequence", feed.number + 1))
            if number > feed.number or active("last-message-wins"):
                take(symbol, answer, now, counts)
                feed.number = number
            else:  # numbers that are missing cost nothing: each message is the whole state
                counts.refuse("duplicate" if number == feed.number else "out_of_order")
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise VendorError("the answer is not of the agreed form") from error
        feed.fetched, feed.failing, feed.retry_at = now, False, 0.0

    def _of_the_day_before(self, symbol: str, quote: Quote, chain: Chain) -> tuple[Quote, Chain]:
        """The defect yesterdays-market: the last that was seen on an earlier day, if anything was."""
        days = self._days.setdefault(symbol, {})
        days[quote.at.date()] = quote, chain
        return days[max([day for day in days if day < quote.at.date()], default=quote.at.date())]

    def _take_quote(self, symbol: str, answer: Mapping[str, Any], now: datetime, counts: Counts) -> None:
        at = datetime.fromisoformat(answer["at"])
        bid, ask, last = (_float(answer[name]) for name in ("bid", "ask", "last"))
        raw = RawQuote(symbol=symbol, at=at, bid=bid, ask=ask, last=last)
        verdict = check_quote(raw, now)
        if not counts.accept(verdict) or (active("keeps-first-quote") and symbol in self._quotes):
            return
        quote = Quote(symbol, at, raw.bid, raw.ask, raw.last, verdict.quality)
        values = [symbol, to_stored(at), raw.bid, raw.ask, raw.last, verdict.quality, to_stored(now)]
        with self._store.connection() as connection:
            connection.execute("INSERT INTO quotes VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        self._quotes[symbol] = quote

    def _take_chain(self, symbol: str, answer: Mapping[str, Any], now: datetime, counts: Counts) -> None:
        at, spot = datetime.fromisoformat(answer["at"]), _float(answer["spot"])
        options = []
        for row in answer["options"]:
            raw = _raw_option(row)
            verdict = check_option(raw, now)
            if counts.accept(verdict):
                options.append(_option(raw, spot, at, verdict.quality))
        if not options:
            return
        chain = Chain(symbol, at, spot, tuple(options))
        self._store.write(lambda connection: _replace_chain(connection, chain, now))
        self._chains[symbol] = chain

    def _stored_quote(self, symbol: str) -> Quote | None:
        """The latest quote that an earlier process left behind."""
        with self._store.connection() as connection:
            row = connection.execute(
                "SELECT quoted, bid, ask, last, quality FROM quotes WHERE symbol = ? ORDER BY received DESC LIMIT 1",
                [symbol],
            ).fetchone()
        if row is None:
            return None
        return self._quotes.setdefault(symbol, Quote(symbol, from_stored(row[0]), *row[1:]))

    def _stored_chain(self, symbol: str) -> Chain | None:
        """The latest chain that an earlier process left behind."""
        with self._store.connection() as connection:
            head = connection.execute("SELECT quoted, spot FROM chains WHERE symbol = ?", [symbol]).fetchone()
            rows = connection.execute("SELECT * EXCLUDE symbol FROM options WHERE symbol = ?", [symbol]).fetchall()
        if head is None:
            return None
        options = tuple(Option(*row) for row in rows)
        return self._chains.setdefault(symbol, Chain(symbol, from_stored(head[0]), head[1], options))


def _replace_chain(connection: Connection, chain: Chain, now: datetime) -> None:
    """Put a chain in the place of the symbol's last one, in one statement for all options."""
    connection.execute("DELETE FROM options WHERE symbol = ?", [chain.symbol])
    connection.execute("DELETE FROM chains WHERE symbol = ?", [chain.symbol])
    values = [chain.symbol, to_stored(chain.at), chain.spot, to_stored(now)]
    connection.execute("INSERT INTO chains VALUES (?, ?, ?, ?)", values)
    rows = [option.fields() for option in chain.options]
    connection.execute(
        "INSERT INTO options SELECT ?, option.* FROM (SELECT unnest(from_json(?, ?)) AS option)",
        [chain.symbol, json.dumps(rows), json.dumps([OPTION_TYPES])],
    )


OPTION_TYPES = {
    "contract": "VARCHAR",
    "kind": "VARCHAR",
    "strike": "DOUBLE",
    "expires": "DATE",
    "bid": "DOUBLE",
    "ask": "DOUBLE",
    "iv": "DOUBLE",
    "delta": "DOUBLE",
    "gamma": "DOUBLE",
    "theta": "DOUBLE",
    "vega": "DOUBLE",
    "open_interest": "BIGINT",
    "volume": "BIGINT",
    "quality": "VARCHAR",
}


def _raw_option(row: Mapping[str, Any]) -> RawOption:
    return RawOption(
        contract=str(row["contract"]),
        kind="call" if row["kind"] == "call" else "put",
        strike=_float(row["strike"]),
        expires=date.fromisoformat(row["expires"]),
        bid=_float(row["bid"]),
        ask=_float(row["ask"]),
        iv=_float(row["iv"]),
        open_interest=int(row["open_interest"]),
        volume=int(row["volume"]),
    )


def _option(raw: RawOption, spot: float, at: datetime, quality: str) -> Option:
    return Option(
        contract=raw.contract,
        kind=raw.kind,
        strike=raw.strike,
        expires=raw.expires,
        bid=raw.bid,
        ask=raw.ask,
        iv=raw.iv,
        **option_greeks(raw.kind, spot, raw.strike, raw.expires, raw.iv, at),
        open_interest=raw.open_interest,
        volume=raw.volume,
        quality=quality,
    )


def _float(value: object) -> float:
    """A number of the vendor's; a missing one is NaN, which no quality rule accepts."""
    return float("nan") if value is None else float(str(value))
