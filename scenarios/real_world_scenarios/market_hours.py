"""One order a minute before and after each bell that is easily got wrong: clock changes, half days, days off.

Why: a calendar that is right and not asked where orders are taken is worth nothing. Fix: ask for the session at the
moment of the order.
"""

from readiness import Recorder, Target, scenario

# New York Stock Exchange, hours and holidays of 2025 (nyse.com/markets/hours-calendars), in UTC, and whether it is open
MOMENTS = (
    ("2025-03-07T14:31:00+00:00", True),  # the last session before clocks went forward
    ("2025-03-10T13:31:00+00:00", True),
    ("2025-03-10T20:01:00+00:00", False),
    ("2025-11-03T14:29:00+00:00", False),  # the first after they went back
    ("2025-11-03T14:31:00+00:00", True),
    ("2025-11-28T17:59:00+00:00", True),  # the day after Thanksgiving closes at 13:00
    ("2025-11-28T18:01:00+00:00", False),
    ("2025-11-27T16:00:00+00:00", False),
    ("2025-06-14T16:00:00+00:00", False),  # a Saturday
)


@scenario(
    suite="real_world_scenarios", effect="disrupt", capabilities=("clock", "oms"), deadline=60.0, least="standard"
)
async def market_hours(target: Target, recorder: Recorder, *, cash: str = "100000.00", share: str = "U") -> None:
    """Set the clock to each moment and buy one share."""
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    order = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    seen = []
    for now, is_open in MOMENTS:
        clock = await target.call("clock.set", now=now)
        key = recorder.key()
        placed = await target.call("oms.order", **order, key=key)
        seen.append({"now": now, "open": is_open, "clock": clock.as_fact(), "order": placed.as_fact()})
    recorder.fact("moments", seen)
