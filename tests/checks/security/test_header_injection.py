"""The header of ours decides."""

import pytest

from checks.security.header_injection import header_injection
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("headers", "good"), [({"x-injected": "yes"}, False), ({"location": "%0d%0aX-Injected: yes"}, True)]
)
def test_the_header_decides(headers: dict[str, str], good: bool) -> None:
    assert holds(header_injection(recording("injection", path=reply(302, headers=headers)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("injection", path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(header_injection(given), Unknown)
