"""The law fitted to the grid, and how far it stays near its best."""

import pytest

from checks.scalability.scaling_knee import scaling_knee
from readiness import Measured, Recording, Table, Unknown

LEVELS = (1, 5, 10, 25, 50)


def recording(contention: float, crosstalk: float, levels: tuple[int, ...] = LEVELS) -> Recording:
    """Two cells for each number of users, 1 % around the law of a service with 100 operations/s for one user."""
    cells = []
    for users in levels:
        law = 100 * users / (1 + contention * (users - 1) + crosstalk * users * (users - 1))
        cells += [{"users": users, "calls": 50, "seconds": 1.0, "throughput": law * noise} for noise in (0.99, 1.01)]
    return Recording(facts={"cells": cells})


def measured(given: Recording) -> Measured:
    outcome = scaling_knee(given)
    assert isinstance(outcome, Measured)
    return outcome


def test_green_without_crosstalk() -> None:
    outcome = measured(recording(0.2, 0.0))
    assert outcome.value == 2.0
    assert "no knee can be told; contention 0.2" in outcome.reason


def test_red_where_it_bends_down_early() -> None:
    outcome = measured(recording(0.1, 0.02))
    assert isinstance(outcome.value, float)
    assert outcome.value < outcome.limit
    assert "the knee lies at 7 users" in outcome.reason  # sqrt(0.9 / 0.02) = 6.7


def test_at_the_limit() -> None:
    # Without contention X(N) = N / (1 + k N (N - 1)): it is best at 13 users, and keeps 80 % of that until 25.
    assert measured(recording(0.0, 0.0060)).value == 1.0
    assert measured(recording(0.0, 0.0063)).value == 24 / 25


def test_the_curve_shows_what_was_measured_and_what_the_law_has() -> None:
    (table,) = measured(recording(0.0, 0.0)).evidence
    assert isinstance(table, Table)
    assert [row[0] for row in table.rows] == list(LEVELS)
    assert table.rows[0][:3] == (1, 99.0, 101.0)
    assert table.rows[0][3] == pytest.approx(100, rel=0.02)


def test_unknown_where_the_points_are_no_law_or_too_few() -> None:
    scattered = [{"users": n, "calls": 50, "seconds": 1.0, "throughput": 100.0 if n % 2 else 900.0} for n in LEVELS]
    assert isinstance(scaling_knee(Recording(facts={"cells": scattered})), Unknown)
    assert isinstance(scaling_knee(Recording()), Unknown)
    assert isinstance(scaling_knee(recording(0.1, 0.0, levels=(1, 5, 10))), Unknown)


def test_a_crowd_that_was_too_small_proves_no_room() -> None:
    outcome = scaling_knee(recording(0.1, 0.0, levels=(1, 3, 6, 12, 20)))
    assert isinstance(outcome, Unknown)
    assert "20 users at most; 25 are needed" in outcome.reason


def test_small_cells_count_together() -> None:
    """What 25 calls of a mix take scatters twofold; of as many users they are one point, by their calls and their time."""
    one = [
        {"users": 1, "calls": calls, "seconds": seconds, "throughput": calls / seconds}
        for calls, seconds in ((5, 0.05), (20, 0.1), (25, 0.35))
    ]
    outcome = measured(Recording(facts={"cells": [*one, *recording(0.2, 0.0).facts["cells"]]}))
    (table,) = outcome.evidence
    assert isinstance(table, Table)
    assert table.rows[0][:3] == (1, 99.0, 101.0), "50 calls in half a second"
    assert "contention 0.2" in outcome.reason
