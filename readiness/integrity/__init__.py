"""Checkers of histories: pure functions from what clients saw to valid, invalid with a witness, or unknown."""

from readiness.integrity.additions import acknowledged_sum, combination, lost_updates
from readiness.integrity.books import Difference, Posting, conserved_sum, ledger_identity, restored_equal
from readiness.integrity.history import Invocation, by_key, ending, read_rows, rows, table
from readiness.integrity.isolation import Append, Read, Transaction, isolation
from readiness.integrity.linearizability import amount, linearizable, linearizable_sums, register
from readiness.integrity.local_times import LocalTime, clock_changes, day_length, instants, local_times
from readiness.integrity.ordering import at_least_once, fencing, gapless_sequence, order_per_key
from readiness.integrity.rounding import RoundedAmount, is_tie, money_ties, rules_that_fit, split_whole
from readiness.integrity.sessions import monotonic_reads, read_your_writes
from readiness.integrity.trading_days import Session, session, trading_days
from readiness.integrity.verdict import IntegrityVerdict, merge
from readiness.integrity.writes import acknowledged_present, double_submits, torn_reads

__all__ = [
    "Append",
    "Difference",
    "IntegrityVerdict",
    "Invocation",
    "LocalTime",
    "Posting",
    "Read",
    "RoundedAmount",
    "Session",
    "Transaction",
    "acknowledged_present",
    "acknowledged_sum",
    "amount",
    "at_least_once",
    "by_key",
    "clock_changes",
    "combination",
    "conserved_sum",
    "day_length",
    "double_submits",
    "ending",
    "fencing",
    "gapless_sequence",
    "instants",
    "is_tie",
    "isolation",
    "ledger_identity",
    "linearizable",
    "linearizable_sums",
    "local_times",
    "lost_updates",
    "merge",
    "money_ties",
    "monotonic_reads",
    "order_per_key",
    "read_rows",
    "read_your_writes",
    "register",
    "restored_equal",
    "rows",
    "rules_that_fit",
    "session",
    "split_whole",
    "table",
    "torn_reads",
    "trading_days",
]
