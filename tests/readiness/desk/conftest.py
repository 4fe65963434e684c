"""One vendor and one healthy desk for each module that asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.readiness.desk.running import RunningDesk, RunningVendor


@pytest.fixture(scope="module")
def vendor() -> Iterator[RunningVendor]:
    """A vendor without faults."""
    with RunningVendor() as running:
        yield running


@pytest.fixture(autouse=True)
def _calm(request: pytest.FixtureRequest) -> Iterator[None]:
    """Undo what a test made the vendor do."""
    yield
    if "vendor" in request.fixturenames:
        request.getfixturevalue("vendor").control(fault="none", volatility=0.45, move=0.0)


@pytest.fixture(scope="module")
def desk(vendor: RunningVendor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A healthy desk."""
    folder: Path = tmp_path_factory.mktemp("desk")
    with RunningDesk(folder, vendor.address) as running:
        yield running.ready()
