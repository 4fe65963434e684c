"""Open after a reply, or not."""

import pytest

from checks.performance.connection_reuse import connection_reuse
from readiness import Recording, Unknown
from tests.checks.wires import SILENCE, holds, recording, reply


@pytest.mark.parametrize("ended", [True, False])
def test_the_end_of_the_connection_decides(ended: bool) -> None:
    assert holds(connection_reuse(recording("plain", GET_kept=reply(ended=ended)))) is not ended


@pytest.mark.parametrize("given", [Recording(), recording("plain", GET_kept=SILENCE)])
def test_without_an_answer_nothing_is_known(given: Recording) -> None:
    assert isinstance(connection_reuse(given), Unknown)
