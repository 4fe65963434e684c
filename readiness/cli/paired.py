"""readiness compare --candidate CMD --baseline CMD: both versions measured in turn, and whether the candidate got worse."""

import argparse
import asyncio
import math
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from readiness.cli.run import prepare
from readiness.errors import UsageError
from readiness.measure.pairs import FIRST_LOOK, LEAST_ERROR_DIFFERENCE, Conclusion, Design, Difference
from readiness.paired import PairedResult, as_json, compare_versions

CODES: dict[Conclusion, int] = {"no regression": 0, "regression": 1, "undecided": 3}
PLAIN_WIDTH = 80
SECONDS, UNTIL_DECIDED_SECONDS, LONGEST_SECONDS = 20.0, 600.0, 3600.0
CALLS_PER_BLOCK = 20  # fewer, and a 95th percentile is the maximum
NAMES = {
    "latency_median": "Latency, median",
    "latency_p95": "Latency, p95",
    "cpu_per_call": "CPU per call",
    "error_rate": "Error rate",
}
WORSE_BETTER = {"cpu_per_call": ("dearer", "cheaper"), "error_rate": ("more errors", "fewer errors")}


def command(asked: argparse.Namespace) -> int:
    """Compare, print, and return 0 (no regression), 1 (regression) or 3 (undecided)."""
    if not asked.candidate or not asked.baseline:
        raise UsageError("--candidate and --baseline belong together: each is the command that starts one version")
    if asked.format == "markdown":
        raise UsageError("--format markdown: is for stored runs; right would be table or json")
    design = design_of(asked)
    settings, catalog = prepare(asked)
    now = datetime.now(UTC)
    folder = Path(asked.output or settings.output) / f"{now:%Y%m%dT%H%M%S}-paired-{os.urandom(3).hex()}"
    commands = {"baseline": asked.baseline, "candidate": asked.candidate}
    with Console(stderr=True).status("starting both versions") as status:
        result = asyncio.run(
            compare_versions(
                settings, catalog, commands, design, folder,
                lambda done, most: status.update(f"{done} of at most {most} rounds"),
            )
        )  # fmt: skip
    if asked.format == "json":
        print(as_json(result))
    else:
        show(result, Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH))
    sys.stderr.write(f"Recordings: {folder}\n")
    return CODES[result.conclusion]


def design_of(asked: argparse.Namespace) -> Design:
    """Read the design from the arguments; UsageError says what would be right."""
    default = Design()
    rate = default.rate if asked.rate is None else asked.rate
    if not 1 <= rate <= 10_000:
        raise UsageError(f"--rate {rate:g}: must be from 1 to 10000 calls per second")
    if not 0.01 <= asked.min_effect <= 10:
        raise UsageError(f"--min-effect {asked.min_effect:g}: must be from 0.01 (one percent) to 10")
    seconds = UNTIL_DECIDED_SECONDS if asked.until_decided else SECONDS
    if asked.seconds is not None:
        seconds = asked.seconds
    if seconds > LONGEST_SECONDS:
        raise UsageError(f"--seconds {seconds:g}: must be at most {LONGEST_SECONDS:g}")
    block_seconds = max(default.block_seconds, CALLS_PER_BLOCK / rate)
    quads = int(seconds / (4 * block_seconds) + 1e-9)
    if quads < FIRST_LOOK:
        least = FIRST_LOOK * 4 * block_seconds
        raise UsageError(f"--seconds {seconds:g}: too short to decide anything at {rate:g} calls/s; at least {least:g}")
    return Design(rate=rate, block_seconds=block_seconds, quads=quads, min_effect=asked.min_effect, seed=asked.seed)


def show(result: PairedResult, console: Console) -> None:
    """Print the table, what is still undecided and why, and the conclusion."""
    table = Table("Metric", "Baseline", "Candidate", "Candidate / baseline", "Verdict", box=None, pad_edge=False)
    for found in result.differences:
        cells = (_amount(found, found.baseline), _amount(found, found.candidate), _effect(found), _word(found))
        table.add_row(NAMES[found.metric], *cells)
    console.print(table)
    for found in result.differences:
        if found.verdict == "undecided":
            missing = f"; about {found.more_blocks} more blocks would decide" if found.more_blocks else ""
            console.print(f"Undecided: {NAMES[found.metric]}: {found.reason}{missing}")
    console.print(f"\n{result.conclusion.upper()}: {_method(result)}")
    for caveat in result.caveats:
        console.print(f"Note: {caveat}")


def _method(result: PairedResult) -> str:
    design = result.design
    calls = 4 * result.quads * round(design.rate * design.block_seconds)
    return (
        f"{calls} calls at {design.rate:g}/s in {4 * result.quads} blocks of {design.block_seconds:g} s, "
        f"the versions in turn. Differences below {design.min_effect:.0%} (error rate: {LEAST_ERROR_DIFFERENCE:.0%} "
        "of all calls) do not count. All intervals hold together with 95 %."
    )


def _amount(found: Difference, value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value * 1000:.3g} ms" if found.unit == "s" else f"{value:.2%}"


def _effect(found: Difference) -> str:
    if math.isnan(found.value):
        return "not measured"
    if found.kind == "difference":
        return f"{found.value * 100:+.2f} pp ({found.low * 100:+.2f} to {found.high * 100:+.2f})"
    return f"{found.value:.3f} ({found.low:.3f} to {found.high:.3f})"


def _word(found: Difference) -> str:
    worse, better = WORSE_BETTER.get(found.metric, ("slower", "faster"))
    return {"worse": worse, "better": better, "same": "no difference", "undecided": "undecided"}[found.verdict]
