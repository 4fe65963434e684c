"""The rounds of a self-test that are through, in a file: a call that was cut off goes on where it was.

A round counts again only for the same framework, checks, scenarios and settings. What the target itself is made of is not
known here: who changes that deletes the folder.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from readiness.cli.self_test_round import Round
from readiness.loader import PACKAGE, Catalog

FILE = "rounds.jsonl"
OPEN = ("INCONCLUSIVE", "UNKNOWN", "ERROR")


class Kept:
    """Answers of rounds by what was run; without a folder nothing is kept."""

    def __init__(self, folder: Path | None, version: str) -> None:
        self._file = folder / FILE if folder is not None else None
        self._version = version
        self._answers: dict[str, dict[str, Any]] = {}
        if self._file is not None and self._file.is_file():
            for line in self._file.read_text().splitlines():
                try:
                    entry = json.loads(line)
                    self._answers[entry["round"]] = entry["answer"]
                except (ValueError, KeyError):  # the line that was being written when the last call was cut off
                    continue

    def find(self, asked: Round) -> dict[str, Any] | None:
        """Return the answer of an earlier call."""
        return self._answers.get(self._key(asked))

    def keep(self, asked: Round, answer: dict[str, Any]) -> None:
        """Keep an answer that is one: a round without a result, or that an unfit machine left open, is run again."""
        if self._file is None or "failure" in answer or _spoilt(answer):
            return
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a") as file:
            file.write(json.dumps({"round": self._key(asked), "answer": answer}) + "\n")

    def _key(self, asked: Round) -> str:
        return json.dumps({**asdict(asked), "version": self._version}, sort_keys=True)


def _spoilt(answer: Mapping[str, Any]) -> bool:
    return not answer["fit"] and any(status in OPEN for status, _ in answer["results"].values())


def version_of(catalog: Catalog, settings: Path) -> str:
    """Return a fingerprint of all that a round depends on, the target's own code excepted."""
    digest = hashlib.sha256(catalog.version.encode())
    for file in (settings, *sorted(PACKAGE.rglob("*.py"))):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
