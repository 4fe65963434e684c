"""What several resources share: the shape of errors, checked texts, and replies that are JSON already."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from readiness.desk.errors import Problem
from readiness.desk.money import cents, parse
from readiness.desk.services import SYMBOL

Amount = Annotated[str, Field(pattern=r"^[0-9]{1,9}(\.[0-9]{1,2})?$", description="US dollars.", examples=["10.00"])]
Price = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,9}(\.[0-9]{1,6})?$", description="US dollars, a multiple of the tick.", examples=["32.15"]
    ),
]
Identity = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Symbol = Annotated[str, Field(pattern=r"^[A-Z]{1,6}$", examples=[SYMBOL])]
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
Date = Annotated[date, Field(ge=EARLIEST.date(), le=LATEST.date())]
Instant = Annotated[AwareDatetime, Field(ge=EARLIEST, le=LATEST)]
SymbolPath = Annotated[str, Path(pattern=r"^[A-Z]{1,6}$", examples=[SYMBOL])]
PAGE = 500
"""Most entries of a list in one answer: some 80 kB of orders."""
Limit = Annotated[int, Query(ge=1, le=PAGE, description="How many entries at most.")]
Offset = Annotated[
    int, Query(ge=0, le=10**9, description="How many of the oldest entries to leave out: those seen already.")
]
IdentityPath = Annotated[str, Path(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class Request(BaseModel):
    """A body; fields that it does not know are refused, because they are somebody's mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ErrorDetail(BaseModel):
    """What went wrong."""

    code: str
    message: str
    request_id: str | None


class ErrorReply(BaseModel):
    """The shape of every error."""

    error: ErrorDetail


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The errors of a route, for the interface's description."""
    return {status: {"model": ErrorReply} for status in statuses}


def reply(body: bytes | str, status: int = 200) -> Response:
    """JSON that was made where its data lives; nothing is parsed or validated a second time."""
    return Response(body, status, media_type="application/json")


def amount(text: str) -> Decimal:
    """The amount that a checked text names, in whole cents."""
    return cents(parse(text))


def listed(symbol: str) -> str:
    """The symbol, when the desk trades it."""
    if symbol != SYMBOL:
        raise Problem(404, "unknown_symbol", f"{symbol!r} is not traded here; right would be {SYMBOL!r}")
    return symbol
