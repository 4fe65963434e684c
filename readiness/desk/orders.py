"""Paper orders: refused by rule, filled by the fill model, booked in one transaction with cash and ledger.

An order whose limit is not met rests; so does what is left of one that its limit fills in part. Resting orders are
tried again with each new market until they are filled or cancelled.
"""

import json
import random
import threading
import time
import uuid
from bisect import bisect_left
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from readiness.desk import accounts, guards, idempotency
from readiness.desk.accounts import Account, Position
from readiness.desk.advisor import VOLATILITY_STOP, Limits
from readiness.desk.calendar import is_open
from readiness.desk.clock import ExchangeClock
from readiness.desk.defects import active
from readiness.desk.errors import Problem, not_found
from readiness.desk.ingest import Market
from readiness.desk.instruments import Instrument, Side, find
from readiness.desk.metrics import Metrics
from readiness.desk.money import CENT, cents, commission
from readiness.desk.store import Connection, Store, from_stored, to_stored
from readiness.desk.strategies import Strategies
from readiness.desk.throttle import Throttle
from readiness.desk.trading import Trading

SYMBOL = "U"

Status = Literal["FILLED", "REJECTED", "OPEN", "PARTIALLY_FILLED", "CANCELLED"]
RESTING: tuple[Status, ...] = ("OPEN", "PARTIALLY_FILLED")


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What the trader wants."""

    account: str
    contract: str
    side: Side
    quantity: int
    limit: Decimal | None
    strategy: str | None = None  # the program that sends it; none: a human


@dataclass(frozen=True, slots=True)
class Order:
    """An order as it stands. `price` is that of its last fill; `fees` and `realized` add up over its fills."""

    id: str
    account: str
    contract: str
    side: Side
    quantity: int
    limit: Decimal | None
    status: Status
    reason: str | None
    filled: int
    price: Decimal | None
    fees: Decimal
    realized: Decimal
    cash: Decimal
    at: datetime

    def fields(self) -> dict[str, object]:
        """The order as it is sent."""
        fields = {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(self).items()}
        return fields | {"at": self.at.isoformat()}

    def body(self) -> bytes:
        """The order as JSON."""
        return json.dumps(self.fields()).encode()


class Orders:
    """Takes orders and remembers them."""

    def __init__(
        self, store: Store, market: Market, clock: ExchangeClock, metrics: Metrics, limits: Limits, trading: Trading,
        throttle: Throttle, strategies: Strategies,
    ) -> None:  # fmt: skip
        self._store = store
        self._market = market
        self._clock = clock
        self._metrics = metrics
        self._limits = limits
        self._trading = trading
        self._throttle = throttle
        self._strategies = strategies
        self._first: dict[str, Instrument] = {}  # the defect old-reference: each market as it was first seen
        self.rests = threading.Event()  # something may rest; an earlier process may have left it
        self.rests.set()

    def place(self, request: OrderRequest, key: str) -> bytes:
        """Take an order once; the same key and request get the same bytes."""
        asked = idempotency.fingerprint(asdict(request))
        full_key = f"order:{key}"
        with self._store.connection() as connection:
            answer = idempotency.recall(connection, full_key, asked)
            accounts.known(connection, request.account)
        if answer is not None:
            return answer
        self._throttle.admit(request.account)
        self._trading.require_open()
        instrument = self._instrument(request.contract)
        self._sane(request, instrument)
        early = self._glance(request.account)

        def work(connection: Connection) -> tuple[bytes, Status | None]:
            if (earlier := idempotency.recall(connection, full_key, asked)) is not None:
                return earlier, None
            self._trading.require_open()  # again, now that a change of the state would wait for this order
            if request.strategy:
                self._strategies.count(connection, request.strategy)
            order = self._execute(connection, request, instrument, early)
            idempotency.remember(connection, full_key, asked, order.body())
            return order.body(), order.status

        with self._store.account_lock(request.account):
            answer, status = self._store.write(work)
        if status:
            self._metrics.count_order(status)
        if status in RESTING:
            self.rests.set()
        return answer

    def get(self, order: str) -> Order:
        """One order."""
        found = self._select("id = ?", order)
        if not found:
            raise not_found("order", order)
        return found[0]

    def of(self, account: str, limit: int, offset: int) -> list[Order]:
        """``limit`` orders of an account at most, oldest first, without the ``offset`` oldest."""
        with self._store.connection() as connection:
            accounts.known(connection, account)
        return self._select("account = ?", account, page=f"LIMIT {limit:d} OFFSET {offset:d}")

    def _select(self, condition: str, *values: str, page: str = "") -> list[Order]:
        query = f"SELECT * FROM orders WHERE {condition} ORDER BY placed, rowid {page}"  # noqa: S608 - ours, not the caller's
        with self._store.connection() as connection:
            rows = connection.execute(query, [*values]).fetchall()
        return [_order(row) for row in rows]

    def _sane(self, request: OrderRequest, market: Instrument) -> None:
        """Refuse an order whose size or price nobody can mean."""
        if market.bid <= 0 or market.ask <= 0:
            return  # no market: there is nothing to compare with, and the order is rejected
        at_market = market.fill_price(request.side, request.quantity)
        worst = at_market if request.limit is None else request.limit
        guards.within_size(market.kind, request.quantity, worst, self._limits)
        reference = self._first.setdefault(market.contract, market) if active("old-reference") else market
        guards.within_collar(request.side, worst, reference.bid, reference.ask, self._limits)

    def _glance(self, account: str) -> Account | None:
        """The racing defects: the account as it stood before this order had it to itself."""
        if not (active("racing-position-limit") or active("racing-credit-limit")):
            return None
        with self._store.connection() as connection:
            seen = accounts.read(connection, account)
        time.sleep(0.05)  # what a slow check would take
        return seen

    def _instrument(self, contract: str) -> Instrument:
        """The market in the contract, when the desk may trade on it now."""
        if not is_open(self._clock.now()) and not active("trades-when-closed"):
            raise Problem(409, "market_closed", "the exchange is closed; GET /v1/session tells when it opens")
        try:
            quote, chain = self._market.tradable(SYMBOL)
        except Problem as problem:
            raise Problem(409, problem.code, problem.message) from problem
        volatility = chain.at_the_money_volatility
        if volatility > VOLATILITY_STOP and not active("ignores-volatility"):
            raise Problem(409, "volatility_stop", f"implied volatility is {volatility:.0%}; trading stops above 120%")
        return find(contract, quote, chain)

    def cancel(self, order: str) -> Order:
        """End a resting order; what was filled stays filled."""
        account = self.get(order).account

        def work(connection: Connection) -> Order:
            found = _read(connection, order)
            if found.status not in RESTING:
                raise Problem(409, "order_done", f"the order is {found.status}; only a resting one can be cancelled")
            ended = replace(found, status="CANCELLED", reason="cancelled")
            _update(connection, ended)
            return ended

        with self._store.account_lock(account):
            return self._store.write(work)

    def cancel_all(self) -> None:
        """End every resting order."""
        for order in self._resting():
            with suppress(Problem):  # filled in the meantime
                self.cancel(order.id)

    def work(self) -> None:
        """Try every resting order against the present market; what may not be traded now goes on resting."""
        if not self._trading.works_orders:
            return
        self.rests.clear()
        for order in self._resting():
            self.rests.set()
            with suppress(Problem):
                self._advance(order, self._instrument(order.contract))

    def _resting(self) -> list[Order]:
        wanted = [*RESTING, "CANCELLED"] if active("fills-cancelled") else RESTING
        return self._select(f"status IN ({', '.join('?' * len(wanted))})", *wanted)

    def _advance(self, resting: Order, instrument: Instrument) -> None:
        """Fill what the market now allows of a resting order; one that its account cannot carry any more is ended."""

        def work(connection: Connection) -> None:
            order = _read(connection, resting.id)
            unchanged = order.status == resting.status and order.filled == resting.filled
            if unchanged and self._trading.works_orders:
                _update(connection, self._match(connection, order, instrument))

        def end(connection: Connection, reason: str) -> None:
            _update(connection, replace(_read(connection, resting.id), status="CANCELLED", reason=reason))

        with self._store.account_lock(resting.account):
            try:
                self._store.write(work)
            except Problem as problem:
                if problem.status != 409:
                    raise
                reason = problem.code
                self._store.write(lambda connection: end(connection, reason))

    def _execute(
        self, connection: Connection, request: OrderRequest, instrument: Instrument, early: Account | None
    ) -> Order:
        """Fill the order as far as its limit is met, let the rest of it rest, and book what follows."""
        account = accounts.read(connection, request.account)
        order = Order(
            uuid.uuid4().hex, request.account, request.contract, request.side, request.quantity, request.limit,
            "OPEN", "limit_not_reached", 0, None, Decimal("0.00"), Decimal("0.00"), account.cash, self._clock.now(),
        )  # fmt: skip
        if instrument.ask <= 0 or instrument.bid <= 0:
            order = replace(order, status="REJECTED", reason="no_market")
        else:
            order = self._match(connection, order, instrument, early)
        insert(connection, order)
        return order

    def _match(
        self, connection: Connection, order: Order, instrument: Instrument, early: Account | None = None
    ) -> Order:
        """The order after the largest fill that keeps its limit, or the order as it is."""
        left = order.quantity if active("fills-too-much") else order.quantity - order.filled
        quantity = fillable(order, instrument, left)
        if not quantity:
            return order
        return self._fill(connection, order, instrument, quantity, early)

    def _fill(
        self, connection: Connection, order: Order, instrument: Instrument, quantity: int, early: Account | None
    ) -> Order:
        """Move cash, ledger and position together."""
        account = accounts.read(connection, order.account)
        price = instrument.fill_price(order.side, quantity)
        if active("random-fills"):
            price += random.choice((Decimal("0.00"), CENT))
        signed = quantity if order.side == "buy" else -quantity
        proceeds = cents(-signed * price * instrument.multiplier)
        fees = Decimal("0.00") if instrument.kind == "stock" else commission(quantity)
        before = next((held for held in account.positions if held.contract == order.contract), None)
        after, realized = trade(before, instrument, signed, -proceeds)
        change = proceeds - fees
        stood = early if early and active("racing-position-limit") else account
        guards.within_positions(stood, traded(stood, instrument, signed, change), self._limits)
        stood = early if early and active("racing-credit-limit") else account
        guards.within_credit(stood, traded(stood, instrument, signed, change), self._limits)
        cash, _ = accounts.move(connection, account.id, change)
        now = to_stored(self._clock.now())
        kind = "trade" if instrument.kind == "stock" else "premium"
        accounts.post(connection, account.id, kind, proceeds, order.id, now)
        if fees and not active("unreconciled"):
            accounts.post(connection, account.id, "fee", -fees, order.id, now)
        hold(connection, account.id, after)
        filled = order.filled + quantity
        full = filled >= order.quantity
        return replace(
            order, status="FILLED" if full else "PARTIALLY_FILLED", reason=None if full else "limit_not_reached",
            filled=filled, price=price, fees=order.fees + fees, realized=order.realized + realized, cash=cash,
        )  # fmt: skip


def fillable(order: Order, instrument: Instrument, left: int) -> int:
    """How many of what is left fill within the limit: size makes the price worse, so the largest that keeps it."""
    if order.limit is None:
        return left
    return bisect_left(range(1, left + 1), True, key=lambda size: not _reached(order, instrument, size))


def traded(account: Account, instrument: Instrument, signed: int, change: Decimal) -> Account:
    """The account as a trade would leave it, as far as limits are concerned: its cash and quantities."""
    before = next((held for held in account.positions if held.contract == instrument.contract), None)
    after, _ = trade(before, instrument, signed, Decimal("0.00"))
    others = tuple(held for held in account.positions if held.contract != instrument.contract)
    return replace(account, cash=account.cash + change, positions=(*others, after))


def trade(before: Position | None, instrument: Instrument, signed: int, cost: Decimal) -> tuple[Position, Decimal]:
    """The position after a trade, and the profit that the closed part of it realized (without fees)."""
    held = before or Position(
        instrument.contract, instrument.kind, instrument.strike, instrument.expires, 0, Decimal("0.00")
    )
    closing = min(abs(held.quantity), abs(signed)) if held.quantity * signed < 0 else 0
    if not closing:
        return replace(held, quantity=held.quantity + signed, cost=held.cost + cost), Decimal("0.00")
    closed_cost = cents(held.cost * closing / abs(held.quantity))
    closing_cost = cents(cost * closing / abs(signed))
    remaining = held.cost - closed_cost + cost - closing_cost
    return replace(held, quantity=held.quantity + signed, cost=remaining), -closed_cost - closing_cost


def hold(connection: Connection, account: str, position: Position) -> None:
    """Store a position in the place of the one it follows."""
    key = [account, position.contract]
    values = [position.quantity, position.cost, *key]
    if not position.quantity:
        connection.execute("DELETE FROM positions WHERE account = ? AND contract = ?", key)
        return
    changed = connection.execute(
        "UPDATE positions SET quantity = ?, cost = ? WHERE account = ? AND contract = ?", values
    ).fetchone()
    if not changed or not changed[0]:
        fields = [account, position.contract, position.kind, position.strike, position.expires]
        connection.execute(
            "INSERT INTO positions VALUES (?, ?, ?, ?, ?, ?, ?)", [*fields, position.quantity, position.cost]
        )


def _reached(order: Order, instrument: Instrument, size: int) -> bool:
    price = instrument.fill_price(order.side, size)
    return order.limit is None or (price <= order.limit if order.side == "buy" else price >= order.limit)


def _read(connection: Connection, order: str) -> Order:
    row = connection.execute("SELECT * FROM orders WHERE id = ?", [order]).fetchone()
    if row is None:
        raise not_found("order", order)
    return _order(row)


def _order(row: tuple[Any, ...]) -> Order:
    return Order(*(*row[:-1], from_stored(row[-1])))


def _update(connection: Connection, order: Order) -> None:
    """Store what may change of an order."""
    connection.execute(
        """UPDATE orders SET status = ?, reason = ?, filled = ?, price = ?, fees = ?, realized = ?, cash = ?
           WHERE id = ?""",
        [order.status, order.reason, order.filled, order.price, order.fees, order.realized, order.cash, order.id],
    )


def insert(connection: Connection, order: Order) -> None:
    """Store a new order."""
    values = [*asdict(order).values()]
    values[-1] = to_stored(order.at)
    connection.execute(f"INSERT INTO orders VALUES ({', '.join('?' * len(values))})", values)  # noqa: S608 - marks only
