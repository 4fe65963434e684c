"""Transactions: which of Adya's anomalies (1999) did they show? Lists that are appended to give them away.

Who reads a list sees in which order its elements were written, so each read orders the writers of its key, as in Elle
(Kingsbury and Alvaro, 2020). From that come the dependencies between transactions: ww (overwrote), wr (read from), rw
(read what another replaced). A cycle of them fits no serial order; its edges name the anomaly. Write skew is a cycle
with two rw: each of two transactions read what the other changed. Snapshot isolation allows it, and with it every cycle in
which two rw follow each other, but no other cycle (Fekete and others, 2005; Cerone and Gotsman, 2016): in a long fork two
readers see two writes in different orders.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from readiness.integrity.history import Ending
from readiness.integrity.verdict import IntegrityVerdict, invalid, unknown, valid

Dependency = Literal["ww", "wr", "rw"]
Level = Literal["read committed", "snapshot isolation", "serializable"]
FORBIDDEN: Mapping[Level, frozenset[str]] = {
    "read committed": frozenset({"G0", "G1c"}),
    "snapshot isolation": frozenset({"G0", "G1c", "G-single", "G-nonadjacent"}),
    "serializable": frozenset({"G0", "G1c", "G-single", "G-nonadjacent", "G2-item"}),
}
"""Level -> the cycles that it rules out; unfit reads are ruled out by all. Snapshot isolation allows write skew (G2-item),
Berenson and others (1995)."""


class Append(NamedTuple):
    """Put an element, used once in the whole history, at the end of the list of a key."""

    key: str
    element: Any


class Read(NamedTuple):
    """Read the whole list of a key."""

    key: str
    elements: tuple[Any, ...]


@dataclass(frozen=True)
class Transaction:
    """What one transaction did, in its order; of one that was not answered the reads are not known."""

    id: int
    steps: tuple[Append | Read, ...]
    ending: Ending = "ok"


class Edge(NamedTuple):
    """One transaction depends on another."""

    source: int
    target: int
    kind: Dependency
    key: str


def isolation(transactions: Sequence[Transaction], level: Level = "serializable") -> IntegrityVerdict[Transaction]:
    """Tell whether the transactions show an anomaly that the level forbids; the witness is the shortest cycle found.

    Sound for every history: what it names did happen. Complete where each list was read after the last append.
    Rounds are the committed transactions.
    """
    known = {one.id: one for one in transactions}
    if found := _unfit_reads(transactions):
        anomaly, guilty = found
        return invalid(anomaly, guilty)
    edges = _edges(transactions)
    if not edges:
        return unknown("no transaction depends on another")
    for anomaly, cycle in _anomalies(edges):
        if anomaly in FORBIDDEN[level]:
            path = ", ".join(f"{edge.source} -{edge.kind} {edge.key}-> {edge.target}" for edge in cycle)
            return invalid(f"{anomaly}: {path}", [known[edge.source] for edge in cycle])
    committed = sum(one.ending == "ok" for one in transactions)
    return valid(f"{committed} transactions fit {level}", committed)


def _unfit_reads(transactions: Sequence[Transaction]) -> tuple[str, tuple[Transaction, ...]] | None:
    """A read that no committed state explains: of an aborted or half-done transaction, or out of the common order."""
    writers = _writers(transactions)
    longest = _longest(transactions)
    for one, key, whole, own in _reads(transactions):
        if whole[len(whole) - len(own) :] != own:
            return "own appends not read", (one,)
        guilty = [writer for element in whole if (writer := writers.get((key, element))) and writer.ending == "fail"]
        if guilty or any((key, element) not in writers for element in whole):
            return "aborted read", (one, *guilty[:1])
        if whole != longest[key][: len(whole)] or len(set(whole)) < len(whole):
            return "incompatible order", (one,)
        others = whole[: len(whole) - len(own)]
        if others and _appended(last := writers[key, others[-1]], key)[-1] != others[-1]:
            return "intermediate read", (one, last)
    return None


def _edges(transactions: Sequence[Transaction]) -> list[Edge]:
    writers = _writers(transactions)
    edges: set[Edge] = set()
    longest = _longest(transactions)
    for key, order in longest.items():
        for element, later in pairwise(order):
            edges.add(Edge(writers[key, element].id, writers[key, later].id, "ww", key))
    happened = {one.id for one in transactions if one.ending == "ok"}
    happened |= {writers[key, element].id for key, order in longest.items() for element in order}
    unseen: dict[str, set[int]] = defaultdict(set)
    for (key, element), writer in writers.items():
        if writer.id in happened and element not in longest[key]:
            unseen[key].add(writer.id)  # in no list that was read: its place is after all that are
    for key, order in longest.items():
        edges |= {Edge(writers[key, order[-1]].id, writer, "ww", key) for writer in unseen[key] if order}
    for one, key, whole, own in _reads(transactions):
        others = whole[: len(whole) - len(own)]
        if others:
            edges.add(Edge(writers[key, others[-1]].id, one.id, "wr", key))
        if len(whole) < len(longest[key]):
            edges.add(Edge(one.id, writers[key, longest[key][len(whole)]].id, "rw", key))
        else:
            edges |= {Edge(one.id, writer, "rw", key) for writer in unseen[key]}
    return sorted(edge for edge in edges if edge.source != edge.target)


def _anomalies(edges: list[Edge]) -> Iterable[tuple[str, list[Edge]]]:
    """Cycles by name, the gravest first: only ww; ww and wr; exactly one rw; several rw, no two in a row; two or more rw."""
    if cycle := _shortest(edges, ("ww",)):
        yield "G0", cycle
    if cycle := _shortest(edges, ("ww", "wr")):
        yield "G1c", cycle
    for edge in (edge for edge in edges if edge.kind == "rw"):
        if back := _way(edges, edge.target, edge.source, ("ww", "wr")):
            yield "G-single", [edge, *back]
            break
    if cycle := _nonadjacent(edges):
        yield "G-nonadjacent", cycle
    if cycle := _shortest(edges, ("ww", "wr", "rw"), begin="rw"):
        yield ("G-single" if sum(edge.kind == "rw" for edge in cycle) == 1 else "G2-item"), cycle


def _shortest(edges: list[Edge], kinds: tuple[Dependency, ...], begin: Dependency | None = None) -> list[Edge]:
    starts = [edge for edge in edges if edge.kind in kinds and begin in (None, edge.kind)]
    ways = ((edge, _way(edges, edge.target, edge.source, kinds)) for edge in starts)
    return min(([edge, *back] for edge, back in ways if back), key=len, default=[])


def _way(edges: list[Edge], source: int, target: int, kinds: tuple[Dependency, ...]) -> list[Edge]:
    """The shortest way along edges of these kinds, by breadth; empty where there is none."""
    leaving: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.kind in kinds:
            leaving[edge.source].append(edge)
    came: dict[int, Edge] = {}
    waiting = deque([source])
    while waiting:
        at = waiting.popleft()
        for edge in leaving[at]:
            if edge.target not in came and edge.target != source:
                came[edge.target] = edge
                waiting.append(edge.target)
        if target in came:
            way = [came[target]]
            while way[0].source != source:
                way.insert(0, came[way[0].source])
            return way
    return []


def _nonadjacent(edges: list[Edge]) -> list[Edge]:
    """The shortest cycle in which no rw follows another; empty where there is none."""
    leaving: dict[int, list[Edge]] = defaultdict(list)
    for edge in edges:
        leaving[edge.source].append(edge)
    return min(filter(None, (_round(leaving, start) for start in leaving)), key=len, default=[])


def _round(leaving: Mapping[int, list[Edge]], start: int) -> list[Edge]:
    """The shortest way from a transaction back to it, by breadth, that begins with ww or wr and has no two rw in a row."""
    begin = (start, True)  # where one is, and whether one came by rw: from there goes no other
    came: dict[tuple[int, bool], tuple[tuple[int, bool], Edge]] = {}
    waiting = deque([begin])
    while waiting:
        at = waiting.popleft()
        for edge in leaving.get(at[0], ()):
            there = (edge.target, edge.kind == "rw")
            if there in came or (at[1] and there[1]):
                continue
            if edge.target == start:
                way = [edge]
                while at != begin:
                    at, before = came[at]
                    way.insert(0, before)
                return way
            came[there] = (at, edge)
            waiting.append(there)
    return []


def _reads(transactions: Sequence[Transaction]) -> Iterable[tuple[Transaction, str, tuple[Any, ...], tuple[Any, ...]]]:
    """What committed transactions read: transaction, key, the whole list, and its own appends before that."""
    for one in transactions:
        own: dict[str, tuple[Any, ...]] = defaultdict(tuple)
        for step in one.steps if one.ending == "ok" else ():
            if isinstance(step, Append):
                own[step.key] += (step.element,)
            else:
                yield one, step.key, step.elements, own[step.key]


def _longest(transactions: Sequence[Transaction]) -> dict[str, tuple[Any, ...]]:
    """The longest list that was read of each key: the order in which its elements were written."""
    longest: dict[str, tuple[Any, ...]] = defaultdict(tuple)
    for one in transactions:
        for step in one.steps if one.ending == "ok" else ():
            if isinstance(step, Read) and len(step.elements) > len(longest[step.key]):
                longest[step.key] = step.elements
    return longest


def _writers(transactions: Sequence[Transaction]) -> dict[tuple[str, Any], Transaction]:
    return {(s.key, s.element): one for one in transactions for s in one.steps if isinstance(s, Append)}


def _appended(one: Transaction, key: str) -> list[Any]:
    return [step.element for step in one.steps if isinstance(step, Append) and step.key == key]
