"""The slowest restart is measured; one that never came back fails."""

from checks.reliability.crash_restart import crash_restart
from readiness import Fact, Measured, Recording, Unknown

BACK = {"came_back": True, "seconds": 0.9, "problem": ""}


def test_the_longest_restart_is_the_value() -> None:
    outcome = crash_restart(Recording(facts={"rounds": [BACK, {**BACK, "seconds": 4.0}]}))
    assert isinstance(outcome, Measured)
    assert (outcome.value, outcome.objective, outcome.limit, outcome.better) == (4.0, 5.0, 30.0, "lower")


def test_one_that_stays_away_fails_with_its_output() -> None:
    gone = {"came_back": False, "seconds": 1.0, "problem": "ended with exit status 1\nlock file exists"}
    outcome = crash_restart(Recording(facts={"rounds": [BACK, gone]}))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert "after kill 2" in outcome.reason
    assert "lock file exists" in outcome.reason


def test_without_a_kill_nothing_is_known() -> None:
    assert isinstance(crash_restart(Recording()), Unknown)
    assert isinstance(crash_restart(Recording(facts={"rounds": [{"problem": "no account"}]})), Unknown)
