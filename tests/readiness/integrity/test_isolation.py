"""Dependency cycles: serial executions pass, classic anomalies get their names, and brute force agrees."""

from collections.abc import Callable, Iterator
from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given

from readiness.integrity import Append, Read, Transaction, isolation
from readiness.integrity.history import Ending
from tests.readiness.integrity.simulation import CASES, seeds

Lists = dict[str, tuple[int, ...]]
ENDINGS: tuple[Ending, ...] = ("ok", "info", "fail")


def _run(steps: list[tuple[str, int | None]], lists: Lists) -> tuple[Append | Read, ...]:
    """Carry out the steps of one transaction on the lists, which change."""
    done: list[Append | Read] = []
    for key, element in steps:
        if element is None:
            done.append(Read(key, lists.get(key, ())))
        else:
            lists[key] = (*lists.get(key, ()), element)
            done.append(Append(key, element))
    return tuple(done)


def _plan(random: Random, transactions: int) -> list[list[tuple[str, int | None]]]:
    elements = iter(range(100))
    return [
        [(random.choice("xy"), next(elements) if random.random() < 0.5 else None) for _ in range(random.randint(1, 3))]
        for _ in range(transactions)
    ]


def _serial(random: Random) -> list[Transaction]:
    """Transactions one after the other; some are aborted, some are not answered and may have happened."""
    lists: Lists = {}
    found = []
    for number, steps in enumerate(_plan(random, random.randint(1, 5))):
        ending = random.choices(ENDINGS, (6, 1, 1))[0]
        happens = ending == "ok" or (ending == "info" and random.random() < 0.5)
        found.append(Transaction(number, _run(steps, lists if happens else dict(lists)), ending))
    random.shuffle(found)
    return found


def _snapshots(random: Random) -> list[Transaction]:
    """A faulty database: each transaction reads a snapshot that may be old, and its appends are put on top."""
    states: list[Lists] = [{}]
    found = []
    for number, steps in enumerate(_plan(random, random.randint(2, 4))):
        view = dict(random.choice(states[-2:]))
        found.append(Transaction(number, _run(steps, view)))
        now = dict(states[-1])
        for key, element in steps:
            if element is not None:
                now[key] = (*now.get(key, ()), element)
        states.append(now)
    final = tuple(Read(key, states[-1].get(key, ())) for key in "xy")
    return [*found, Transaction(99, final)]


def _torn(random: Random) -> list[Transaction]:
    """A faultier one: writers and readers, where a view may take each list from another moment."""
    states: list[Lists] = [{}]
    found = []
    elements = iter(range(100))
    for number in range(random.randint(2, 4)):
        view = {key: random.choice(states).get(key, ()) for key in "xy"}
        steps: list[tuple[str, int | None]] = [("x", None), ("y", None)] if random.random() < 0.5 else []
        if not steps or random.random() < 0.3:
            steps.append((random.choice("xy"), next(elements)))
        found.append(Transaction(number, _run(steps, view)))
        now = dict(states[-1])
        for key, element in steps:
            if element is not None:
                now[key] = (*now.get(key, ()), element)
        states.append(now)
    final = tuple(Read(key, states[-1].get(key, ())) for key in "xy")
    return [*found, Transaction(99, final)]


def _orders(transactions: list[Transaction]) -> Iterator[tuple[Transaction, ...]]:
    """Every order of the committed ones, with some of the unanswered."""
    done = [one for one in transactions if one.ending == "ok"]
    open_ = [one for one in transactions if one.ending == "info"]
    for size in range(len(open_) + 1):
        for chosen in combinations(open_, size):
            yield from permutations([*done, *chosen])


def _after(one: Transaction, lists: Lists) -> Lists | None:
    """The lists after a transaction; None where it read something else."""
    now = dict(lists)
    for step in one.steps:
        if isinstance(step, Append):
            now[step.key] = (*now.get(step.key, ()), step.element)
        elif one.ending == "ok" and step.elements != now.get(step.key, ()):
            return None
    return now


def _serializable(transactions: list[Transaction]) -> bool:
    """The oracle: some order gives every read."""
    return any(_gives(order) for order in _orders(transactions))


def _gives(order: tuple[Transaction, ...]) -> bool:
    lists: Lists = {}
    for one in order:
        after = _after(one, lists)
        if after is None:
            return False
        lists = after
    return True


def _on_snapshots(transactions: list[Transaction]) -> bool:
    """The oracle of snapshot isolation, by its definition: in some order of commits, each saw the lists after an earlier
    commit (or none), and nobody who committed since then wrote what it wrote (Berenson and others, 1995)."""
    return any(_commits(order) for order in _orders(transactions))


def _commits(order: tuple[Transaction, ...]) -> bool:
    states: list[Lists] = [{}]
    for place, one in enumerate(order):
        written = _written(one)
        views = (_after(one, states[begin]) for begin in range(place + 1)
                 if not any(written & _written(other) for other in order[begin:place]))  # fmt: skip
        view = next((view for view in views if view is not None), None)
        if view is None:
            return False
        states.append({**states[-1], **{key: view[key] for key in written}})
    return True


def _written(one: Transaction) -> set[str]:
    return {step.key for step in one.steps if isinstance(step, Append)}


@CASES
@given(seeds)
def test_a_serial_execution_is_never_accused(random: Random) -> None:
    assert isolation(_serial(random)).state != "invalid"


@CASES
@given(seeds)
@pytest.mark.parametrize("history", [_snapshots, _torn])
def test_histories_are_judged_as_brute_force_judges_them(
    history: Callable[[Random], list[Transaction]], random: Random
) -> None:
    transactions = history(random)
    verdict = isolation(transactions)
    assert (verdict.state == "invalid") == (not _serializable(transactions)), verdict


@CASES
@given(seeds)
@pytest.mark.parametrize("history", [_snapshots, _torn])
def test_snapshot_isolation_is_judged_as_brute_force_judges_it(
    history: Callable[[Random], list[Transaction]], random: Random
) -> None:
    transactions = history(random)
    verdict = isolation(transactions, "snapshot isolation")
    assert (verdict.state == "invalid") == (not _on_snapshots(transactions)), verdict


@CASES
@given(seeds)
def test_whatever_is_called_an_anomaly_fits_no_serial_order(random: Random) -> None:
    """Sound on any history, also where appends were never read and answers are missing."""
    transactions = _serial(random)
    broken = []
    for one in transactions:
        steps = [
            Read(step.key, step.elements[: random.randint(0, len(step.elements))])
            if isinstance(step, Read) and random.random() < 0.3
            else step
            for step in one.steps
        ]
        broken.append(Transaction(one.id, tuple(steps), one.ending))
    if isolation(broken).state == "invalid":
        assert not _serializable(broken)
    if isolation(broken, "snapshot isolation").state == "invalid":
        assert not _on_snapshots(broken)


WRITE_SKEW = [
    Transaction(1, (Read("x", ()), Append("y", 1))),
    Transaction(2, (Read("y", ()), Append("x", 2))),
    Transaction(3, (Read("x", (2,)), Read("y", (1,)))),
]
LOST_UPDATE = [
    Transaction(1, (Read("x", ()), Append("x", 1))),
    Transaction(2, (Read("x", ()), Append("x", 2))),
    Transaction(3, (Read("x", (1, 2)),)),
]
LONG_FORK = [
    Transaction(1, (Append("x", 1),)),
    Transaction(2, (Append("y", 2),)),
    Transaction(3, (Read("x", (1,)), Read("y", ()))),
    Transaction(4, (Read("x", ()), Read("y", (2,)))),
]
READ_SKEW = [Transaction(1, (Append("x", 1), Append("y", 1))), Transaction(2, (Read("x", (1,)), Read("y", ())))]
CIRCULAR = [Transaction(1, (Append("x", 1), Read("y", (2,)))), Transaction(2, (Append("y", 2), Read("x", (1,))))]
DIRTY_WRITE = [
    Transaction(1, (Append("x", 1), Append("y", 1))),
    Transaction(2, (Append("x", 2), Append("y", 2))),
    Transaction(3, (Read("x", (1, 2)), Read("y", (2, 1)))),
]


@pytest.mark.parametrize(
    ("transactions", "name", "guilty"),
    [
        (WRITE_SKEW, "G2-item", {1, 2}),
        (LOST_UPDATE, "G-single", {1, 2}),
        (LONG_FORK, "G-nonadjacent", {1, 2, 3, 4}),
        (READ_SKEW, "G-single", {1, 2}),
        (CIRCULAR, "G1c", {1, 2}),
        (DIRTY_WRITE, "G0", {1, 2}),
        ([Transaction(1, (Append("x", 1),), "fail"), Transaction(2, (Read("x", (1,)),))], "aborted read", {1, 2}),
        ([Transaction(2, (Read("x", (1,)),))], "aborted read", {2}),
        (
            [Transaction(1, (Append("x", 1), Append("x", 2))), Transaction(2, (Read("x", (1,)),))],
            "intermediate read",
            {1, 2},
        ),
        ([Transaction(1, (Append("x", 1), Read("x", ())))], "own appends not read", {1}),
        (
            [
                Transaction(1, (Append("x", 1),)),
                Transaction(2, (Append("x", 2),)),
                Transaction(3, (Read("x", (1, 2)),)),
                Transaction(4, (Read("x", (2,)),)),
            ],
            "incompatible order",
            {4},
        ),
    ],
)
def test_each_anomaly_gets_its_name_and_its_guilty(
    transactions: list[Transaction], name: str, guilty: set[int]
) -> None:
    verdict = isolation(transactions)
    assert verdict.state == "invalid"
    assert verdict.reason.startswith(name)
    assert {one.id for one in verdict.witness} == guilty


@pytest.mark.parametrize(
    ("transactions", "level", "state"),
    [
        (WRITE_SKEW, "snapshot isolation", "valid"),
        (WRITE_SKEW, "serializable", "invalid"),
        (LONG_FORK, "read committed", "valid"),
        (LONG_FORK, "snapshot isolation", "invalid"),
        (LONG_FORK, "serializable", "invalid"),
        (LOST_UPDATE, "read committed", "valid"),
        (LOST_UPDATE, "snapshot isolation", "invalid"),
        (READ_SKEW, "snapshot isolation", "invalid"),
        (CIRCULAR, "read committed", "invalid"),
        (DIRTY_WRITE, "read committed", "invalid"),
    ],
)
def test_a_level_allows_what_it_allows(transactions: list[Transaction], level: str, state: str) -> None:
    assert isolation(transactions, level).state == state  # type: ignore[arg-type]


def test_an_unanswered_transaction_that_was_read_has_happened() -> None:
    written = Transaction(1, (Append("x", 1), Append("y", 1)), "info")
    assert isolation([written, Transaction(2, (Read("x", (1,)), Read("y", (1,))))]).state == "valid"
    assert isolation([written, Transaction(2, (Read("x", ()), Read("y", ())))]).state == "unknown"
    half = isolation([written, READ_SKEW[1]])  # what was read of it proves that it happened, and so all of it
    assert half.reason.startswith("G-single")


def test_without_any_dependency_nothing_is_known() -> None:
    assert isolation([Transaction(1, (Append("x", 1),)), Transaction(2, (Append("y", 1),))]).state == "unknown"
    assert isolation([]).state == "unknown"
