"""A quarter away from what the system sees is the boundary; small numbers get some slack."""

import pytest

from checks.monitoring.resource_metrics_true import resource_metrics_true
from readiness import NotApplicable, Recording, Unknown
from tests.checks.wires import holds

MEMORY, FILES = "process_resident_memory_bytes", "process_open_fds"


def _recording(told: dict[str, float], *seen: tuple[float, int]) -> Recording:
    each = [{"pid": n, "rss": rss, "descriptors": files} for n, (rss, files) in enumerate(seen)]
    return Recording(facts={"resources": {"names": ["up", *told], "told": told, "seen": each}})


@pytest.mark.parametrize(
    "given",
    [
        _recording({MEMORY: 100e6, FILES: 40}, (100e6, 40)),
        _recording({MEMORY: 75e6}, (100e6, 40)),
        _recording({MEMORY: 125e6}, (100e6, 40)),
        _recording({FILES: 5}, (100e6, 15)),
        _recording({MEMORY: 200e6}, (20e6, 5), (200e6, 9)),
        _recording({MEMORY: 220e6}, (20e6, 5), (200e6, 9)),
    ],
    ids=["equal", "a quarter less", "a quarter more", "ten files", "one of two", "both together"],
)
def test_what_the_system_sees_passes(given: Recording) -> None:
    assert holds(resource_metrics_true(given))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording({MEMORY: 74e6}, (100e6, 40)), "is 74000000, but the system sees 100000000"),
        (_recording({MEMORY: 100e3}, (100e6, 40)), MEMORY),
        (_recording({MEMORY: 100e6, FILES: 4}, (100e6, 15)), "process_open_fds is 4"),
        (_recording({MEMORY: 100e6}, (20e6, 5), (200e6, 9)), "sees 220000000"),
    ],
)
def test_another_value_fails(given: Recording, reason: str) -> None:
    assert not holds(resource_metrics_true(given), reason)


@pytest.mark.parametrize("given", [Recording(), _recording({MEMORY: 1e6})])
def test_without_a_look_nothing_is_known(given: Recording) -> None:
    assert isinstance(resource_metrics_true(given), Unknown)


def test_without_these_gauges_it_is_not_applicable() -> None:
    assert isinstance(resource_metrics_true(_recording({}, (1e6, 1))), NotApplicable)
