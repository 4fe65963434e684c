"""Every documented operation called as its OpenAPI document allows, then in ways that the document forbids.

Nothing that writes is called rightly unless its effect is granted, and it is a POST or a GET; what changes or removes what
is there is only called wrongly, which it must refuse, or not at all. Answers are held against the document as they arrive.
"""

import asyncio
import time
from dataclasses import replace
from itertools import islice
from typing import Any

from readiness import Recorder, Reply, Target, openapi, scenario

SIDE_BY_SIDE = 4
NO_END = "its answer did not end, as that of a stream of events does not; it is not called wrongly"
HUNG = ("timeout", "first byte timeout", "send timeout")


@scenario(
    suite="production_readiness",
    effect="read",
    capabilities=("http", "openapi"),
    quick={"wrong": 6, "budget": 6.0},
    full={"wrong": 60, "most": 500, "budget": 120.0},
)
async def documented_calls(
    target: Target,
    recorder: Recorder,
    *,
    most: int = 80,
    wrong: int = 14,
    timeout: float = 5.0,
    budget: float = 20.0,
) -> None:
    """At most ``most`` operations, each called wrongly in at most ``wrong`` ways; one call may take ``timeout`` seconds, all ``budget``."""
    recorder.phase("document")
    document = await openapi.read(target)
    recorder.fact("document", _told(document, target))
    calls = Calls(target, document, timeout=timeout, until=time.monotonic() + budget)
    recorder.phase("allowed")
    await asyncio.gather(*(calls.rightly(one) for one in document.operations[:most]))
    recorder.phase("forbidden")
    await asyncio.gather(*(calls.wrongly(one, wrong) for one in document.operations[:most]))
    await calls.probe()
    recorder.fact("answers", calls.answers)
    recorder.fact("refusals", calls.refusals)
    recorder.fact(
        "not_called",
        calls.reasons | {one.title: "beyond the most that are called" for one in document.operations[most:]},
    )
    recorder.fact("cut_short", calls.cut_short)


def _told(document: openapi.Document, target: Target) -> dict[str, Any]:
    """The document, and where each operation of it came from."""
    spec = target.spec
    own = [one for one in spec.operations if one.name not in spec.from_document]
    taken = [one for one in spec.operations if one.name in spec.from_document]
    rows = []
    for documented in document.operations:
        names = [one.name for one in own if openapi.is_description(one, documented)]
        also = [one.name for one in taken if openapi.is_description(one, documented)]
        place = "readiness.yaml" if names else "document" if also else ""
        known = documented.path in (spec.health.ready, spec.health.live, spec.metrics)
        left = "" if place else "health or metrics" if known else spec.left_out.get(documented.title, "not taken")
        rows.append(
            {
                "operation": documented.title, "from": place, "as": (names or also)[:3], "left_out": left,
                "answers": list(documented.answers),
            }
        )  # fmt: skip
    return {
        "source": spec.openapi, "version": document.version, "problems": document.problems, "operations": rows,
    }  # fmt: skip


class Calls:
    """What is sent, a few calls side by side, and what came back."""

    def __init__(self, target: Target, document: openapi.Document, *, timeout: float, until: float) -> None:
        self.answers: list[dict[str, Any]] = []
        self.refusals: list[dict[str, Any]] = []
        self.reasons: dict[str, str] = {}
        self.cut_short = False
        self._target = target
        self._document = document
        self._timeout = timeout
        self._until = until
        self._turn = asyncio.Semaphore(SIDE_BY_SIDE)

    async def rightly(self, documented: openapi.Documented) -> None:
        """Call it as the document allows, the first way that may be sent."""
        reason = ""
        for way in openapi.ways(documented, self._document, self._target):
            reason = openapi.why_not(documented, way, self._target.spec, forbidden=False)
            if not reason:
                reply = await self._one(documented, openapi.right_call(documented, way, self._target))
                if reply is None or reply.error in HUNG:
                    self.reasons[documented.title] = "no time was left" if reply is None else NO_END
                return
        self.reasons[documented.title] = reason

    async def wrongly(self, documented: openapi.Documented, most: int) -> None:
        """Call it in ways that the document forbids; three that were never answered are enough."""
        if self.reasons.get(documented.title) == NO_END:
            return
        way = openapi.ways(documented, self._document, self._target)[0]
        if openapi.why_not(documented, way, self._target.spec, forbidden=True):
            return
        hung = 0
        for call in islice(openapi.wrong_calls(documented, way, self._document, self._target), most):
            reply = await self._one(documented, call)
            hung += reply is not None and reply.error in HUNG
            if reply is None or hung == 3:
                return

    async def probe(self) -> None:
        """Whether it still answers after all that."""
        reply = await self._target.get(self._target.spec.health.live or "/", timeout=self._timeout)
        self.refusals.append(
            {
                "operation": "after all calls", "what": "a plain request", "call": "GET", "forbidden": False, "rough": False, "deep": False,
                "status": reply.status, "error": reply.error, "seconds": reply.seconds, "hung": reply.error in HUNG,
            }
        )  # fmt: skip

    async def _one(self, documented: openapi.Documented, call: openapi.Call) -> Reply | None:
        async with self._turn:
            if time.monotonic() > self._until:
                self.cut_short = True
                return None
            request = call.request
            reply = await self._target.send(replace(request, timeout=self._timeout))
        told = openapi.answered(documented, request, reply, self._document)
        wrongly = call.what != "as documented"
        self.answers.append({**told, "what": call.what, "wrong": wrongly})
        if wrongly:
            row = {name: told[name] for name in ("operation", "call", "status", "error", "seconds")}
            row |= {
                "what": call.what,
                "forbidden": call.forbidden,
                "rough": call.rough,
                "deep": call.deep,
                "hung": reply.error in HUNG,
            }
            self.refusals.append(row)
        return reply
