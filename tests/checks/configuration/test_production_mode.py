"""One sign is enough."""

import pytest

from checks.configuration.production_mode import production_mode
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(*signs: str, processes: int = 2) -> Recording:
    return Recording(facts={"development": {"processes": processes, "log_characters": 80, "signs": list(signs)}})


def test_no_sign_passes() -> None:
    assert holds(production_mode(_recording()), "2 processes and 80 characters")


def test_a_sign_fails_and_is_named() -> None:
    assert not holds(production_mode(_recording("FLASK_DEBUG=1", "the option --reload")), "FLASK_DEBUG=1; the option")


@pytest.mark.parametrize("given", [Recording(), _recording(processes=0), _recording("x", processes=0)])
def test_processes_that_were_not_seen_are_unknown(given: Recording) -> None:
    assert isinstance(production_mode(given), Unknown)
