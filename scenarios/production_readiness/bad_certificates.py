"""Dependencies show certificates that nobody should trust: does the target send them its requests, and its keys, anyway?

Each dependency's address is replaced by a TLS server of ours that only listens. The target is started anew for each
certificate; it need not become ready, since its dependency is not there.
"""

import asyncio
import contextlib
import uuid
from typing import Any

from readiness import (
    BadCertificate,
    FaultUnavailableError,
    ReadinessError,
    Recorder,
    Target,
    TargetError,
    own_folder,
    scenario,
)

KINDS = ("self_signed", "wrong_name", "expired")
TRUSTED = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
"""Where clients look for authorities: whoever heeds one of these sees nothing wrong but the name or the date."""
CALL_SECONDS = 1.0


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("network", "process"),
    quick={"kinds": 1},
    deadline=300.0,
    least="standard",
)
async def bad_certificates(target: Target, recorder: Recorder, *, kinds: int = 3, patience: float = 10.0) -> None:
    """The first ``kinds`` of self-signed, wrong name, expired; the target has ``patience`` seconds to connect."""
    told: list[dict[str, Any]] = []
    try:
        for name, dependency in target.spec.dependencies.items():
            scheme = dependency.address.partition("://")[0]
            for kind in KINDS[:kinds] if scheme in ("http", "https") else ():
                recorder.phase(f"{kind} {name}")
                fault = BadCertificate(own_folder(target), kind=kind)
                told.append(
                    {
                        "dependency": name,
                        "kind": kind,
                        **await _shown(target, recorder, fault, dependency.variable, patience),
                    }
                )
                recorder.fact("certificates", told)
    except FaultUnavailableError as problem:
        recorder.fact("problem", str(problem))


async def _shown(
    target: Target, recorder: Recorder, fault: BadCertificate, variable: str, patience: float
) -> dict[str, Any]:
    """Start the target on it, call until somebody connects; the window is recorded only where somebody did."""
    await fault.arm()
    environment = {variable: f"https://{fault.address}", **dict.fromkeys(TRUSTED, str(fault.authority))}
    starting = asyncio.create_task(target.process.start(environment=environment))
    try:
        end = recorder.now + patience
        while not fault.witness() and recorder.now < end:
            await _call_all(target)
            await asyncio.sleep(0.1)
        if fault.witness():
            async with recorder.fault(fault):
                await _call_all(target)
    finally:
        starting.cancel()
        with contextlib.suppress(asyncio.CancelledError, TargetError):
            await starting
        await fault.disarm()
    return {"met": bool(fault.witness()), "requests": fault.requests, **fault.witness()}


async def _call_all(target: Target) -> None:
    """Call what may use the dependency; what it answers does not matter here."""
    for operation in target.spec.load_mix[:3]:
        with contextlib.suppress(ReadinessError):
            await target.call(operation, unique=uuid.uuid4().hex, timeout=CALL_SECONDS)
