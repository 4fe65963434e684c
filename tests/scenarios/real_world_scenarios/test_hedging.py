"""The hedge is ordered as it is proposed, however its number is written; what is no number of contracts is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from readiness.measure.recording import Recording
from scenarios.real_world_scenarios.hedging import hedging
from tests.readiness.openapi.documents import Answering, reply
from tests.scenarios.real_world_scenarios.scripted import driven


def proposed(folder: Path, quantity: Any) -> tuple[Recording, Answering]:
    hedge = reply(200, json.dumps({"contract": "P", "side": "buy", "quantity": quantity}))
    return driven(folder, hedging, {"/hedging/hedge": hedge})


@pytest.mark.parametrize("quantity", [2, 2.0, "2", "2.0", "2e0"])
def test_whole_contracts_are_ordered(tmp_path: Path, quantity: Any) -> None:
    recording, desk = proposed(tmp_path, quantity)
    assert recording.facts["ordered"]["status"] == 200
    orders = [json.loads(request.body) for request in desk.sent if request.path == "/oms/order"]
    assert orders[-1] == {"side": "buy", "quantity": 2}
    assert len(orders) == 2, "the shares, and the hedge"


@pytest.mark.parametrize("quantity", [2.5, "many", "", None, "NaN", "Infinity", [2]])
def test_anything_else_is_not_ordered_and_the_rest_is_recorded(tmp_path: Path, quantity: Any) -> None:
    recording, desk = proposed(tmp_path, quantity)
    assert "ordered" not in recording.facts
    assert {"proposed", "after", "account", "chain"} <= recording.facts.keys()
    assert desk.sent[-1].path == "/feed/control", "the market is calm again"
