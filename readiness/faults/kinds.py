"""Every toxic by its kind."""

from collections.abc import Callable

from readiness.faults.garbage import Flood, Noise, WrongBody
from readiness.faults.toxics import (
    Bandwidth,
    BlackHole,
    Cut,
    FailFirst,
    HalfOpen,
    Jitter,
    Latency,
    Refuse,
    Reset,
    ResetAfterRequest,
    Slicer,
    Toxic,
)

KINDS: dict[str, Callable[..., Toxic]] = {
    toxic.kind: toxic
    for toxic in (
        Latency,
        Jitter,
        Bandwidth,
        Slicer,
        Refuse,
        Reset,
        ResetAfterRequest,
        BlackHole,
        HalfOpen,
        Cut,
        FailFirst,
        Noise,
        WrongBody,
        Flood,
    )
}
