"""Health and metrics: open to whoever runs the desk, and silent about its insides."""

import json
import os
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel

from readiness.desk.api.models import errors, reply
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.services import CurrentDesk, release

router = APIRouter(tags=["health"])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class Readiness(BaseModel):
    """Whether requests can be served well, and why not."""

    status: Literal["ready", "not ready"]
    version: str
    dependencies: dict[str, str]


@router.get("/health/live")
async def live(desk: CurrentDesk) -> Alive:
    """Whether the process answers; nothing else is asked, because a restart cures nothing else."""
    if active("liveness-checks-vendor") and not desk.watch.up:
        raise Problem(503, "vendor_unreachable", "the vendor is away")
    if active("heartbeat-on-disk"):
        with (desk.settings.data / "heartbeat").open("w") as file:
            file.write("alive")
            file.flush()
            os.fsync(file.fileno())
    return Alive()


@router.get("/health/ready", response_model=Readiness, responses={503: {"model": Readiness}})
def ready(desk: CurrentDesk) -> Response:
    """Whether requests should be sent here."""
    is_ready, states = desk.readiness()
    is_ready = is_ready or active("health-always-yes")
    if active("mute-health"):
        return reply("{}", 200 if is_ready else 503)
    status = "ready" if is_ready else "not ready"
    body = {"status": status, "version": release(), "dependencies": states}
    return reply(json.dumps(body), 200 if is_ready else 503)


@router.get("/metrics", responses={200: {"content": {"text/plain": {}}}, **errors(404)}, response_class=Response)
async def metrics(desk: CurrentDesk) -> Response:
    """Everything that is counted, in Prometheus' text format."""
    if active("missing-metrics"):
        raise Problem(404, "not_found", "there are no metrics")
    text = desk.metrics.render(
        {
            "desk_pool_connections": [({"state": state}, count) for state, count in desk.store.states().items()],
            "desk_vendor_up": [({}, int(desk.watch.up))],
            "desk_quote_age_seconds": [({"symbol": name}, age) for name, age in desk.market.quote_ages().items()],
        }
    )
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")
