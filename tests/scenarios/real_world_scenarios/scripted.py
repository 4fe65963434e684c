"""A trading desk that answers from a table, so that a single answer can be wrong, and what a scenario records of it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness.exchange import Reply
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording, read_recording
from readiness.plugins import Scenario
from readiness.targeting import CAPABILITIES, Binding, Operation, Target, TargetSpec
from tests.readiness.openapi.documents import Answering, reply, run

BOUNDS = {"share": "U", "quantity": 50, "value": "1000.00", "collar": "0.10", "tick": "0.01", "lot": 1}
PUT = {"contract": "P", "kind": "put", "bid": "0.50", "ask": "0.55"}
SHARE = {"symbol": "U", "ask": "36.81"}
ORDER = {"id": "7", "status": "FILLED", "filled": 10, "quantity": 10, "price": "36.80"}
ANSWERS: dict[str, Any] = {
    "/oms/create_account": {"id": "a"},
    "/oms/chain": {"spot": "40.00", "options": [PUT]},
    **dict.fromkeys(("/oms/order", "/limit_orders/place", "/limit_orders/read", "/limit_orders/cancel"), ORDER),
    **{path: {} for path in ("/feed/control", "/feed/ingest", "/trading_state/halt", "/trading_state/open")},
    "/feed/quote": SHARE,
}
NO_CHAINS = (
    reply(503, '{"error": {"code": "market_data_unavailable"}}'),
    reply(200, '{"spot": null}'),
    reply(200, '{"spot": "NaN"}'),
    reply(200, '{"spot": "none yet"}'),
    reply(200, '["spot"]'),
    reply(502, "<html>"),
    reply(0, error="timeout"),
)
"""What a service may answer in the place of a chain."""


def driven(
    folder: Path, scenario: Scenario[...], changes: Mapping[str, Reply] | None = None, **options: Any
) -> tuple[Recording, Answering]:
    """The recording of a scenario on a desk with some answers changed, and the desk with what it was sent."""
    roles = {name: roles for name, (_, roles) in CAPABILITIES.items() if roles}
    body = {"side": "{side}", "quantity": "{quantity}"}
    operations = tuple(
        Operation(name=f"{name}_{role}", method="POST", path=f"/{name}/{role}", body=body)
        for name, of in roles.items()
        for role in of
    )
    bindings = {name: Binding(roles={role: f"{name}_{role}" for role in of}) for name, of in roles.items()}
    spec = TargetSpec(operations=operations, capabilities={**bindings, "order_bounds": Binding(options=BOUNDS)})
    desk = Answering({**{path: reply(200, json.dumps(body)) for path, body in ANSWERS.items()}, **(changes or {})})
    recorder = Recorder(folder, scenario.id)

    async def drive() -> None:
        with recorder.ending():
            await scenario(Target(spec, desk), recorder, **options)  # type: ignore[arg-type]

    run(drive())
    return read_recording(folder, scenario.id), desk


def paths(desk: Answering) -> list[str]:
    return [request.path for request in desk.sent]
