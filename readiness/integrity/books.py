"""Books: totals that must not change, balances that postings must explain, and copies that must be equal."""

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from readiness.integrity.history import History, Invocation
from readiness.integrity.verdict import IntegrityVerdict, invalid, unknown, valid


def conserved_sum(
    history: History, total: int | Decimal, *, least: int | Decimal | None = None
) -> IntegrityVerdict[Invocation]:
    """Tell whether every read of all accounts adds up to ``total``, and no account fell below ``least``.

    ``read`` invocations with a mapping from account to balance as ``result``: one request each, while transfers go
    on. That total is Jepsen's bank test; it finds read skew, lost updates and half transfers.
    """
    reads = [one for one in history if one.action == "read" and one.ending == "ok"]
    for read in reads:
        if (found := sum(read.result.values())) != total:
            return invalid(f"the accounts add up to {found} instead of {total}", (read,))
        if least is not None and (low := min(read.result.values(), default=least)) < least:
            return invalid(f"an account fell to {low}, below {least}", (read,))
    return valid(f"{len(reads)} reads add up to {total}", len(reads))


class Posting(NamedTuple):
    """One line of a ledger; the lines of a transaction add up to nothing where the books are double-entry."""

    id: str
    account: str
    amount: Decimal
    transaction: str = ""


def ledger_identity(
    balances: Mapping[str, Decimal], postings: Iterable[Posting], *, double_entry: bool = False
) -> IntegrityVerdict[Posting]:
    """Tell whether each balance is the sum of its postings, each posting stands once, and transactions balance."""
    lines = list(postings)
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    transactions: defaultdict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        sums[line.account] += line.amount
        transactions[line.transaction] += line.amount
    counted = Counter(line.id for line in lines)
    if twice := [line for line in lines if counted[line.id] > 1]:
        return invalid(f"the posting {twice[0].id} stands {counted[twice[0].id]} times", twice)
    if strange := [line for line in lines if line.account not in balances]:
        return invalid(f"the posting {strange[0].id} is of no known account, {strange[0].account}", strange)
    for account, balance in balances.items():
        if balance != sums[account]:
            own = [line for line in lines if line.account == account]
            told = f"{account} holds {balance}, its {len(own)} postings add up to {sums[account]}"
            return invalid(f"{told}: {balance - sums[account]} unexplained", own)
    if double_entry and (open_ := [line for line in lines if transactions[line.transaction]]):
        first = open_[0].transaction
        return invalid(f"transaction {first!r} adds up to {transactions[first]} instead of 0", open_)
    if not lines:
        return unknown("there are no postings")
    return valid(f"{len(lines)} postings explain {len(balances)} balances", len(balances))


Row = tuple[Hashable, ...]


class Difference(NamedTuple):
    """A row that stands more or less often in the copy than in the original."""

    table: str
    row: Row
    original: int
    restored: int


def restored_equal(
    original: Mapping[str, Sequence[Row]], restored: Mapping[str, Sequence[Row]]
) -> IntegrityVerdict[Difference]:
    """Tell whether a restored copy has the same tables with the same rows, in any order, repetitions counted.

    NaN equals NaN, and NULL only NULL; a number equals a number of another type with the same value, which 0.1 and
    Decimal("0.1") are not; 1 is not True and not "1". Rounds are the tables.
    """
    differences = []
    for table in sorted(original.keys() | restored.keys()):
        before = Counter(map(_comparable, original.get(table, ())))
        after = Counter(map(_comparable, restored.get(table, ())))
        differences += [
            Difference(table, tuple(value for _, value in row), before[row], after[row])
            for row in (before.keys() | after.keys())
            if before[row] != after[row]
        ]
        if (table in original) != (table in restored) and not (before or after):
            differences.append(Difference(table, (), int(table in original), int(table in restored)))
    if differences:
        first = min(differences, key=str)
        told = f"{first.row} of {first.table} stands {first.original} times, restored {first.restored} times"
        return invalid(f"{len(differences)} rows differ; the first: {told}", sorted(differences, key=str))
    if not any(original.values()):
        return unknown("the original holds no row, so an empty copy proves nothing")
    return valid(f"{sum(map(len, original.values()))} rows in {len(original)} tables are equal", len(original))


def _comparable(row: Row) -> tuple[tuple[str, Any], ...]:
    """The row with the kind of each value, so that only what means the same is equal."""
    return tuple((_kind(value), "NaN" if _is_nan(value) else value) for value in row)


def _kind(value: Hashable) -> str:
    number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return "number" if number else type(value).__name__


def _is_nan(value: Hashable) -> bool:
    return isinstance(value, float | Decimal) and math.isnan(value)
