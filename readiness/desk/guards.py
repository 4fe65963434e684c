"""What stops an order before it is booked: the limits of an account, seen as it stood and as the trade would leave it."""

from decimal import Decimal

from readiness.desk.accounts import Account
from readiness.desk.advisor import Limits
from readiness.desk.errors import Problem
from readiness.desk.money import CONTRACT_SIZE


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
