"""One process that is left is enough."""

from typing import Any

import pytest

from checks.reliability.no_orphans import no_orphans
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(**changes: Any) -> Recording:
    told = {
        "signal": "SIGTERM", "status": 0, "stop_seconds": 0.5, "left": [], "said": 10, "problem": "", "start_seconds": 1.0, **changes,
    }  # fmt: skip
    return Recording(facts={"rounds": [told]})


@pytest.mark.parametrize(("left", "good"), [([], True), ([7], False)])
def test_a_process_that_lives_on_fails(left: list[int], good: bool) -> None:
    assert holds(no_orphans(_recording(left=left))) is good


@pytest.mark.parametrize("given", [Recording(), _recording(status=None)])
def test_without_a_stop_nothing_is_known(given: Recording) -> None:
    assert isinstance(no_orphans(given), Unknown)
