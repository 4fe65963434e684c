"""A program that is caught in a loop: the same small order, again and again, until somebody stops it.

Why: each order is sane, so no bound of one order helps; what counts is that nobody looks. Fix: count what each program
does, stop it at a number, and let only a human set it going again (Regulation (EU) 2017/589, Article 15(3)).
"""

import asyncio
from typing import Any

from readiness import Recorder, Target, scenario


@scenario(
    suite="real_world_scenarios", effect="write", capabilities=("oms", "strategies"), deadline=60.0, least="standard"
)
async def repeated_execution(
    target: Target, recorder: Recorder, *, cash: str = "100000.00", share: str = "U", callers: int = 8, beyond: int = 7
) -> None:
    """``callers`` send one program's orders, ``beyond`` more than it may; others order; it is enabled and orders again."""
    most = int(target.spec.capabilities["strategies"].options.get("executions", 0))
    recorder.fact("most", most)
    account = (await target.call("oms.create_account", name="readiness", cash=cash)).field("id")
    one = {"account": account, "contract": share, "side": "buy", "quantity": 1}
    program = f"loop-{recorder.random.getrandbits(32):08x}"
    waiting = list(range(most + beyond))
    sent: list[int] = []

    async def loop() -> None:
        while waiting:
            waiting.pop()
            sent.append(await _order(target, recorder, "strategies.order", one, program))

    await asyncio.gather(*(loop() for _ in range(callers)))
    recorder.fact("repeated", sent)
    recorder.fact("human", await _order(target, recorder, "oms.order", one))
    recorder.fact("another", await _order(target, recorder, "strategies.order", one, f"{program}-2"))
    recorder.fact("enabled", (await target.call("strategies.enable", strategy=program)).status)
    recorder.fact("again", await _order(target, recorder, "strategies.order", one, program))


async def _order(target: Target, recorder: Recorder, role: str, one: dict[str, Any], program: str = "") -> int:
    """Send one order; the status of the answer, 0 without one."""
    key = recorder.key()
    reply = await target.call(role, **one, key=key, strategy=program)
    return 0 if reply.error else reply.status
