"""The clock runs on from where it was set, and speaks UTC."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from readiness.desk.clock import NEW_YORK, ExchangeClock

INSTANT = datetime(2025, 3, 10, 13, 30, tzinfo=UTC)


def test_system_clock_tells_the_present() -> None:
    clock = ExchangeClock(None)
    assert not clock.simulated
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_system_clock_cannot_be_set() -> None:
    with pytest.raises(RuntimeError, match="follows the system"):
        ExchangeClock().set(INSTANT)


def test_simulated_clock_runs_on_from_its_start() -> None:
    clock = ExchangeClock(INSTANT)
    assert clock.simulated
    first = clock.now()
    time.sleep(0.02)
    assert timedelta(seconds=0.02) <= clock.now() - first < timedelta(seconds=1)
    assert timedelta(0) <= first - INSTANT < timedelta(seconds=1)


def test_a_held_clock_stands_until_it_is_set_again() -> None:
    clock = ExchangeClock(INSTANT)
    clock.set(INSTANT, running=False)
    time.sleep(0.02)
    assert clock.now() == INSTANT
    clock.set(INSTANT)
    time.sleep(0.02)
    assert clock.now() > INSTANT


def test_simulated_clock_moves_both_ways_and_converts_to_utc() -> None:
    clock = ExchangeClock(INSTANT)
    for target in (INSTANT + timedelta(days=400), INSTANT - timedelta(days=400)):
        clock.set(target.astimezone(NEW_YORK))
        assert clock.now().tzinfo is UTC
        assert timedelta(0) <= clock.now() - target < timedelta(seconds=1)


def test_instant_without_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="has no offset; right would be 2025-03-10T13:30:00Z"):
        ExchangeClock(INSTANT.replace(tzinfo=None))
