"""Replies as the scenarios that speak raw HTTP record them."""

from typing import Any

from readiness import Fact, Recording


def reply(status: int = 200, body: str = "", **changes: Any) -> dict[str, Any]:
    """A reply as it is recorded; ``headers`` in lower case."""
    told = {
        "status": status, "headers": {}, "body": body, "length": len(body), "replies": 1, "ended": True, "seconds": 0.01,
        "error": "", "at": 1_000_000.5,
    }  # fmt: skip
    return {**told, **changes}


SILENCE = reply(0, ended=False, error="timeout", replies=0)


def recording(group: str, **replies: dict[str, Any]) -> Recording:
    """One group of replies; ``_`` in a name stands for a blank."""
    return Recording(facts={group: {what.replace("_", " "): told for what, told in replies.items()}})


def holds(outcome: object, reason: str = "") -> bool:
    """Whether a fact passed; anything else is a failure of the test."""
    assert isinstance(outcome, Fact), outcome
    assert reason in outcome.reason, outcome.reason
    return outcome.passed
