"""What becomes of options on their last day: worthless ones vanish, short ones are assigned, long ones are paid out.

Each leg is booked as an order of the desk's own, so that ledger, positions and profit go on to agree.
"""

import uuid
from datetime import date, datetime
from decimal import Decimal

from readiness.desk import accounts
from readiness.desk.accounts import Account, Position
from readiness.desk.calendar import years_until
from readiness.desk.defects import active
from readiness.desk.instruments import Instrument, Side
from readiness.desk.money import CONTRACT_SIZE, cents
from readiness.desk.orders import SYMBOL, Order, hold, insert, trade
from readiness.desk.store import Connection, to_stored

NOTHING = Decimal("0.00")


def settle(connection: Connection, day: date, spot: Decimal, now: datetime) -> int:
    """Settle every option that expired by the end of the day, at the share's price; how many positions that were."""
    if active("carries-expired"):
        return 0
    query = "SELECT DISTINCT account FROM positions WHERE expires <= ? ORDER BY account"
    count = 0
    for (name,) in connection.execute(query, [day]).fetchall():
        account = accounts.read(connection, name)
        for held in account.positions:
            if held.expires and held.expires <= day and not years_until(held.expires, now):
                _settle(connection, account, held, spot, now)
                count += 1
    return count


def _settle(connection: Connection, account: Account, held: Position, spot: Decimal, now: datetime) -> None:
    """Close the option; a short one in the money moves shares at the strike, a long one is paid its value."""
    strike = held.strike or NOTHING
    value = max(strike - spot if held.kind == "put" else spot - strike, NOTHING)
    option = Instrument(held.contract, held.kind, held.strike, held.expires, 0.0, 0.0)
    if held.quantity > 0:
        _book(connection, account.id, option, -held.quantity, cents(value), "expired", now)
        return
    _book(connection, account.id, option, -held.quantity, NOTHING, "assigned" if value else "expired", now)
    if value:
        shares = -held.quantity * CONTRACT_SIZE * (1 if held.kind == "put" else -1)
        share = Instrument(SYMBOL, "stock", None, None, 0.0, 0.0)
        _book(connection, account.id, share, shares, strike, "assigned", now)


def _book(
    connection: Connection, name: str, instrument: Instrument, signed: int, price: Decimal, reason: str, now: datetime
) -> None:
    """Book one leg: position, cash, ledger and an order that explains them. No limits: it cannot be refused."""
    account = accounts.read(connection, name)
    before = next((held for held in account.positions if held.contract == instrument.contract), None)
    proceeds = cents(-signed * price * instrument.multiplier)
    after, realized = trade(before, instrument, signed, -proceeds)
    side: Side = "buy" if signed > 0 else "sell"
    order = Order(
        uuid.uuid4().hex, name, instrument.contract, side, abs(signed), None, "FILLED", reason, abs(signed), price,
        NOTHING, NOTHING if active("profit-of-expiry-lost") else realized, account.cash + proceeds, now,
    )  # fmt: skip
    hold(connection, name, after)
    if proceeds:
        accounts.move(connection, name, proceeds)
        kind = "trade" if instrument.kind == "stock" else "premium"
        accounts.post(connection, name, kind, proceeds, order.id, to_stored(now))
    insert(connection, order)
