"""Whatever a browser would follow to the foreign host fails."""

import pytest

from checks.security.open_redirect import open_redirect
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("location", "good"),
    [
        ("//evil.example/", False), ("https://evil.example", False), ("/\\evil.example/", False), ("/evil.example/", True),
        ("http://ours/?next=//evil.example", True), ("", True),
    ],
)  # fmt: skip
def test_the_location_decides(location: str, good: bool) -> None:
    assert holds(open_redirect(recording("redirect", path=reply(301, headers={"location": location})))) is good


@pytest.mark.parametrize("given", [Recording(), recording("redirect", path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(open_redirect(given), Unknown)
