"""Bounds are tried around a spot that was told; around an invented one a bound would seem to be broken."""

from pathlib import Path

import pytest

from checks.data_integrity import fat_finger, price_collar, tick_size
from readiness import Reply, Unknown
from scenarios.real_world_scenarios.order_bounds import order_bounds
from tests.scenarios.real_world_scenarios.scripted import BOUNDS, NO_CHAINS, driven, paths


def test_the_limits_stand_around_the_spot(tmp_path: Path) -> None:
    recording, _ = driven(tmp_path, order_bounds)
    assert recording.facts["bought above inside"]["limit"] == "42.00"
    assert recording.facts["bought above outside"]["limit"] == "46.00"
    assert recording.facts["sold below outside"]["limit"] == "34.00"
    assert len(recording.facts["ticks"]) > 1


@pytest.mark.parametrize("chain", NO_CHAINS)
def test_without_a_spot_nothing_is_tried_and_that_is_said(tmp_path: Path, chain: Reply) -> None:
    recording, desk = driven(tmp_path, order_bounds, {"/oms/chain": chain})
    told = f"the chain told no spot to set limits by ({chain.error or chain.status})"
    assert recording.facts == {"bounds": BOUNDS, "missed": told}
    assert paths(desk) == ["/oms/create_account", "/oms/chain"]
    for judge in (fat_finger.fat_finger, price_collar.price_collar, tick_size.tick_size):
        assert judge(recording) == Unknown(told), judge.id
