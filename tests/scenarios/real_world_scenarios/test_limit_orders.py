"""Limits are set from a spot that was told, and each move of the market is looked at."""

from pathlib import Path

import pytest

from checks.data_integrity import cancelled_orders, partial_fill, resting_orders
from readiness import Reply, Unknown
from scenarios.real_world_scenarios.limit_orders import limit_orders
from tests.scenarios.real_world_scenarios.scripted import NO_CHAINS, SHARE, driven, paths


def test_each_move_is_recorded_with_the_quote_after_it(tmp_path: Path) -> None:
    recording, desk = driven(tmp_path, limit_orders)
    assert recording.facts["limit"] == "38.00"
    assert [move["status"] for move in recording.facts["moves"]] == [200, 200]
    assert [move["quote"]["body"] for move in recording.facts["moves"]] == [SHARE, SHARE]
    asked = paths(desk)
    before = [asked[place - 1] for place, path in enumerate(asked) if path == "/feed/quote"]
    assert before == ["/feed/ingest", "/feed/ingest"]


@pytest.mark.parametrize("chain", NO_CHAINS)
def test_without_a_spot_nothing_is_tried_and_that_is_said(tmp_path: Path, chain: Reply) -> None:
    recording, desk = driven(tmp_path, limit_orders, {"/oms/chain": chain})
    told = f"the chain told no spot to set limits by ({chain.error or chain.status})"
    assert recording.facts == {"missed": told}
    assert paths(desk) == ["/oms/create_account", "/oms/chain"]
    for judge in (resting_orders.resting_orders, partial_fill.partial_fill, cancelled_orders.cancelled_orders):
        assert judge(recording) == Unknown(told), judge.id
