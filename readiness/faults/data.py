"""Damaged data: bits of a file are flipped or its end is missing when the target opens it again."""

import hashlib
import shutil
from pathlib import Path
from typing import Any

from readiness.errors import UsageError

KINDS = ("flip", "truncate")


class Damaged:
    """One file in ``folder``, the target's own, which is thrown away after the run; to be armed while nobody has it open.

    ``flip`` turns one bit in each block of ``every`` bytes, the first at ``offset``; ``truncate`` leaves the share
    ``keep`` (0 to 1) of its bytes.
    """

    def __init__(
        self, folder: Path, file: Path, *, kind: str = "flip", every: int = 512, offset: int = 100, keep: float = 0.5
    ) -> None:
        if kind not in KINDS:
            raise UsageError(f"unknown damage {kind!r}; known: {', '.join(KINDS)}")
        if folder.resolve() not in file.resolve().parents:
            raise UsageError(f"{file} does not lie in {folder}: only a copy that is thrown away may be damaged")
        self.name = f"damaged_data_{kind}"
        self._file, self._kind = file, kind
        self._every, self._offset, self._keep = every, offset, keep
        self._copy = file.with_name(f"{file.name}.undamaged")
        self._proof: dict[str, Any] = {}

    async def arm(self) -> None:
        """Keep a copy, and damage the file."""
        if self._copy.exists():
            return
        self._proof = {}
        shutil.copy2(self._file, self._copy)
        before = _digest(self._file)
        bytes_ = bytearray(self._file.read_bytes())
        if self._kind == "truncate":
            del bytes_[int(len(bytes_) * self._keep) :]
        for place in range(self._offset, len(bytes_), self._every) if self._kind == "flip" else ():
            bytes_[place] ^= 1
        self._file.write_bytes(bytes_)
        after = _digest(self._file)
        if after != before:
            self._proof = {"file": self._file.name, "bytes": len(bytes_), "before": before, "after": after}

    async def disarm(self) -> None:
        """Put the copy back, with its time of change; what was written meanwhile is lost."""
        if self._copy.exists():
            self._copy.replace(self._file)

    def witness(self) -> dict[str, Any]:
        """The SHA-256 before and after; empty where there was nothing to damage."""
        return dict(self._proof)


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
