"""What stops an order before it is booked: its own size and price, and the limits of the account that it would change."""

from decimal import Decimal

from readiness.desk.accounts import Account
from readiness.desk.advisor import Limits
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.money import CONTRACT_SIZE, cents, parse

TICK = Decimal("0.01")  # of shares and options alike


def on_tick(limit: str) -> Decimal:
    """The price that a checked text names; one between two ticks is refused, as no exchange would take it."""
    price = parse(limit, "limit", places=6)
    if price % TICK and not active("rounds-to-tick"):
        raise Problem(422, "off_tick", f"the limit {price} is not a multiple of the tick {TICK}")
    return cents(price)


def within_size(kind: str, quantity: int, price: Decimal, limits: Limits) -> None:
    """Refuse a quantity or a value that can only be a slip of the finger; the limits themselves are allowed."""
    if active("no-size-limit"):
        return
    most, multiplier = (limits.max_shares, 1) if kind == "stock" else (limits.max_contracts, CONTRACT_SIZE)
    if quantity > most:
        raise Problem(409, "quantity_limit", f"the quantity is {quantity}; the most in one order is {most}")
    value = quantity * price * multiplier
    if value > Decimal(str(limits.max_value)):
        raise Problem(409, "value_limit", f"the order's value is {value}; the most is {limits.max_value:.2f}")


def within_collar(side: str, price: Decimal, bid: float, ask: float, limits: Limits) -> None:
    """Refuse a price that is worse for the trader than the market by more than the collar; a better one may rest."""
    if active("no-collar"):
        return
    touch = Decimal(str(ask if side == "buy" else bid))
    room = max(touch * Decimal(str(limits.collar)), Decimal(str(limits.least_collar)))
    worse = price - touch if side == "buy" else touch - price
    if worse > room:
        raise Problem(
            409, "price_collar", f"the price {price} is {worse} worse than the market; the most is {room:.2f}"
        )


def within_positions(before: Account, after: Account, limits: Limits) -> None:
    """Refuse a further short put beyond the limit, and shares or calls without cover; closing is always allowed."""
    puts = _short_puts(after)
    if puts > limits.max_puts and puts > _short_puts(before):
        raise Problem(409, "too_many_puts", f"this would make {puts} short puts; the limit is {limits.max_puts}")
    uncovered = _uncovered(after)
    if uncovered > 0 and uncovered > _uncovered(before):
        raise Problem(409, "uncovered", f"this would leave {uncovered} shares short or owed by calls")


def within_credit(before: Account, after: Account, limits: Limits) -> None:
    """Refuse what would leave less than no buying power, unless the trade improves it."""
    margin = Decimal(str(limits.margin_rate))
    power = after.cash - after.margin_used(margin)
    if power < 0 and power < before.cash - before.margin_used(margin):
        raise Problem(409, "insufficient_buying_power", f"the order would leave a buying power of {power}")


def _short_puts(account: Account) -> int:
    return -sum(held.quantity for held in account.short_puts())


def _uncovered(account: Account) -> int:
    """Shares that short stock and short calls owe beyond the shares held."""
    shares = sum(held.quantity for held in account.positions if held.kind == "stock")
    calls = -sum(held.quantity for held in account.positions if held.kind == "call" and held.quantity < 0)
    return calls * CONTRACT_SIZE - shares
