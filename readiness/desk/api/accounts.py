"""Accounts, deposits and the ledger."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from readiness.desk.accounts import Account
from readiness.desk.api.models import PAGE, Amount, IdentityPath, Limit, Offset, Request, amount, errors, reply
from readiness.desk.errors import Problem
from readiness.desk.idempotency import Key
from readiness.desk.performance import market_value
from readiness.desk.security import admin, trader
from readiness.desk.services import SYMBOL, CurrentDesk, Desk

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], responses=errors(401, 404, 422, 503))


class AccountRequest(Request):
    """A new account."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    cash: Amount


class DepositRequest(Request):
    """Cash to add."""

    amount: Amount


class PositionReply(BaseModel):
    """A holding."""

    contract: str
    quantity: int
    average_price: str
    market_value: str


class AccountReply(BaseModel):
    """An account as it stands."""

    id: str
    name: str
    cash: str
    buying_power: str
    margin_used: str
    positions: list[PositionReply]
    version: int


class DepositReply(BaseModel):
    """The account after the deposit."""

    cash: str
    version: int
    posting: str


class PostingReply(BaseModel):
    """One movement of cash."""

    id: str
    kind: Literal["deposit", "premium", "fee", "trade"]
    amount: str
    order: str | None
    at: datetime


class LedgerReply(BaseModel):
    """A page of the movements, and the sum of all."""

    postings: list[PostingReply]
    balance: str


@router.post(
    "", status_code=201, response_model=AccountReply, dependencies=[Depends(admin)], responses=errors(403)
)  # fmt: skip
def open_account(asked: AccountRequest, desk: CurrentDesk) -> Response:
    """Open an account."""
    account = desk.accounts.open(asked.name, amount(asked.cash))
    return reply(_body(desk, desk.accounts.get(account)), 201)


@router.get("/{account_id}", response_model=AccountReply, dependencies=[Depends(trader)])
def account(account_id: IdentityPath, desk: CurrentDesk) -> Response:
    """An account with its positions."""
    return reply(_body(desk, desk.accounts.get(account_id)))


@router.post("/{account_id}/deposits", response_model=DepositReply, dependencies=[Depends(trader)])
def deposit(account_id: IdentityPath, asked: DepositRequest, desk: CurrentDesk, key: Key = None) -> Response:
    """Add cash. With an Idempotency-Key, repeating the request adds nothing."""
    added = amount(asked.amount)
    if not added:
        raise Problem(422, "invalid_request", "amount is 0.00; right would be at least 0.01")
    return reply(desk.accounts.deposit(account_id, added, key))


@router.get("/{account_id}/ledger", response_model=LedgerReply, dependencies=[Depends(trader)])
def ledger(account_id: IdentityPath, desk: CurrentDesk, limit: Limit = PAGE, offset: Offset = 0) -> Response:
    """What moved the account's cash, oldest first, page by page; the balance is that of all of it."""
    postings = desk.accounts.ledger(account_id)
    shown = [
        {
            "id": posting.id,
            "kind": posting.kind,
            "amount": str(posting.amount),
            "order": posting.order,
            "at": posting.at.isoformat(),
        }
        for posting in postings[offset : offset + limit]
    ]
    balance = sum((posting.amount for posting in postings), start=Decimal("0.00"))
    return reply(json.dumps({"postings": shown, "balance": str(balance)}))


def _body(desk: Desk, found: Account) -> bytes:
    margin = found.margin_used(Decimal(str(desk.settings.limits.margin_rate)))
    positions = [
        {
            "contract": held.contract,
            "quantity": held.quantity,
            "average_price": str(held.average_price),
            "market_value": str(market_value(held, SYMBOL, desk.market)),
        }
        for held in found.positions
    ]
    fields = {
        "id": found.id,
        "name": found.name,
        "cash": str(found.cash),
        "buying_power": str(found.cash - margin),
        "margin_used": str(margin),
        "positions": positions,
        "version": found.version,
    }
    return json.dumps(fields).encode()
