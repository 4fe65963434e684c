"""Answers and refusals as the scenario `documented_calls` records them."""

from typing import Any

from readiness import Recording


def answer(status: int = 200, **changes: Any) -> dict[str, Any]:
    """A documented answer that fits; ``wrong`` says that the call was."""
    told = {
        "operation": "GET /items", "call": "GET /items", "status": status, "error": "", "seconds": 0.01,
        "type": "application/json", "documented": True, "content": "as documented", "held": True, "violations": [],
        "unusable": "", "what": "as documented", "wrong": False,
    }  # fmt: skip
    return {**told, **changes}


def refusal(status: int = 422, **changes: Any) -> dict[str, Any]:
    """A wrong call that was refused."""
    told = {
        "operation": "GET /items", "call": "GET /items?n=a", "what": "n of the wrong type", "status": status, "error": "",
        "seconds": 0.01, "forbidden": True, "rough": False, "deep": False, "hung": False,
    }  # fmt: skip
    return {**told, **changes}


AFTER = refusal(200, operation="after all calls", what="a plain request", forbidden=False)


def answers(*rows: dict[str, Any]) -> Recording:
    return Recording(facts={"answers": list(rows)})


def refusals(*rows: dict[str, Any], cut_short: bool = False) -> Recording:
    return Recording(facts={"refusals": list(rows), "cut_short": cut_short})
