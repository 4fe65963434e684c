"""One shown credential is enough."""

from typing import Any

import pytest

from checks.security.credentials_logged import credentials_logged
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "status": 404, "lines": 1, "with_status": 1, "headers": ["Authorization", "Cookie"], "shown": [], "all_lines": 7, "forged": 0,
    }  # fmt: skip
    return Recording(facts={"strangers": {**told, **changes}})


@pytest.mark.parametrize(("shown", "good"), [([], True), (["Cookie"], False)])
def test_a_shown_credential_fails(shown: list[str], good: bool) -> None:
    assert holds(credentials_logged(_recording(shown=shown)), "Cookie") is good


def test_an_empty_log_proves_nothing() -> None:
    assert isinstance(credentials_logged(_recording(all_lines=0)), NotApplicable)


@pytest.mark.parametrize("given", [Recording(), _recording(status=0)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(credentials_logged(given), Unknown)
