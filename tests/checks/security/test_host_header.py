"""A link or redirect to the made-up host fails; a mention does not."""

import pytest

from checks.security.host_header import host_header
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("given", "good"),
    [
        (reply(302, headers={"location": "http://evil.example/"}), False),
        (reply(200, '<a href="https://evil.example/reset">'), False),
        (reply(200, '{"url": "http://evil.example/next"}'), False),
        (reply(400, "evil.example is not served here"), True),
        (reply(302, headers={"location": "/home"}), True),
    ],
)
def test_links_decide(given: dict[str, object], good: bool) -> None:
    assert holds(host_header(recording("host", path=given))) is good


@pytest.mark.parametrize("given", [Recording(), recording("host", path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(host_header(given), Unknown)
