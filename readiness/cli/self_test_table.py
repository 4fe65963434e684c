"""What a self-test found, as one table: for the terminal, in Markdown and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from readiness.measure.statistics import rate, wilson

CLEAN = ("PASS", "WARN")
ALARMS = ("FAIL", "ERROR")
DECIDED = (*CLEAN, "FAIL")
HEAD = ("Defect", "Check", "Healthy", "Rounds", "Caught", "Power (95 %)", "Seconds", "What the gate saw")


@dataclass(frozen=True)
class Finding:
    """What one check said of one target in one round; ``seconds`` of the whole round."""

    status: str
    reason: str
    seconds: float


@dataclass(frozen=True)
class Pair:
    """A planted defect, the check that must turn red on it, and what it said in every round."""

    defect: str
    check: str
    healthy: str
    """What the check says of the healthy target; empty where it did not run."""
    rounds: tuple[Finding, ...]

    @property
    def caught(self) -> int:
        """Rounds in which the check failed; a round that broke or was left open caught nothing."""
        return sum(one.status == "FAIL" for one in self.rounds)

    @property
    def missed(self) -> int:
        """Rounds in which the check let the defect pass."""
        return sum(one.status in CLEAN for one in self.rounds)

    @property
    def proven(self) -> bool:
        """Caught in every round, and no alarm without the defect."""
        return self.caught == len(self.rounds) > 0 and self.healthy in CLEAN

    @property
    def refuted(self) -> bool:
        """Missed in a round, or raised without the defect, too."""
        return self.missed > 0 or self.healthy in ALARMS

    @property
    def power(self) -> tuple[float, float, float]:
        """Share of the rounds in which it was caught, 0 to 1, with its 95 % interval (Wilson); every round counts."""
        low, high = wilson(self.caught, len(self.rounds))
        return self.caught / len(self.rounds) if self.rounds else 0.0, low, high

    @property
    def seconds(self) -> float:
        """Of a round, in the mean."""
        return sum(one.seconds for one in self.rounds) / len(self.rounds) if self.rounds else 0.0

    @property
    def told(self) -> Finding:
        """The round that says most: one that did not catch it, else the first."""
        return next((one for one in self.rounds if one.status != "FAIL"), self.rounds[0])

    def cells(self) -> tuple[str, ...]:
        """Return the line of the table."""
        value, low, high = self.power
        said = self.told
        seen = said.reason if said.status == "FAIL" else f"{said.status}: {said.reason}"
        return (
            self.defect, self.check, self.healthy or "did not run", str(len(self.rounds)), str(self.caught),
            f"{value:.2f} ({low:.2f} to {high:.2f})", f"{self.seconds:.1f}", " ".join(seen[:150].split()),
        )  # fmt: skip


@dataclass(frozen=True)
class Alarms:
    """What the checks said of the healthy target, run by run: check -> findings."""

    runs: int
    findings: dict[str, tuple[Finding, ...]]
    failures: tuple[str, ...] = ()
    """Why runs gave no result."""

    @property
    def false(self) -> dict[str, int]:
        """Checks that raised an alarm, and in how many runs."""
        counts = {check: sum(f.status in ALARMS for f in found) for check, found in self.findings.items()}
        return {check: count for check, count in counts.items() if count}

    @property
    def undecided(self) -> dict[str, int]:
        """Checks that applied and were left open, and in how many runs."""
        aside = (*DECIDED, *ALARMS, "NOT_APPLICABLE", "SKIPPED")
        counts = {check: sum(f.status not in aside for f in found) for check, found in self.findings.items()}
        return {check: count for check, count in counts.items() if count}

    def sentence(self) -> str:
        """Say how many answers there were and which rate of false alarms they leave possible."""
        decided = sum(f.status in DECIDED or f.status in ALARMS for found in self.findings.values() for f in found)
        raised = sum(self.false.values())
        bound = rate(raised, decided).high if decided else 1.0
        text = f"{self.runs} healthy runs: {raised} false alarms in {decided} answers (with 95 % at most {bound:.2%} of them)"
        return f"{text}; {sum(self.undecided.values())} answers left open; {len(self.failures)} runs without a result"


def terminal(pairs: Sequence[Pair]) -> Table:
    """Return the table for a terminal."""
    table = Table(*HEAD, title="Planted defects", title_justify="left")
    for pair in pairs:
        style = "" if pair.proven else "bold red" if pair.refuted else "bold yellow"
        table.add_row(*(Text(cell, style) for cell in pair.cells()))
    return table


def markdown(pairs: Sequence[Pair], alarms: Alarms | None, about: dict[str, Any]) -> str:
    """Return a page with the table, what it is about, and what the healthy target was said of."""
    lines = ["# Planted defects", "", *(f"- {name}: {value}" for name, value in about.items()), ""]
    if pairs:
        lines += [
            _line(HEAD),
            _line(("---",) * len(HEAD)),
            *(_line(pair.cells()) for pair in pairs),
            "",
            summary(pairs),
        ]
    if alarms is not None:
        lines += ["", "## The healthy target", "", alarms.sentence(), ""]
        lines += [f"- {check}: alarm in {count} runs" for check, count in alarms.false.items()]
        lines += [f"- {check}: open in {count} runs" for check, count in alarms.undecided.items()]
        lines += [f"- a run without a result: {failure}" for failure in alarms.failures]
    return "\n".join(lines).rstrip() + "\n"


def as_json(pairs: Sequence[Pair], alarms: Alarms | None, about: dict[str, Any]) -> str:
    """Return the same as JSON."""
    told = [
        {
            "defect": pair.defect, "check": pair.check, "healthy": pair.healthy, "rounds": len(pair.rounds),
            "caught": pair.caught, "missed": pair.missed, "power": dict(zip(("value", "low", "high"), pair.power, strict=True)),
            "seconds": round(pair.seconds, 2), "proven": pair.proven, "findings": [asdict(one) for one in pair.rounds],
        }
        for pair in pairs
    ]  # fmt: skip
    healthy = alarms and {
        "runs": alarms.runs, "false_alarms": alarms.false, "open": alarms.undecided, "failures": list(alarms.failures),
    }  # fmt: skip
    return json.dumps({**about, "pairs": told, "healthy": healthy}, indent=2) + "\n"


def summary(pairs: Sequence[Pair]) -> str:
    """Say in one sentence how many are proven."""
    proven, refuted = sum(pair.proven for pair in pairs), sum(pair.refuted for pair in pairs)
    rounds, caught = sum(len(pair.rounds) for pair in pairs), sum(pair.caught for pair in pairs)
    left = len(pairs) - proven - refuted
    return f"{proven} of {len(pairs)} defects proven, {refuted} refuted, {left} left open; caught in {caught} of {rounds} rounds"


def exit_code(pairs: Sequence[Pair], alarms: Alarms | None) -> int:
    """Return 1 where a defect was missed or an alarm was false, 3 where the rest is not all proven, else 0."""
    if any(pair.refuted for pair in pairs) or (alarms is not None and alarms.false):
        return 1
    open_runs = alarms is not None and (alarms.failures or alarms.undecided)
    return 3 if open_runs or not all(pair.proven for pair in pairs) else 0


def _line(cells: Sequence[str]) -> str:
    escaped = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"
