"""Nonsense from a dependency does not get any further: callers get an answer in time, never the nonsense, and it works again.

Why: a dependency that is half broken is worse than one that is down: a reply breaks off, a proxy answers with a page of its
own, a bug sends without end. Fix: check status, length and form of what comes; treat all that is wrong like no answer.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check

WORDS = {
    "cut": "broke off in the middle",
    "noise": "meant nothing",
    "wrong_body": "had a body of other bytes",
    "flood": "were far too long",
}


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Handle what cannot be read like what did not come: the same error, a closed connection, nothing of it in a reply.",
    effort="minutes",
)
def dependency_garbage(recording: Recording, *, limit: float = 15.0) -> Fact | Unknown:
    """No silence, no broken connection, no garbage in a reply, no 500 unless it answers 500 to a refused connection as well;
    alive, and at most ``limit`` seconds until it works again.

    Bodies of a relay, which hands on bytes that it does not read, are not judged.
    """
    dependencies = recording.facts.get("dependencies") or []
    rows = [(told, one) for told in dependencies for one in told.get("garbage", ()) if one["witness"]]
    if not rows:
        return Unknown(_untold(dependencies))
    columns = ("dependency", "its replies", "operation", "answers", "works again after", "alive")
    shown = tuple(
        (told["dependency"], WORDS[one["kind"]], told["operation"], _answers(one), one["again"], one["alive"])
        for told, one in rows
    )
    evidence = (Table("Garbage", columns, shown),)
    relayed = {told["operation"] for told, one in rows for call in one["calls"] if call["garbage"] == "whole"}
    for told, one in rows:
        if harm := _harm(told, one, limit, relay=told["operation"] in relayed):
            reason = f"when replies of {told['dependency']} {WORDS[one['kind']]}, {harm}"
            return Fact(False, reason, evidence)
    calls = sum(len(one["calls"]) for _, one in rows)
    kinds = len({one["kind"] for _, one in rows})
    how = f"{', '.join(sorted(relayed))} hands on what it does not read" if relayed else "each was answered"
    return Fact(True, f"{calls} calls met {kinds} kinds of garbage; {how}, and it worked again", evidence, calls)


def _untold(dependencies: list[dict[str, Any]]) -> str:
    problems = [told["problem"] for told in dependencies if told.get("problem")]
    return problems[0] if problems else "no reply of a dependency could be disturbed"


def _answers(one: dict[str, Any]) -> str:
    return ", ".join(str(call["error"] or call["status"]) for call in one["calls"])


def _harm(told: dict[str, Any], one: dict[str, Any], limit: float, *, relay: bool) -> str:
    name = told["operation"]
    if not one["alive"]:
        return "it died"
    for call in one["calls"]:
        if call["error"] == "timeout":
            return f"{name} got no answer in {call['seconds']:.1f} s"
        if call["error"] and not relay:
            return f"{name} got a broken connection ({call['error']})"
        if call["garbage"] == "part":
            return f"{name} was answered with {call['status']} and a part of it"
        if call["status"] == 500 and (other := _usual(told)) != 500:
            return f"{name} was answered with 500, an error that nobody thought of; a refused connection is {other}"
    if one["again"] is None or one["again"] > limit:
        return f"{name} did not work again within {limit:g} s after the last of them"
    return ""


def _usual(told: dict[str, Any]) -> int:
    """What a refused connection is answered with: whoever knows no better than 500 is not blamed for it here."""
    statuses = [int(call["status"]) for call in told["refused"]["calls"]]
    return 500 if not told["refused"]["witness"] or {0, 500} & set(statuses) else statuses[-1]
