"""The loopback interface does not count."""

import pytest

from checks.security.extra_listeners import extra_listeners
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(*others: str, known: bool = True) -> Recording:
    return Recording(facts={"listening": {"known": known, "problem": "", "others": list(others)}})


@pytest.mark.parametrize(
    ("address", "good"), [("127.0.0.1:9229", True), ("::1:9229", True), ("0.0.0.0:9229", False), (":::9229", False)]
)
def test_the_interface_decides(address: str, good: bool) -> None:
    assert holds(extra_listeners(_recording(address))) is good


def test_none_is_best() -> None:
    assert holds(extra_listeners(_recording()))


@pytest.mark.parametrize("given", [Recording(), _recording(known=False)])
def test_unseen_sockets_are_not_absent(given: Recording) -> None:
    assert isinstance(extra_listeners(given), Unknown)
