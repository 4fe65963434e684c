"""Midday, 12:00 to 13:00 in New York: few operations, an hour long, by two accounts that are alike.

Why: the quiet hour shows what a busy one hides: quotes that nobody refreshes, and advice that differs for no reason.
Fix: refresh by age and not by traffic, and let advice depend on the account and the market alone.
"""

from datetime import datetime, timedelta

from readiness import Recorder, Reply, Target, scenario


@scenario(
    suite="real_world_scenarios",
    effect="disrupt",
    capabilities=("clock", "feed", "oms"),
    deadline=60.0,
    least="standard",
)
async def midday(
    target: Target,
    recorder: Recorder,
    *,
    noon: str = "2025-06-11T16:00:00+00:00",
    minutes: tuple[int, ...] = (0, 16, 32, 45, 59),
    cash: str = "100000.00",
) -> None:
    """At each minute ten operations: clock, chain, quote, two rounds of advice for both accounts, quote, chain."""
    accounts = []
    for _ in range(2):
        content = (await target.call("oms.create_account", name="readiness", cash=cash)).json()
        accounts.append(str(content.get("id", "")) if isinstance(content, dict) else "")
    rounds = []
    for minute in minutes:
        now = (datetime.fromisoformat(noon) + timedelta(minutes=minute)).isoformat()
        clock = await target.call("clock.set", now=now)
        begun = recorder.now
        before = {"chain": _at(await target.call("feed.chain")), "quote": (await target.call("feed.quote")).as_fact()}
        advice = [(await target.call("oms.recommendation", account=account)).as_fact() for account in accounts * 2]
        after = {"quote": (await target.call("feed.quote")).as_fact(), "chain": _at(await target.call("feed.chain"))}
        passed = recorder.now - begun
        rounds.append(
            {"now": now, "passed": passed, "clock": clock.as_fact(), "before": before, "advice": advice, "after": after}
        )
    recorder.fact("rounds", rounds)


def _at(chain: Reply) -> str:
    content = chain.json()
    return str(content.get("at", "")) if isinstance(content, dict) else ""
