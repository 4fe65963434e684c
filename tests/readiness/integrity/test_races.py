"""A barrier and a slow store make a rare race certain, and clients in turn show none."""

import asyncio
from random import Random

import pytest

from tests.readiness.integrity.races import RACES, found_in, links


@pytest.mark.parametrize("anomaly", RACES)
def test_the_first_round_with_a_barrier_and_a_toxic_finds_the_race(anomaly: str) -> None:
    assert asyncio.run(found_in(anomaly, "barrier and toxic", 3)) == [True] * 3


@pytest.mark.parametrize("anomaly", RACES)
def test_clients_that_do_not_meet_are_not_accused(anomaly: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def in_turn(meeting, random, clients, client, key):  # type: ignore[no-untyped-def]
        clock, told = asyncio.get_running_loop().time, []
        for number in (0, 1):
            begin = clock()
            result = await client(clients[number], number, key)
            told.append((begin, clock(), result))
        return told

    monkeypatch.setattr("tests.readiness.integrity.races._meet", in_turn)

    async def run() -> list[str]:
        async with links("barrier") as clients:
            return [(await RACES[anomaly]("barrier", Random(0), clients, f"{number} ")).state for number in range(3)]

    assert asyncio.run(run()) == ["valid"] * 3
