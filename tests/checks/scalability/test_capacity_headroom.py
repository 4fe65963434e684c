"""Each cell of the grid against the limits, and the users up to whom all hold."""

from typing import Any

import pytest

from checks.scalability.capacity_headroom import capacity_headroom
from readiness import Measured, Recording, Table, Unknown


def cell(users: int, **changed: Any) -> dict[str, Any]:
    usual = {"operations": 5, "calls": 100, "seconds": 1.0, "p95": 0.1, "errors": 0, "throughput": 100.0, "cores": 1.0}
    return {"users": users, **usual, **changed}


def recording(*cells: dict[str, Any]) -> Recording:
    return Recording(facts={"cells": list(cells), "cores": 2})


def measured(*cells: dict[str, Any]) -> Measured:
    outcome = capacity_headroom(recording(*cells))
    assert isinstance(outcome, Measured)
    return outcome


def test_green_when_every_cell_holds() -> None:
    outcome = measured(cell(5), cell(25), cell(50), cell(50, operations=25))
    assert outcome.value == 2.0
    assert outcome.value >= outcome.limit
    assert "4 of 4 cells are within the limits: up to 50 users" in outcome.reason


@pytest.mark.parametrize("bad", [{"p95": 2.0}, {"errors": 5}, {"cores": 1.6}])
def test_a_value_on_its_limit_is_beyond_it(bad: dict[str, Any]) -> None:
    outcome = measured(cell(5), cell(25), cell(50), cell(50, operations=25, **bad))
    assert outcome.value == 1.0, "25 users hold, 50 do not"
    assert outcome.value < outcome.limit
    assert "the first beyond: 50 users with 25 operations each" in outcome.reason


@pytest.mark.parametrize("good", [{"p95": 1.99}, {"errors": 4}, {"cores": 1.58}])
def test_a_value_just_below_its_limit_is_within(good: dict[str, Any]) -> None:
    assert measured(cell(25), cell(50, **good)).value == 2.0


def test_more_users_who_do_well_again_do_not_count() -> None:
    assert measured(cell(5), cell(25, p95=3.0), cell(50)).value == 5 / 25
    assert measured(cell(5, p95=3.0), cell(25)).value == 0


def test_each_cell_has_its_row() -> None:
    (table,) = measured(cell(5, errors=1), cell(50, p95=2.5)).evidence
    assert isinstance(table, Table)
    assert table.rows[0] == (5, 5, 100, 0.1, 0.01, 0.5, 100.0, True)
    assert table.rows[1][-1] is False


def test_a_target_that_is_not_ours_is_judged_by_the_rest() -> None:
    outcome = measured(cell(25, cores=None), cell(50, cores=None))
    assert outcome.value == 2.0
    assert "CPU was not seen" in outcome.reason


def test_too_few_users_prove_no_headroom() -> None:
    outcome = capacity_headroom(recording(cell(5), cell(20)))
    assert isinstance(outcome, Unknown)
    assert "20 users at most; 50 are needed" in outcome.reason
    assert isinstance(capacity_headroom(recording(cell(5), cell(20, p95=3.0))), Measured), "a miss is one all the same"


@pytest.mark.parametrize("given", [Recording(), recording(cell(5), cell(50, calls=0))])
def test_unknown_without_a_grid(given: Recording) -> None:
    assert isinstance(capacity_headroom(given), Unknown)
