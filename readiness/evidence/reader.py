"""Reads one source of evidence, of whatever kind; whatever is wrong with it becomes an entry, never an exception."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from readiness.evidence import attestation, junit, k6, openapi, prometheus, pytest_suite, sarif
from readiness.evidence.reading import Entry, Reading, Unusable, short
from readiness.evidence.source import (
    AnySource,
    Attestation,
    JUnitFile,
    K6Summary,
    OpenApiFuzzing,
    PrometheusQuery,
    PytestSuite,
    SarifFile,
    origin_of,
)
from readiness.model import Broken, Effect, Outcome
from readiness.targeting import Identity


@dataclass(frozen=True)
class Surroundings:
    """What a kind of evidence may need to know of the run."""

    target: str = ""
    """The target's name."""
    address: str = ""
    """Where it answers."""
    scratch: Path = Path()
    """A folder of its own, for files that nobody keeps."""
    grants: tuple[Effect, ...] = ()
    """What may be done to the target."""
    identities: Mapping[str, Identity] = field(default_factory=dict)
    """Who may call the target."""


def read_source(name: str, source: AnySource, around: Surroundings, *, now: str = "") -> Reading:
    """Read the source called ``name``; ``now`` (UTC, ISO 8601) is for tests."""
    now = now or datetime.now(UTC).isoformat(timespec="seconds")
    try:
        return _read(name, source, around, now)
    except Unusable as unusable:
        return _nothing(source, now, unusable.outcome, made=unusable.made)
    except Exception as error:  # noqa: BLE001 - a hostile file may break what reads it, and costs its own results only
        return _nothing(source, now, Broken(f"could not be read: {type(error).__name__}: {short(error)}"))


def _read(name: str, source: AnySource, around: Surroundings, now: str) -> Reading:
    match source:
        case PytestSuite():
            return pytest_suite.read(source, now, scratch=around.scratch, address=around.address)
        case JUnitFile():
            return junit.read(source, now)
        case SarifFile():
            return sarif.read(source, now)
        case K6Summary():
            return k6.read(source, now)
        case PrometheusQuery():
            return prometheus.read(source, now)
        case Attestation():
            return attestation.read(source, now, name=name, target=around.target)
        case OpenApiFuzzing():
            return openapi.read(
                source, now, scratch=around.scratch, address=around.address, writes="write" in around.grants,
                identities=around.identities,
            )  # fmt: skip


def _nothing(source: AnySource, now: str, outcome: Outcome, *, made: str = "") -> Reading:
    entry = Entry(title=f"The {source.kind} evidence can be used", outcome=outcome)
    return Reading(origin=origin_of(source), read=now, made=made, entries=(entry,))
