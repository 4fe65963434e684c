"""Analysis of an account: recommendations, risk and performance."""

import json
from dataclasses import asdict
from datetime import datetime

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from readiness.desk import exposure, performance
from readiness.desk.advisor import Action, recommend
from readiness.desk.api.models import Identity, IdentityPath, Request, Symbol, errors, listed, reply
from readiness.desk.defects import active
from readiness.desk.security import trader
from readiness.desk.services import SYMBOL, CurrentDesk

router = APIRouter(
    prefix="/v1", tags=["analysis"], dependencies=[Depends(trader)], responses=errors(401, 404, 422, 503)
)

_kept: list[bytes] = []


class RecommendationRequest(Request):
    """For whom, and in what."""

    account: Identity
    symbol: Symbol


class RiskOfTrade(BaseModel):
    """The risk of one contract: money as decimal strings, the rest as fractions."""

    max_loss: str
    probability_assignment: float
    expected_return: float
    edge_ratio: float
    var_95: str
    cvar_95: str
    margin_required: str


class RecommendationReply(BaseModel):
    """One thing to do, and why."""

    action: Action
    rationale: str
    confidence: float
    contract: str | None
    strike: str | None
    risk: RiskOfTrade
    details: dict[str, float | int | str]
    at: datetime


class RiskReply(BaseModel):
    """The risk of the whole account; value at risk is parametric (delta-normal), 95 %, over one trading day."""

    value: str
    var_95: str
    cvar_95: str
    delta: float
    gamma: float
    vega: float
    theta: float
    max_loss: str
    method: str
    horizon_days: int


class PerformanceReply(BaseModel):
    """What the account earned."""

    start_cash: str
    cash: str
    market_value: str
    realized: str
    unrealized: str
    fees: str
    total_return: float


@router.post("/recommendations", response_model=RecommendationReply)
def recommendation(asked: RecommendationRequest, desk: CurrentDesk) -> Response:
    """What the wheel's rules advise now."""
    if active("growing-memory"):
        _kept.append(b"x" * 1_000_000)
    account = desk.accounts.get(asked.account)
    quote, chain = desk.market.tradable(listed(asked.symbol))
    now = desk.clock.now()
    limits = desk.settings.limits
    advice = recommend(exposure.snapshot(account, quote, chain, limits, now), limits)
    fields = asdict(advice) | {"risk": exposure.risk_fields(advice.risk), "at": now.isoformat()}
    fields["strike"] = None if advice.strike is None else f"{advice.strike:.2f}"
    return reply(json.dumps(fields))


@router.get("/risk/{account_id}", response_model=RiskReply)
def risk(account_id: IdentityPath, desk: CurrentDesk) -> Response:
    """What the account can lose."""
    account = desk.accounts.get(account_id)
    return reply(json.dumps(exposure.assess(account, SYMBOL, desk.market)))


@router.get("/performance/{account_id}", response_model=PerformanceReply)
def performance_of(account_id: IdentityPath, desk: CurrentDesk) -> Response:
    """What the account earned since it was opened."""
    measured = performance.measure(desk.accounts.get(account_id), SYMBOL, desk.store, desk.market)
    return reply(json.dumps(asdict(measured), default=str))
