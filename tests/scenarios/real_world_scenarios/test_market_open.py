"""The rush at the bell is measured, so nothing may take the machine meanwhile."""

from scenarios.real_world_scenarios.market_open import market_open


def test_nothing_runs_beside_it() -> None:
    assert market_open.alone, "throughput beside other scenarios is theirs, too"
