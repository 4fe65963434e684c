"""Programs that send orders: what they have used up, and a human's leave to go on."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from readiness.desk.api.models import IdentityPath, errors
from readiness.desk.security import admin, trader
from readiness.desk.services import CurrentDesk
from readiness.desk.strategies import Strategy

router = APIRouter(prefix="/v1/strategies", tags=["orders"], responses=errors(401, 422, 503))


class StrategyReply(BaseModel):
    """A program, and whether it has to wait for a human."""

    name: str
    executions: int
    most: int
    stopped: bool


@router.get("/{name}", dependencies=[Depends(trader)])
def strategy(name: IdentityPath, desk: CurrentDesk) -> StrategyReply:
    """How many orders a program has placed since it was last enabled."""
    return _reply(desk.strategies.get(name))


@router.put("/{name}/enabled", dependencies=[Depends(admin)], responses=errors(403))
def enable_strategy(name: IdentityPath, desk: CurrentDesk) -> StrategyReply:
    """Let a program go on."""
    return _reply(desk.strategies.enable(name))


def _reply(found: Strategy) -> StrategyReply:
    return StrategyReply(name=found.name, executions=found.executions, most=found.most, stopped=found.stopped)
