"""What a checker of histories says: valid, invalid with a witness, or unknown; and what clean rounds rule out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from readiness.detection import detection_power
from readiness.model import Evidence, Fact, Unknown

State = Literal["valid", "invalid", "unknown"]
W = TypeVar("W")


@dataclass(frozen=True)
class IntegrityVerdict(Generic[W]):
    """``witness`` holds what contradicts itself when invalid; ``rounds`` counts the tries behind a valid one."""

    state: State
    reason: str
    witness: tuple[W, ...] = ()
    rounds: int = 0

    @property
    def power(self) -> float | None:
        """The anomaly rate per round that is ruled out with 99 %; None where nothing is."""
        return detection_power(self.rounds) if self.state == "valid" and self.rounds else None

    def outcome(self, evidence: tuple[Evidence, ...] = ()) -> Fact | Unknown:
        """Return what a check returns for it."""
        if self.state == "unknown":
            return Unknown(self.reason, evidence)
        return Fact(self.state == "valid", self.reason, evidence, max(self.rounds, 1))


def valid(reason: str, rounds: int) -> IntegrityVerdict[W]:
    """Everything agrees, in so many rounds; nothing is known where there was none."""
    return IntegrityVerdict(
        "valid" if rounds > 0 else "unknown", reason if rounds > 0 else "nothing to judge", (), rounds
    )


def invalid(reason: str, witness: Iterable[W]) -> IntegrityVerdict[W]:
    """The witness cannot be explained."""
    return IntegrityVerdict("invalid", reason, tuple(witness))


def unknown(reason: str) -> IntegrityVerdict[W]:
    """Nothing can be said, and why."""
    return IntegrityVerdict("unknown", reason)


def merge(verdicts: Iterable[IntegrityVerdict[W]]) -> IntegrityVerdict[W]:
    """Return the verdict over parts that do not touch each other: one invalid part decides, then one unknown."""
    parts = list(verdicts)
    for state in ("invalid", "unknown"):
        found = [part for part in parts if part.state == state]
        if found:
            among = f" (in {len(found)} of {len(parts)} parts)" if len(parts) > 1 else ""
            return IntegrityVerdict(found[0].state, found[0].reason + among, found[0].witness)
    among = f" (the first of {len(parts)} parts, all valid)" if len(parts) > 1 else ""
    return valid(f"{parts[0].reason}{among}" if parts else "", sum(part.rounds for part in parts))
