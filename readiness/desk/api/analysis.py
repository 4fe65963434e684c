"""Analysis of an account: recommendations, risk and performance."""

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel

from readiness.desk import exposure, hedging, performance, review
from readiness.desk.accounts import Account
from readiness.desk.advisor import Action, recommend
from readiness.desk.api.models import Identity, IdentityPath, Request, Symbol, errors, listed, reply
from readiness.desk.clock import NEW_YORK
from readiness.desk.defects import active
from readiness.desk.instruments import Side
from readiness.desk.security import trader
from readiness.desk.services import SYMBOL, CurrentDesk, Desk

router = APIRouter(
    prefix="/v1", tags=["analysis"], dependencies=[Depends(trader)], responses=errors(401, 404, 422, 503)
)

REVIEWED_SESSIONS = 21  # a month's

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


class HedgeReply(BaseModel):
    """One trade that takes most of the delta away; without a contract, none would. Deltas in shares."""

    delta: float
    delta_after: float
    contract: str | None
    side: Side | None
    quantity: int


class ExpirationReply(BaseModel):
    """An option that is about to expire."""

    contract: str
    expires: date
    days: int
    quantity: int


class RebalancingReply(BaseModel):
    """What is beyond its limit, and what would mend it."""

    delta: float
    delta_limit: float
    short_puts: int
    short_puts_limit: int
    trade: HedgeReply | None


class RegimeReply(BaseModel):
    """How the share moved lately; volatility as a fraction a year."""

    sessions: int
    realized_volatility: float | None
    regime: review.Regime


class IntegrityReply(BaseModel):
    """Whether the books agree."""

    cash: str
    ledger: str
    difference: str
    expired: list[str]


class ReviewReply(BaseModel):
    """The weekly review of an account."""

    account: str
    date: date
    days: int
    expirations: list[ExpirationReply]
    rebalancing: RebalancingReply
    regime: RegimeReply
    integrity: IntegrityReply


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


@router.get("/hedges/{account_id}", response_model=HedgeReply)
def hedge(account_id: IdentityPath, desk: CurrentDesk) -> Response:
    """The trade that would take most of the share's movement out of the account now."""
    return reply(json.dumps(asdict(_hedge(desk.accounts.get(account_id), desk))))


@router.get("/reviews/{account_id}", response_model=ReviewReply)
def weekly_review(
    account_id: IdentityPath, desk: CurrentDesk, days: Annotated[int, Query(ge=1, le=366)] = 7
) -> Response:
    """Expirations of the days to come, balance, regime and books; from what is stored, so also when no market is open."""
    account = desk.accounts.get(account_id)
    today = desk.clock.now().astimezone(NEW_YORK).date()
    ledger = sum((posting.amount for posting in desk.accounts.ledger(account.id)), start=Decimal("0.00"))
    found = review.Review(
        account.id,
        today,
        days,
        review.expirations(account, today, days),
        review.balance(account, _hedge(account, desk), desk.settings.limits),
        review.behaviour(desk.history.closes(SYMBOL, today, REVIEWED_SESSIONS)),
        review.integrity(account, ledger, today),
    )
    return reply(json.dumps(asdict(found), default=str))


def _hedge(account: Account, desk: Desk) -> hedging.Hedge:
    chain = desk.market.chain(SYMBOL)
    delta = exposure.greeks(account, chain).delta
    return hedging.hedge(delta, SYMBOL, chain, desk.clock.now().astimezone(NEW_YORK).date(), desk.settings.limits)
