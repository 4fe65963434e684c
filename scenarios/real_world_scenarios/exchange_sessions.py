"""What the exchange's calendar, the option calculator and the fee rule answer to questions with known answers.

Why: these are pure calculations with an exact answer; an error in one of them is in every trade. Fix: the check that
turns red lists question, answer and the right answer.
"""

from typing import Any

from readiness import Recorder, Reply, Target, scenario


@scenario(suite="real_world_scenarios", effect="write", capabilities=("clock", "pricing", "money"))
async def exchange_sessions(
    target: Target,
    recorder: Recorder,
    *,
    dates: tuple[str, ...] = (
        "2025-03-07",
        "2025-03-10",
        "2025-10-31",
        "2025-11-03",
        "2025-11-28",
        "2025-07-04",
        "2025-04-18",
        "2025-01-09",
        "2025-11-27",
        "2025-06-14",
    ),
    spot: float = 34.0,
    strikes: tuple[float, ...] = (28.0, 34.0, 40.0),
    years: tuple[float, ...] = (0.1, 0.5),
    volatilities: tuple[float, ...] = (0.3, 0.9),
    rate: float = 0.05,
    fees: tuple[tuple[str, str], ...] = (
        ("2.50", "0.05"),
        ("0.50", "0.05"),
        ("0.50", "0.01"),
        ("1.50", "0.01"),
        ("2.50", "0.01"),
        ("2.70", "0.05"),
        ("1.00", "0.005"),
        ("1.00", "0.015"),
        ("1.00", "1.005"),
        ("8.25", "0.02"),
        ("100.00", "0.00125"),
        ("1.00", "0.0251"),
    ),
) -> None:
    """Ask for each date, for prices and Greeks over a grid and the volatilities behind them, and for fees on ties."""
    recorder.phase("calendar")
    days = [{"date": date, **(await target.call("clock.calendar", date=date)).as_fact()} for date in dates]
    recorder.fact("calendar", days)
    recorder.phase("prices")
    grid = [
        {"kind": kind, "spot": spot, "strike": strike, "years": year, "rate": rate, "volatility": volatility}
        for kind in ("call", "put")
        for strike in strikes
        for year in years
        for volatility in volatilities
    ]
    recorder.fact("prices", [{"asked": asked, **await _price(target, asked)} for asked in grid])
    recorder.phase("fees")
    wanted = [{"notional": notional, "rate": share} for notional, share in fees]
    recorder.fact("fees", [{**one, **(await target.call("money.fee", **one)).as_fact()} for one in wanted])


async def _price(target: Target, asked: dict[str, Any]) -> dict[str, Any]:
    """The price with its Greeks, and the volatility that this price implies."""
    priced = await _calculate(target, "pricing.price", asked)
    content = priced.json()
    price = content.get("price") if isinstance(content, dict) else None
    if price is None:
        return {"price": priced.as_fact(), "implied": None}
    terms = {name: value for name, value in asked.items() if name != "volatility"}
    implied = await _calculate(target, "pricing.implied_volatility", {**terms, "price": price})
    return {"price": priced.as_fact(), "implied": implied.as_fact()}


async def _calculate(target: Target, role: str, terms: dict[str, Any]) -> Reply:
    """Call a calculator; examples in its body give way to our terms, placeholders are filled."""
    operation = target.spec.operation(role)
    if isinstance(operation.body, dict):
        own = {name: terms[name] for name in operation.body if name in terms}
        operation = operation.model_copy(update={"body": {**operation.body, **own}})
    return await target.call(operation, **terms)
