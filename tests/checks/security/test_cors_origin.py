"""Only a foreign origin with credentials fails."""

import pytest

from checks.security.cors_origin import cors_origin
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("origin", "credentials", "good"),
    [
        ("https://evil.example", "true", False), ("null", "true", False), ("https://evil.example", "", True), ("*", "true", True),
        ("https://ours.example", "true", True), ("", "", True),
    ],
)  # fmt: skip
def test_the_pair_of_headers_decides(origin: str, credentials: str, good: bool) -> None:
    headers = {"access-control-allow-origin": origin, "access-control-allow-credentials": credentials}
    assert holds(cors_origin(recording("cors", GET=reply(headers=headers)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("cors", GET=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(cors_origin(given), Unknown)
