"""The halt is tried with a market that was looked at, and not without one."""

from pathlib import Path
from typing import Any

import pytest

from checks.reliability import trading_halt as judge
from readiness import Reply, Unknown
from scenarios.real_world_scenarios.trading_halt import trading_halt
from tests.scenarios.real_world_scenarios.scripted import NO_CHAINS, SHARE, driven, paths

SOON: dict[str, Any] = {"halted": 0.01, "patience": 0.0}


def test_limit_and_quote_are_recorded_once_the_market_fell(tmp_path: Path) -> None:
    recording, desk = driven(tmp_path, trading_halt, **SOON)
    assert (recording.facts["limit"], recording.facts["quote"]["body"]) == ("38.00", SHARE)
    asked = paths(desk)
    assert asked.count("/feed/quote") == 1
    assert asked[asked.index("/feed/quote") - 1] == "/feed/ingest", "the quote is that of the fallen market"
    assert asked.index("/feed/quote") < asked.index("/trading_state/open")


@pytest.mark.parametrize("chain", NO_CHAINS)
def test_without_a_spot_nothing_is_tried_and_that_is_said(tmp_path: Path, chain: Reply) -> None:
    recording, desk = driven(tmp_path, trading_halt, {"/oms/chain": chain}, **SOON)
    told = f"the chain told no spot to set limits by ({chain.error or chain.status})"
    assert recording.facts == {"missed": told}
    assert paths(desk) == ["/oms/create_account", "/oms/chain"], "nobody is halted for nothing"
    assert judge.trading_halt(recording) == Unknown(told)
