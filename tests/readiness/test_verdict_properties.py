"""Every property of the scorer on thousands of cases, always the same ones."""

import pytest

from tests.readiness.properties import PROPERTIES

CASES = 2000


@pytest.mark.parametrize("name", PROPERTIES)
def test_it_holds_of_any_results(name: str) -> None:
    assert PROPERTIES[name].run(CASES) >= CASES, "fewer cases were there to be tried"
