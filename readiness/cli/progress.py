"""Live progress on standard error: the running scenarios with phase and remaining time; plain lines where nobody looks."""

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from readiness import events
from readiness.plan import Plan

MARKS = {"finished": ("✓", "green"), "crashed": ("✗", "red"), "timed out": ("✗", "red")}


def _inert(text: str) -> str:
    """What a target said can neither move the cursor nor be taken for a command by the runner of GitHub Actions."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain.replace("##[", "##\u200b[").replace("::", ":\u200b:")


class Progress:
    """Shows events as they happen."""

    def __init__(self, plan: Plan, *, interactive: bool) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._begin = time.monotonic()
        self._running: dict[str, tuple[str, float, float]] = {}
        self._total, self._done = len(plan.scenarios) + len(plan.evidence), 0
        self._stage = "starting the target"
        self._live = (
            Live(console=self._console, transient=True, refresh_per_second=4, get_renderable=self._table)
            if interactive
            else None
        )

    def __enter__(self) -> "Progress":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, event: events.Event) -> None:
        """Take an event in."""
        match event:
            case events.RunStarted():
                self._line(
                    f"{event.scope} {event.checks} checks, {len(event.scenarios)} scenarios. Run {event.run}", "bold"
                )
            case events.TargetStarted():
                self._line(f"target {event.address} answers after {event.seconds:.1f} s")
                self._stage = ""
            case events.ScenarioStarted():
                self._running[event.scenario] = ("starting", time.monotonic(), 0.0)
            case events.PhaseStarted():
                self._running[event.scenario] = (event.phase, time.monotonic(), event.seconds)
            case events.ScenarioFinished():
                self._finished(event)
            case events.ReporterFailed():
                self._line(f"reporter {event.reporter} broke: {event.reason}", "red")
            case _:
                pass

    def _finished(self, event: events.ScenarioFinished) -> None:
        self._running.pop(event.scenario, None)
        self._done += 1
        if self._done == self._total:
            self._stage = "judging"
        mark, style = MARKS[event.status]
        reason = f": {event.reason.splitlines()[-1]}" if event.reason else ""
        line = f"{mark} {event.suite}/{event.scenario} {event.status} after {event.seconds:.1f} s{reason}"
        self._line(line, style if event.status != "finished" else "")

    def _line(self, text: str, style: str = "") -> None:
        self._console.print(Text(_inert(text), style=style), soft_wrap=True)

    def _table(self) -> Table:
        now = time.monotonic()
        table = Table.grid(padding=(0, 2))
        table.add_row(
            Text(f"{self._done}/{self._total} scenarios, {now - self._begin:.0f} s", style="bold"), self._stage, ""
        )
        for scenario, (phase, since, seconds) in self._running.items():
            left = f"{max(0.0, since + seconds - now):.0f} s left" if seconds else f"{now - since:.0f} s"
            table.add_row(f"  {scenario}", Text(phase), left)
        return table
