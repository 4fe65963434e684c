"""A version fails, a name does not."""

import pytest

from checks.security.server_banner import server_banner
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("headers", "good"),
    [
        ({"server": "nginx/1.25.3"}, False), ({"x-powered-by": "PHP/8.1"}, False), ({"x-aspnet-version": "4.0.30319"}, False),
        ({"x-aspnetmvc-version": "5.2"}, False), ({"x-generator": "Wiki 1.39.4"}, False),
        ({"via": "1.1 proxy"}, True), ({"via": "HTTP/2.0 edge"}, True), ({"x-runtime": "0.012345"}, True),
        ({"server": "uvicorn"}, True), ({}, True),
    ],
)  # fmt: skip
def test_versions_decide(headers: dict[str, str], good: bool) -> None:
    assert holds(server_banner(recording("plain", GET=reply(headers=headers)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("plain", GET=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(server_banner(given), Unknown)
