"""An account beside the market: what the advisor sees of it, and what it can lose."""

from datetime import datetime
from decimal import Decimal

from readiness.desk import advisor
from readiness.desk.accounts import Account, Position
from readiness.desk.ingest import Market
from readiness.desk.market import RISK_FREE_RATE, Chain, Quote
from readiness.desk.performance import market_value
from readiness.desk.pricing import Greeks
from readiness.desk.risk import SHARE, Holding, parametric_var, portfolio_greeks

HORIZON_DAYS = 1
MONEY = ("max_loss", "var_95", "cvar_95", "margin_required")


def snapshot(account: Account, quote: Quote, chain: Chain, limits: advisor.Limits, now: datetime) -> advisor.Snapshot:
    """Everything that a recommendation depends on."""
    margin = account.margin_used(Decimal(str(limits.margin_rate)))
    held = [
        advisor.Position(position.contract, position.quantity, float(position.average_price))
        for position in account.positions
    ]
    return advisor.Snapshot(
        timestamp=now,
        ticker=quote.symbol,
        current_price=quote.last,
        buying_power=float(account.cash - margin),
        margin_used=float(margin),
        positions=held,
        option_chain=chain.options,
        implied_volatility=chain.at_the_money_volatility,
        risk_free_rate=RISK_FREE_RATE,
    )


def risk_fields(risk: advisor.Risk) -> dict[str, object]:
    """A trade's risk as it is sent: money as decimal strings."""
    values = {name: getattr(risk, name) for name in advisor.Risk.__dataclass_fields__}
    return {name: f"{value:.2f}" if name in MONEY else round(value, 6) for name, value in values.items()}


def assess(account: Account, symbol: str, market: Market) -> dict[str, object]:
    """The account's risk as it is sent."""
    value = account.cash + sum(market_value(held, symbol, market) for held in account.positions)
    chain = market.chain(symbol) if account.positions else None
    total = greeks(account, chain)
    tail = (0.0, 0.0)
    if chain:
        tail = parametric_var(total.delta * chain.spot, chain.at_the_money_volatility, HORIZON_DAYS)
    loss = sum((_largest_loss(held, market_value(held, symbol, market)) for held in account.positions), Decimal("0.00"))
    return {
        "value": str(value),
        "var_95": f"{tail[0]:.2f}",
        "cvar_95": f"{tail[1]:.2f}",
        "delta": round(total.delta, 6),
        "gamma": round(total.gamma, 6),
        "vega": round(total.vega, 6),
        "theta": round(total.theta, 6),
        "max_loss": str(loss),
        "method": "parametric",
        "horizon_days": HORIZON_DAYS,
    }


def greeks(account: Account, chain: Chain | None) -> Greeks:
    """The Greeks of all that the account holds."""
    return portfolio_greeks(Holding(held.quantity, held.multiplier, _greeks(held, chain)) for held in account.positions)


def _greeks(held: Position, chain: Chain | None) -> Greeks:
    """The Greeks of one unit; a contract that is no longer listed moves with nothing."""
    if held.kind == "stock":
        return SHARE
    option = chain.by_contract.get(held.contract) if chain else None
    if option is None:
        return Greeks(0.0, 0.0, 0.0, 0.0, 0.0)
    return Greeks(option.delta, option.gamma, option.theta, option.vega, 0.0)


def _largest_loss(held: Position, value: Decimal) -> Decimal:
    """What is lost when the share becomes worthless; a short call is covered, so it loses nothing then."""
    if held.quantity > 0:
        return Decimal("0.00") if held.kind == "put" else value
    if held.kind == "put" and held.strike is not None:
        return -held.quantity * held.strike * held.multiplier + value
    return Decimal("0.00")
