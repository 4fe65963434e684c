"""How long a scenario may take."""

from typing import Any

import pytest

from readiness import Recorder, Target, scenario
from readiness.errors import PluginError
from readiness.plugins import Scenario
from scenarios.stress_testing.steady_load import steady_load


def made(**marks: Any) -> Scenario[...]:
    @scenario(suite="mine", effect="read", **marks)
    async def lasting(target: Target, recorder: Recorder, *, seconds: float = 10.0) -> None:
        """Goes on for ``seconds``."""

    return lasting


@pytest.mark.parametrize(
    ("marks", "seconds", "allowed"),
    [
        ({}, 10.0, 300.0), ({"deadline": 60.0}, 10.0, 60.0), ({"deadline": 500.0}, 10.0, 300.0), ({}, 900.0, 300.0),
        ({"lasts": "seconds"}, 10.0, 300.0), ({"lasts": "seconds"}, 300.0, 420.0),
        ({"lasts": "seconds", "deadline": 60.0}, 300.0, 420.0), ({"lasts": "seconds", "deadline": 200.0}, 30.0, 200.0),
    ],
)  # fmt: skip
def test_what_lasts_by_its_options_has_that_time_and_two_minutes(
    marks: dict[str, Any], seconds: float, allowed: float
) -> None:
    assert made(**marks).seconds_allowed({"seconds": seconds}, 300.0) == allowed


def test_what_lasts_names_an_option_of_its_own() -> None:
    with pytest.raises(PluginError, match="second"):
        made(lasts="second")


def test_five_minutes_of_load_fit_into_the_full_profile() -> None:
    """A load that never stops before its end, and a deadline that would end it there, would make a whole suite undecided."""
    full = steady_load.options("full")
    assert (full["seconds"], full["early"]) == (300.0, False)
    assert steady_load.seconds_allowed(full, 300.0) == 420.0
