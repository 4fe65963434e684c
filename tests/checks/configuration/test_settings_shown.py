"""All names and no secret."""

from typing import Any

import pytest

from checks.configuration.settings_shown import settings_shown
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told: dict[str, Any] = {
        "operation": "config", "status": 200, "error": "", "named": ["COLOUR", "KEY"], "missing": [], "secrets": [],
    }  # fmt: skip
    return Recording(facts={"settings": told | changes})


def test_all_names_pass() -> None:
    assert holds(settings_shown(_recording()), "config names all 2 settings")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": 404}, "config answered 404"),
        ({"status": 0, "error": "timeout"}, "config answered timeout"),
        ({"secrets": ["the value of KEY"]}, "config shows the value of KEY"),
        ({"missing": ["SIZE"]}, "config does not name SIZE"),
        ({"named": [], "missing": ["SIZE"]}, "does not name"),
    ],
)
def test_an_omission_fails(changes: dict[str, Any], reason: str) -> None:
    assert not holds(settings_shown(_recording(**changes)), reason)


@pytest.mark.parametrize("given", [Recording(), _recording(named=[])])
def test_without_settings_nothing_is_known(given: Recording) -> None:
    assert isinstance(settings_shown(given), Unknown)
