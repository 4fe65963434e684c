"""Who does not need the silent dependency answers as before; each call that fails or takes longer counts."""

from typing import Any

import pytest

from checks.reliability.bulkhead import bulkhead
from readiness import Recording, Share, Unknown
from readiness.scoring import judge

WELL, LATE, FAILED = (0.02, True), (1.2, True), (0.02, False)


def silence(
    *calls: tuple[float, bool],
    acted: tuple[bool, bool] = (True, True),
    second: list[tuple[float, bool]] | None = None,
    **others: Any,
) -> dict[str, Any]:
    """Both crowds alike, unless calls of the second one are given."""
    told: list[dict[str, Any]] = [
        {"callers": 20, "beside": {"price": one, **others}} for one in (list(calls), second or list(calls))
    ]
    alone = [[name, 3, 3, 0.1] for name in told[0]["beside"]]
    witnesses = [{"swallowed_bytes": 100} if one else {} for one in acted]
    return {"dependency": "vendor", "silence": {"alone": alone, "crowds": told, "witnesses": witnesses}}


def judged(*told: dict[str, Any]) -> tuple[str, Share]:
    outcome = bulkhead(Recording(facts={"dependencies": list(told)}))
    assert isinstance(outcome, Share)
    return judge(outcome).status, outcome


@pytest.mark.parametrize(
    ("calls", "status"),
    [
        ([WELL] * 100, "PASS"),
        ([(1.1, True)] * 100, "PASS"),  # exactly a second more
        ([WELL] * 50 + [LATE] * 50, "FAIL"),
        ([WELL] * 50 + [FAILED] * 50, "FAIL"),
        ([WELL] * 20, "INCONCLUSIVE"),
    ],
)
def test_the_share_that_is_answered_as_before(calls: list[tuple[float, bool]], status: str) -> None:
    assert judged(silence(*calls))[0] == status


def test_one_operation_of_four_that_hangs_is_named() -> None:
    status, outcome = judged(silence(*[WELL] * 30, orders=[LATE] * 30, account=[WELL] * 30, risk=[WELL] * 30))
    assert status == "FAIL"
    assert "orders: 0 of 30" in outcome.reason


def test_the_better_of_two_crowds_counts_where_it_met_silence() -> None:
    late, well = [LATE] * 100, [WELL] * 100
    assert judged(silence(*late, second=well))[0] == judged(silence(*well, second=late))[0] == "PASS"
    assert judged(silence(*late, second=well, acted=(True, False)))[0] == "FAIL"


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, "no call met a silent dependency"),
        ({"dependencies": [silence(WELL, acted=(False, False))]}, "no call met a silent dependency"),
        ({"dependencies": [silence()]}, "no operation is known to do without the dependency"),
        ({"dependencies": [{"problem": "nobody reaches vendor"}]}, "nobody reaches vendor"),
    ],
)
def test_what_met_nobody_is_not_known(facts: dict[str, Any], reason: str) -> None:
    outcome = bulkhead(Recording(facts=facts))
    assert isinstance(outcome, Unknown)
    assert reason in outcome.reason
