"""Tests of the check gap_open: 100 shares, a close of 30.00 and an open of 27.60."""

from typing import Any

import pytest

from checks.data_integrity.gap_open import gap_open
from readiness import Fact, Recording, Unknown


def answer(status: int = 200, **body: Any) -> dict[str, Any]:
    return {"status": status, "error": "", "body": body}


def look(price: float) -> dict[str, Any]:
    return {
        "quote again": answer(ask=f"{price:.2f}", last=f"{price:.2f}"),
        "account": answer(cash="1000.00", positions=[{"contract": "U", "quantity": 100}]),
        "risk": answer(value=f"{1000 + 100 * price:.2f}"),
    }


def recording(**changed: Any) -> Recording:
    seen = {
        "clocks": [answer(), answer()],
        "close": look(30.0),
        "open": look(27.6),
        "resting": answer(201) | {"limit": "28.80"},
        "rested": answer(filled=1, price="27.60"),
        "far": answer(409) | {"limit": "31.50"},
        "near": answer(201) | {"limit": "27.60"},
        "advice": answer(action="SELL_PUT", strike="26.00"),
        "advice again": answer(action="SELL_PUT", strike="26.50"),
    }
    return Recording(facts={"collar": "0.10", "gap": seen | changed})


def test_green_when_all_goes_by_the_open() -> None:
    outcome = gap_open(recording())
    assert isinstance(outcome, Fact)
    assert outcome.passed
    assert outcome.rounds == 4


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"far": answer(201) | {"limit": "31.50"}}, "collar: a purchase at 31.50"),
        ({"open": look(27.6) | {"risk": answer(value="4000.00")}}, "risk: the account is valued at 4000.00"),
        ({"advice": answer(action="SELL_PUT", strike="28.50")}, "advice: the first advice is a strike of 28.50"),
        ({"rested": answer(filled=0, price=None)}, "resting order: the purchase at 28.80 still rests"),
        ({"rested": answer(filled=1, price="28.80")}, "filled at 28.80"),
    ],
)
def test_red_when_one_of_them_goes_by_the_close(changed: dict[str, Any], told: str) -> None:
    outcome = gap_open(recording(**changed))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert told in outcome.reason


@pytest.mark.parametrize(
    "seen",
    [
        Recording(),
        recording(clocks=[answer(), answer(409)]),
        recording(open=look(29.2)),
        recording(far=answer(201) | {"limit": "30.36"}),  # the collar of the open ends there
        recording(near=answer(409) | {"limit": "27.60"}),
        recording(advice=answer(action="HOLD", strike=None)),
        recording(resting=answer(409) | {"limit": "28.80"}),
        recording(advice={"status": 503, "error": "", "body": None}),
    ],
)
def test_unknown_when_nothing_can_be_compared(seen: Recording) -> None:
    assert isinstance(gap_open(seen), Unknown)
