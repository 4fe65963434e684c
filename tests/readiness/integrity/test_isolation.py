"""Dependency cycles: serial executions pass, classic anomalies get their names, and brute force agrees."""

from itertools import combinations, permutations
from random import Random

import pytest
from hypothesis import given

from readiness.integrity import Append, Read, Transaction, isolation
from tests.readiness.integrity.simulation import CASES, seeds

Lists = dict[str, tuple[int, ...]]


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
        ending = random.choices(("ok", "info", "fail"), (6, 1, 1))[0]
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


def _serializable(transactions: list[Transaction]) -> bool:
    """The oracle: some order of the committed ones, with some of the unanswered, gives every read."""
    done = [one for one in transactions if one.ending == "ok"]
    open_ = [one for one in transactions if one.ending == "info"]
    choices = [chosen for size in range(len(open_) + 1) for chosen in combinations(open_, size)]
    return any(_gives(order) for chosen in choices for order in permutations([*done, *chosen]))


def _gives(order: tuple[Transaction, ...]) -> bool:
    lists: Lists = {}
    for one in order:
        for step in one.steps:
            if isinstance(step, Append):
                lists[step.key] = (*lists.get(step.key, ()), step.element)
            elif one.ending == "ok" and step.elements != lists.get(step.key, ()):
                return False
    return True


@CASES
@given(seeds)
def test_a_serial_execution_is_never_accused(random: Random) -> None:
    assert isolation(_serial(random)).state != "invalid"


@CASES
@given(seeds)
def test_snapshots_are_judged_as_brute_force_judges_them(random: Random) -> None:
    transactions = _snapshots(random)
    verdict = isolation(transactions)
    assert (verdict.state == "invalid") == (not _serializable(transactions)), verdict


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
