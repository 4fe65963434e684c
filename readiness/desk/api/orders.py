"""Paper orders."""

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from readiness.desk.api.models import PAGE, Identity, IdentityPath, Limit, Offset, Price, Request, errors, reply
from readiness.desk.errors import Problem
from readiness.desk.guards import on_tick
from readiness.desk.idempotency import Key
from readiness.desk.instruments import Side
from readiness.desk.orders import OrderRequest, Status
from readiness.desk.security import trader
from readiness.desk.services import CurrentDesk

router = APIRouter(
    prefix="/v1/orders", tags=["orders"], dependencies=[Depends(trader)], responses=errors(400, 401, 404, 409, 422, 503)
)


class NewOrder(Request):
    """What to trade; without a limit at the market's price."""

    account: Identity
    contract: Annotated[str, Field(pattern=r"^[A-Z]{1,6}([0-9]{6}[CP][0-9]{8})?$", examples=["U251219P00032000"])]
    side: Side
    quantity: Annotated[int, Field(ge=1, le=10_000, strict=True)]
    limit: Price | None = None
    strategy: Annotated[Identity | None, Field(description="The program that sends it, if one does.")] = None


class OrderReply(BaseModel):
    """An order and what became of it."""

    id: str
    account: str
    contract: str
    side: Side
    quantity: int
    limit: str | None
    status: Status
    reason: str | None
    filled: int
    price: str | None
    fees: str
    realized: str
    cash: str
    at: datetime


@router.post("", status_code=201, response_model=OrderReply, responses=errors(429))
def place(asked: NewOrder, desk: CurrentDesk, key: Key = None) -> Response:
    """Place an order. Repeating it under the same Idempotency-Key gets the first answer, and no second order."""
    if key is None:
        message = "the header Idempotency-Key is missing; right would be a new key for each intended order"
        raise Problem(400, "idempotency_key_required", message)
    limit = None if asked.limit is None else on_tick(asked.limit)
    request = OrderRequest(asked.account, asked.contract, asked.side, asked.quantity, limit, asked.strategy)
    return reply(desk.orders.place(request, key), 201)


@router.get("", response_model=list[OrderReply])
def orders(
    account: Annotated[Identity, Query()], desk: CurrentDesk, limit: Limit = PAGE, offset: Offset = 0
) -> Response:
    """The orders of an account, oldest first, page by page."""
    return reply(json.dumps([order.fields() for order in desk.orders.of(account, limit, offset)]))


@router.get("/{order_id}", response_model=OrderReply)
def order(order_id: IdentityPath, desk: CurrentDesk) -> Response:
    """One order."""
    return reply(desk.orders.get(order_id).body())


@router.post("/{order_id}/cancel", response_model=OrderReply)
def cancel(order_id: IdentityPath, desk: CurrentDesk) -> Response:
    """End a resting order; what was filled stays filled."""
    return reply(desk.orders.cancel(order_id).body())
