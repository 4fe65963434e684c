"""The variations take away what they say, on a machine where everything may be done, too."""

from pathlib import Path

import pytest

from scenarios.production_readiness.environment_variations import NO_HOME


def test_nobody_can_make_the_home_that_is_missing() -> None:
    assert not Path(NO_HOME).exists()
    with pytest.raises(OSError, match="Not a directory"):
        Path(NO_HOME).mkdir(parents=True)
