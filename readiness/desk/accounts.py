"""Accounts: cash, positions and the ledger. Cash moves only together with a posting, so the two always agree."""

import json
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from readiness.desk import idempotency
from readiness.desk.clock import ExchangeClock
from readiness.desk.copies import planted_copies
from readiness.desk.defects import active
from readiness.desk.errors import not_found
from readiness.desk.money import CONTRACT_SIZE, cents
from readiness.desk.store import Connection, Store, from_stored, to_stored

FLUSH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Position:
    """A holding; `cost` is what was paid for it (negative: received), without fees."""

    contract: str
    kind: str
    strike: Decimal | None
    expires: date | None
    quantity: int
    cost: Decimal

    @property
    def multiplier(self) -> int:
        """Shares that one unit stands for."""
        return 1 if self.kind == "stock" else CONTRACT_SIZE

    @property
    def average_price(self) -> Decimal:
        """The price per share at which the position was opened."""
        return (self.cost / (self.quantity * self.multiplier)).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands after its last committed change."""

    id: str
    name: str
    cash: Decimal
    start_cash: Decimal
    version: int
    positions: tuple[Position, ...]

    def margin_used(self, margin: Decimal) -> Decimal:
        """What short puts bind: a share of the cash that assignment would take. Short calls are covered."""
        bound = sum(
            (-held.quantity * held.strike * CONTRACT_SIZE for held in self.short_puts() if held.strike), start=Decimal()
        )
        return cents(bound * margin)

    def short_puts(self) -> list[Position]:
        """Puts that were sold."""
        return [held for held in self.positions if held.kind == "put" and held.quantity < 0]


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of cash."""

    id: str
    kind: str
    amount: Decimal
    order: str | None
    at: datetime


class Accounts:
    """Reads and changes accounts."""

    def __init__(self, store: Store, clock: ExchangeClock) -> None:
        self._store = store
        self._clock = clock
        self._unwritten: list[tuple[str, Decimal]] = []
        self._copies = planted_copies()
        if active("early-acknowledgement"):
            threading.Thread(target=self._flush, name="deposit-flush", daemon=True).start()

    def open(self, name: str, cash: Decimal) -> str:
        """Open an account with its first deposit; its id."""
        account = uuid.uuid4().hex
        now = to_stored(self._clock.now())
        with self._store.transaction() as connection:
            values = [account, name, cash, cash, 1, now]
            connection.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?)", values)
            post(connection, account, "deposit", cash, None, now)
        return account

    def get(self, account: str) -> Account:
        """The account with its positions."""
        if self._copies is not None:
            return self._copies.get(account, self._read)
        return self._read(account)

    def _read(self, account: str) -> Account:
        with self._store.connection() as connection:
            return read(connection, account)

    def ids(self) -> list[str]:
        """All accounts."""
        with self._store.connection() as connection:
            return [row[0] for row in connection.execute("SELECT id FROM accounts ORDER BY created, id").fetchall()]

    def ledger(self, account: str) -> list[Posting]:
        """All postings of an account, oldest first."""
        with self._store.connection() as connection:
            known(connection, account)
            rows = connection.execute(
                "SELECT id, kind, amount, order_id, posted FROM postings WHERE account = ? ORDER BY posted, rowid",
                [account],
            ).fetchall()
        return [Posting(row[0], row[1], row[2], row[3], from_stored(row[4])) for row in rows]

    def deposit(self, account: str, amount: Decimal, key: str | None) -> bytes:
        """Add cash; the answer is given when it is on disk."""
        if active("lost-update"):
            return self._deposit_carelessly(account, amount)
        if active("early-acknowledgement"):
            return self._deposit_later(account, amount)
        asked = idempotency.fingerprint({"account": account, "amount": amount})
        full_key = f"deposit:{key}"

        def work(connection: Connection) -> bytes:
            if key is not None and (answer := idempotency.recall(connection, full_key, asked)) is not None:
                return answer
            cash, version = move(connection, account, amount)
            posting = post(connection, account, "deposit", amount, None, to_stored(self._clock.now()))
            answer = _receipt(cash, version, posting)
            if key is not None:
                idempotency.remember(connection, full_key, asked, answer)
            return answer

        with self._store.account_lock(account):
            return self._store.write(work)

    def _deposit_carelessly(self, account: str, amount: Decimal) -> bytes:
        """The defect lost-update: nothing keeps two of these from overlapping."""
        before = self.get(account)
        time.sleep(0.005)
        cash, version = before.cash + amount, before.version + 1

        def work(connection: Connection) -> str:
            connection.execute("UPDATE accounts SET cash = ?, version = ? WHERE id = ?", [cash, version, account])
            return post(connection, account, "deposit", amount, None, to_stored(self._clock.now()))

        return _receipt(cash, version, self._store.write(work))

    def _deposit_later(self, account: str, amount: Decimal) -> bytes:
        """The defect early-acknowledgement: the answer comes before the commit."""
        before = self.get(account)
        self._unwritten.append((account, amount))
        waiting = [waiting for owner, waiting in self._unwritten if owner == account]
        return _receipt(before.cash + sum(waiting), before.version + len(waiting), uuid.uuid4().hex)

    def _flush(self) -> None:
        while True:
            time.sleep(FLUSH_SECONDS)
            with self._store.transaction() as connection:
                while self._unwritten:
                    account, amount = self._unwritten.pop(0)
                    move(connection, account, amount)
                    post(connection, account, "deposit", amount, None, to_stored(self._clock.now()))


def known(connection: Connection, account: str) -> None:
    """Make sure that the account exists."""
    if connection.execute("SELECT 1 FROM accounts WHERE id = ?", [account]).fetchone() is None:
        raise not_found("account", account)


def read(connection: Connection, account: str) -> Account:
    """The account and its positions in one query, so that they belong together."""
    rows = connection.execute(
        """SELECT a.name, a.cash, a.start_cash, a.version, p.contract, p.kind, p.strike, p.expires, p.quantity, p.cost
           FROM accounts a LEFT JOIN positions p ON p.account = a.id WHERE a.id = ? ORDER BY p.contract""",
        [account],
    ).fetchall()
    if not rows:
        raise not_found("account", account)
    name, cash, start_cash, version = rows[0][:4]
    return Account(account, name, cash, start_cash, version, _positions(rows))


def move(connection: Connection, account: str, amount: Decimal) -> tuple[Decimal, int]:
    """Change the cash of an account; the new cash and version."""
    changed = connection.execute(
        "UPDATE accounts SET cash = cash + ?, version = version + 1 WHERE id = ? RETURNING cash, version",
        [amount, account],
    ).fetchone()
    if changed is None:
        raise not_found("account", account)
    return changed[0], changed[1]


def post(
    connection: Connection, account: str, kind: str, amount: Decimal, order: str | None, stored_at: datetime
) -> str:
    """Write one line of the ledger; its id."""
    posting = uuid.uuid4().hex
    values = [posting, account, kind, amount, order, stored_at]
    connection.execute("INSERT INTO postings VALUES (?, ?, ?, ?, ?, ?)", values)
    return posting


def _positions(rows: Sequence[tuple[Any, ...]]) -> tuple[Position, ...]:
    return tuple(Position(*row[4:]) for row in rows if row[4] is not None)


def _receipt(cash: Decimal, version: int, posting: str) -> bytes:
    return json.dumps({"cash": str(cash), "version": version, "posting": posting}).encode()
