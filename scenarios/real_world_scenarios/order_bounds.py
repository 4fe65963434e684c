"""Orders that are just inside and just outside the bounds of quantity, value and price, and on and off tick and lot.

Why: a zero too many, or a price with the point in the wrong place, is the oldest way to lose a fortune in a second.
Fix: judge quantity, value and distance from the market before anything else; the bound itself is allowed.
"""

from decimal import Decimal, InvalidOperation
from typing import Any

from readiness import Recorder, Reply, Target, scenario

FAR_BELOW = Decimal("0.8")  # of the market: such a purchase rests
AWKWARD = (29, 57, 115, 435)  # ticks: times a tick of 0.01 these are no whole numbers in binary floating point


@scenario(suite="real_world_scenarios", effect="write", capabilities=("oms", "limit_orders", "order_bounds"))
async def order_bounds(target: Target, recorder: Recorder, *, cash: str = "9000000.00") -> None:
    """Place each pair with a limit, and cancel what rests. The bounds are the options of `order_bounds`."""
    bounds = target.spec.capabilities["order_bounds"].options
    recorder.fact("bounds", dict(bounds))
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    chain = await target.call("oms.chain")
    if (spot := _spot(chain)) is None:
        recorder.fact("missed", f"the chain told no spot to set limits by ({chain.error or chain.status})")
        return
    for name, side, quantity, limit in _orders(bounds, spot):
        order = {"account": account, "contract": bounds["share"], "side": side, "quantity": quantity}
        key = recorder.key()
        placed = await target.call("limit_orders.place", **order, limit=f"{limit:.2f}", key=key)
        recorder.fact(name, {**placed.as_fact(), "quantity": quantity, "limit": f"{limit:.2f}", "spot": str(spot)})
        if 200 <= placed.status < 300:
            await target.call("limit_orders.cancel", order=placed.field("id"))
    if "tick" in bounds:
        order = {"account": account, "contract": bounds["share"], "side": "buy"}
        recorder.fact("ticks", [await _tick(target, recorder, **order, **one) for one in _ticks(bounds, spot)])


async def _tick(
    target: Target, recorder: Recorder, *, on: bool, quantity: float, limit: Decimal, **order: Any
) -> dict[str, Any]:
    """Place one order, read it back as it was understood, and cancel it."""
    key = recorder.key()
    placed = await target.call("limit_orders.place", **order, quantity=quantity, limit=f"{limit:f}", key=key)
    seen = {**placed.as_fact(), "on": on, "quantity": quantity, "limit": f"{limit:f}", "read": None}
    if 200 <= placed.status < 300:
        seen["read"] = (await target.call("limit_orders.read", order=placed.field("id"))).json()
        await target.call("limit_orders.cancel", order=placed.field("id"))
    return seen


def _ticks(bounds: dict[str, Any], spot: Decimal) -> list[dict[str, Any]]:
    """Purchases far below the market: on the tick and by the lot, between two ticks, and one lot and a half."""
    tick, lot = Decimal(str(bounds["tick"])), int(bounds.get("lot", 1))
    prices = [tick * count for count in AWKWARD if tick * count < spot * FAR_BELOW]
    between = [price + part for price in prices[::2] for part in (tick / 2, tick / 10)]
    return [
        *({"on": True, "quantity": lot, "limit": price} for price in prices),
        *({"on": False, "quantity": lot, "limit": price} for price in between),
        *({"on": False, "quantity": lot * 1.5, "limit": price} for price in prices[:1]),
    ]


def _orders(bounds: dict[str, Any], spot: Decimal) -> list[tuple[str, str, int, Decimal]]:
    """(name, side, quantity, limit): inside comes before outside, and a purchase before the sale of what it bought."""
    most, collar = int(bounds["quantity"]), Decimal(str(bounds["collar"]))
    low = (spot * FAR_BELOW).to_integral_value()
    worth = int(Decimal(str(bounds["value"])) / low)
    half, beyond = collar / 2, collar * Decimal("1.5")
    orders = [
        ("quantity inside", "buy", most, Decimal(1)),
        ("quantity outside", "buy", most + 1, Decimal(1)),
        ("bought above inside", "buy", 2, spot * (1 + half)),
        ("bought above outside", "buy", 2, spot * (1 + beyond)),
        ("sold below inside", "sell", 1, spot * (1 - half)),
        ("sold below outside", "sell", 1, spot * (1 - beyond)),
    ]
    if worth < most:  # else the bound of the quantity hides that of the value
        orders += [("value inside", "buy", worth, low), ("value outside", "buy", worth + 1, low)]
    return orders


def _spot(chain: Reply) -> Decimal | None:
    """What the share costs by the chain; None where it tells no price."""
    try:
        spot = Decimal(chain.field("spot"))
    except InvalidOperation:
        return None
    return spot if spot.is_finite() and spot > 0 else None
