"""The first line of the file gives it away."""

import pytest

from checks.security.directory_traversal import directory_traversal
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize(
    ("body", "good"),
    [("root:x:0:0:root:/root:/bin/sh", False), ("nobody\nroot:*:0:0:", False), ("", True), ("root: no", True)],
)
def test_the_file_decides(body: str, good: bool) -> None:
    assert holds(directory_traversal(recording("outside", path=reply(200, body)))) is good


@pytest.mark.parametrize("given", [Recording(), recording("outside", path=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(directory_traversal(given), Unknown)
