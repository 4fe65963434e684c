"""Calculators: option prices, implied volatility and fees."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field, FiniteFloat

from readiness.desk import money, pricing
from readiness.desk.api.models import Request, errors
from readiness.desk.errors import Problem
from readiness.desk.security import trader

router = APIRouter(prefix="/v1", tags=["pricing"], dependencies=[Depends(trader)], responses=errors(401, 422))

Dollars = Annotated[FiniteFloat, Field(gt=0, le=1e6)]
Years = Annotated[FiniteFloat, Field(gt=0, le=50)]
Rate = Annotated[FiniteFloat, Field(ge=-0.5, le=1)]
Number = Annotated[str, Query(pattern=r"^[0-9]{1,9}(\.[0-9]{1,8})?$")]


class _Terms(Request):
    spot: Dollars
    strike: Dollars
    years: Years
    rate: Rate
    kind: Literal["call", "put"]


class PriceRequest(_Terms):
    """An option and the volatility to price it at."""

    volatility: Annotated[FiniteFloat, Field(gt=0, le=20)]


class PriceReply(BaseModel):
    """Price and Greeks: theta per day, vega and rho per 1.00 of volatility and rate."""

    price: float
    delta: float
    gamma: float
    theta: float
    vega: float
    rho: float


class VolatilityRequest(_Terms):
    """An option and its price."""

    price: Annotated[FiniteFloat, Field(gt=0, le=1e6)]


class VolatilityReply(BaseModel):
    """The volatility at which the option has its price."""

    volatility: float


class FeeReply(BaseModel):
    """A fee in whole cents, ties to the even one."""

    fee: str


@router.post("/prices")
async def price(asked: PriceRequest) -> PriceReply:
    """Black-Scholes price and Greeks."""
    terms = (asked.kind, asked.spot, asked.strike, asked.years, asked.rate, asked.volatility)
    return PriceReply(price=pricing.price(*terms), **pricing.greeks(*terms)._asdict())


@router.post("/implied-volatility")
async def implied_volatility(asked: VolatilityRequest) -> VolatilityReply:
    """The volatility that a price implies."""
    terms = (asked.kind, asked.spot, asked.strike, asked.years, asked.rate, asked.price)
    try:
        return VolatilityReply(volatility=pricing.implied_volatility(*terms))
    except pricing.NoSolution as error:
        raise Problem(422, "no_solution", str(error)) from error


@router.get("/fees")
async def fee(notional: Number, rate: Number) -> FeeReply:
    """Notional times rate, rounded half to even to whole cents."""
    amount = money.fee(money.parse(notional, "notional", 8), money.parse(rate, "rate", 8))
    return FeeReply(fee=str(amount))
