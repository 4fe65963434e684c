"""readiness self-test: plant every described defect, see its check turn red, and the healthy target stay clean.

Each round is a run of only the scenarios that the check needs, without report files. Rounds whose scenario runs alone (load
above all) are alone on the machine here, too; the others go side by side in ``--jobs`` lanes.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from readiness.cli.run import prepare, with_mutant
from readiness.cli.self_test_kept import Kept, version_of
from readiness.cli.self_test_round import Round
from readiness.cli.self_test_table import Alarms, Finding, Pair, as_json, exit_code, markdown, summary, terminal
from readiness.errors import UsageError
from readiness.loader import Catalog
from readiness.settings import Settings, find_file
from readiness.targeting import Mutant

ROUND_SECONDS = 900.0
"""A round that takes longer is ended and gave no result."""
GRACE_SECONDS = 30.0
"""What a round gets to clean up after itself."""
WRITERS: dict[str, Callable[..., str]] = {".md": markdown, ".json": as_json}

Answer = dict[str, Any]


def command(asked: argparse.Namespace) -> int:
    """Print the table of defects; 0 only if every one is caught in every round and the healthy target is clean."""
    settings, catalog = prepare(asked)
    mutants = _chosen(asked, settings, catalog)
    folder = Path(asked.runs) if asked.runs else None
    kept = Kept(folder, version_of(catalog, find_file(asked.config, Path.cwd())))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="readiness-self-test-") as scratch:
        test = SelfTest(asked, catalog, kept, folder or Path(scratch), partial(console.print, markup=False))
        pairs, alarms = asyncio.run(test.run(mutants))
    about = {
        "target": settings.target.name,
        "profile": asked.profile or settings.profile,
        "checks": catalog.version,
        "seconds": round(time.monotonic() - begin, 1),
    }
    if pairs:
        console.print(terminal(pairs))
        console.print(summary(pairs))
    if alarms is not None:
        _print_alarms(alarms, console)
    for file in asked.output:
        Path(file).write_text(WRITERS[Path(file).suffix](pairs, alarms, about))
    return 130 if test.stopped else exit_code(pairs, alarms)


def _chosen(asked: argparse.Namespace, settings: Settings, catalog: Catalog) -> list[Mutant]:
    """Return the defects that are meant; UsageError for what cannot be."""
    mutants = settings.target.mutants
    if not mutants and not asked.healthy:
        raise UsageError(
            "the target describes no `mutants`; see `readiness explain` of the check that they should break"
        )
    for name in asked.names:
        with_mutant(settings, name)
    for option, number in (("--rounds", asked.rounds), ("--jobs", asked.jobs)):
        if number < 1:
            raise UsageError(f"{option} {number}; at least 1")
    if asked.healthy is not None and asked.healthy < 1:
        raise UsageError(f"--healthy {asked.healthy}; at least 1")
    for file in asked.output:
        if Path(file).suffix not in WRITERS or not Path(file).parent.is_dir():
            raise UsageError(f"--output {file}: right would be a file in a folder that exists, .md or .json")
    chosen = [mutant for mutant in mutants if not asked.names or mutant.name in asked.names]
    for mutant in chosen:
        catalog.check(mutant.check)
    return chosen


def _print_alarms(alarms: Alarms, console: Console) -> None:
    console.print(alarms.sentence())
    for check, count in alarms.false.items():
        first = next(f for f in alarms.findings[check] if f.status in ("FAIL", "ERROR"))
        console.print(f"  {check}: alarm in {count} of {alarms.runs} runs: {first.reason[:200]}", markup=False)
    for check, count in alarms.undecided.items():
        console.print(f"  {check}: left open in {count} of {alarms.runs} runs", markup=False)
    for failure in alarms.failures:
        console.print(f"  a run without a result: {failure[:300]}", markup=False)


@dataclass
class SelfTest:
    """The rounds of one call, and how far they are."""

    asked: argparse.Namespace
    catalog: Catalog
    kept: Kept
    folder: Path
    say: Callable[[str], None]
    answers: dict[Round, Answer] = field(default_factory=dict)
    stopped: bool = False
    _children: set[asyncio.subprocess.Process] = field(default_factory=set)
    _planned: int = 0
    _fresh: int = 0
    _begin: float = 0.0

    async def run(self, mutants: Sequence[Mutant]) -> tuple[list[Pair], Alarms | None]:
        """Run what is asked for: the healthy target so many times, or every defect in every round."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self.stop)
        checks = tuple(sorted({mutant.check for mutant in mutants}))
        if self.asked.healthy:
            only = checks if self.asked.names else ()
            runs = [self._round("", only, number) for number in range(1, self.asked.healthy + 1)]
            await self._run_all((), runs)
            return [], _alarms([self.answers[one] for one in runs if one in self.answers])
        healthy = self._round("", checks, 1)
        rounds = {
            mutant.name: [self._round(mutant.name, (mutant.check,), n) for n in range(1, self.asked.rounds + 1)]
            for mutant in mutants
        }
        every = [one for of_all in zip(*rounds.values(), strict=True) for one in of_all]  # each defect once, then again
        alone = [one for one in every if self._alone(one)]
        await self._run_all([one for one in every if one not in alone], [healthy, *alone])
        clean = self.answers.get(healthy, {})
        return [
            self._pair(mutant, rounds[mutant.name], clean) for mutant in mutants if self._ran(rounds[mutant.name])
        ], None

    def stop(self) -> None:
        """Begin no further round, and end those that run; what is through is shown."""
        self.stopped = True
        for child in self._children:
            with suppress(ProcessLookupError):
                child.terminate()

    async def _run_all(self, beside: Sequence[Round], alone: Sequence[Round]) -> None:
        self._planned, self._begin = len(beside) + len(alone), time.monotonic()
        await _in_lanes((self._one(asked) for asked in beside), self.asked.jobs)
        await _in_lanes((self._one(asked) for asked in alone), 1)

    async def _one(self, asked: Round) -> None:
        """Run a round, or take it from an earlier call."""
        if self.stopped:
            return
        answer = self.kept.find(asked)
        if answer is None:
            begin = time.monotonic()
            answer = await self._graded(asked)
            if self.stopped and "failure" in answer:
                return
            answer["seconds"] = round(time.monotonic() - begin, 2)
            self._fresh += 1
            self.kept.keep(asked, answer)
        self.answers[asked] = answer
        self.say(self._line(asked, answer))

    async def _graded(self, asked: Round) -> Answer:
        """Run a round in a process of its own."""
        output = self.folder / (asked.defect or "healthy") / str(asked.number)
        spec = json.dumps({"round": asdict(asked), "output": str(output)})
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "readiness.cli.self_test_round", spec,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self._children.add(child)
        try:
            async with asyncio.timeout(ROUND_SECONDS):
                out, err = await child.communicate()
        except TimeoutError:
            return {"failure": f"not through after {ROUND_SECONDS:g} s"}
        finally:
            self._children.discard(child)
            await _ended(child)
        try:
            answer: Answer = json.loads(out)
        except ValueError:
            said = err.decode(errors="replace").strip()[-300:]
            return {"failure": f"ended with {child.returncode}: {said or 'without a word'}"}
        return answer

    def _line(self, asked: Round, answer: Answer) -> str:
        done, passed = len(self.answers), time.monotonic() - self._begin
        if "failure" in answer:
            said = f"no result: {' '.join(answer['failure'].split())[:200]}"
        elif asked.defect:
            said = f"{asked.checks[0]} {answer['results'].get(asked.checks[0], ['absent'])[0]}"
        else:
            alarms = [check for check, (status, _) in answer["results"].items() if status in ("FAIL", "ERROR")]
            said = f"{answer['verdict']}, {len(answer['results'])} answers, alarms: {', '.join(alarms) or 'none'}"
        left = self._planned - done
        rest = f", about {passed / self._fresh * left:.0f} s left" if self._fresh and left else ""
        return f"{done:3}/{self._planned} {asked.defect or 'healthy'} {asked.number}: {said} ({answer['seconds']:.1f} s{rest})"

    def _round(self, defect: str, checks: tuple[str, ...], number: int) -> Round:
        asked = self.asked
        return Round(defect, checks, number, asked.config, asked.target, tuple(asked.plugins), asked.profile)

    def _alone(self, asked: Round) -> bool:
        return self.catalog.scenarios[self.catalog.checks[asked.checks[0]].needs].alone

    def _ran(self, rounds: Iterable[Round]) -> bool:
        return any(one in self.answers for one in rounds)

    def _pair(self, mutant: Mutant, rounds: Sequence[Round], clean: Answer) -> Pair:
        found = tuple(_finding(self.answers[one], mutant.check) for one in rounds if one in self.answers)
        return Pair(mutant.name, mutant.check, clean.get("results", {}).get(mutant.check, [""])[0], found)


async def _in_lanes(work: Iterable[Coroutine[Any, Any, None]], lanes: int) -> None:
    waiting = list(work)[::-1]

    async def lane() -> None:
        while waiting:
            await waiting.pop()

    await asyncio.gather(*(lane() for _ in range(lanes)))


async def _ended(child: asyncio.subprocess.Process) -> None:
    """See that a process is gone: asked to end, then made to."""
    for end in (child.terminate, child.kill):
        if child.returncode is not None:
            return
        with suppress(ProcessLookupError):
            end()
        with suppress(TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await child.wait()


def _finding(answer: Answer, check: str) -> Finding:
    status, reason = answer.get("results", {}).get(check, ("NO RESULT", answer.get("failure", "the check did not run")))
    return Finding(status, reason, answer["seconds"])


def _alarms(answers: Sequence[Answer]) -> Alarms:
    checks = sorted({check for answer in answers for check in answer.get("results", {})})
    findings = {
        check: tuple(_finding(answer, check) for answer in answers if "failure" not in answer) for check in checks
    }
    return Alarms(len(answers), findings, tuple(answer["failure"] for answer in answers if "failure" in answer))
