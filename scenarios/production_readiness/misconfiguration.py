"""Starts with wrong settings: each required variable missing, each invalid value, one misspelt variable.

Every trial is a second copy on scratch data. One with right settings comes along: it must get ready, else the
refusals of the others say nothing.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from readiness import Recorder, Target, Trial, scenario

SECRET_NAME = re.compile(r"KEY|SECRET|PASSWORD|TOKEN|CREDENTIAL", re.IGNORECASE)


@scenario(suite="production_readiness", effect="disrupt", capabilities=("process", "settings"))
async def misconfiguration(
    target: Target,
    recorder: Recorder,
    *,
    seconds: float = 5.0,
    control_seconds: float = 15.0,
    at_once: int = 3,
    misspelt: str = "POOL_SIZ",
) -> None:
    """At most ``at_once`` trials of ``seconds`` each; the misspelt variable is ``settings_prefix`` + ``misspelt``."""
    spec = target.spec
    changes: list[tuple[str, str, str | None]] = [("right", "", None)]
    changes += [("missing", name, None) for name in spec.required_settings]
    changes += [("invalid", name, value) for name, value in spec.invalid_settings.items()]
    if spec.settings_prefix is not None:
        changes.append(("unknown", spec.settings_prefix + misspelt, "8"))
    turn = asyncio.Semaphore(at_once)

    async def attempt(kind: str, name: str, value: str | None) -> dict[str, Any]:
        environment = {name: value} if name else {}
        async with turn:
            trial = await target.process.trial(environment, seconds=control_seconds if kind == "right" else seconds)
        return {"kind": kind, "variable": name, "secret": _is_secret(target, name), **_told(trial, name, target)}

    recorder.phase("trials")
    recorder.fact("trials", await asyncio.gather(*(attempt(*change) for change in changes)))


def _is_secret(target: Target, name: str) -> bool:
    return name in target.spec.secret_settings or bool(SECRET_NAME.search(name))


def _told(trial: Trial, name: str, target: Target) -> dict[str, Any]:
    output = _masked(trial.output, target.spec.environment, target.spec.secrets)
    return {
        "exit_status": trial.exit_status,
        "ready": trial.ready,
        "seconds": trial.seconds,
        "named": bool(name) and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", output) is not None,
        "traceback": "Traceback (most recent call last)" in output,
        "output": output[:500],
    }


def _masked(text: str, environment: Mapping[str, str], secrets: tuple[str, ...]) -> str:
    hidden = {value for name, value in environment.items() if SECRET_NAME.search(name)} | set(secrets)
    for value in sorted(hidden, key=len, reverse=True):
        if len(value) >= 6:
            text = text.replace(value, "********")
    return text
