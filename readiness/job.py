"""What a worker process must know to run its part of a run; written once, read by each worker."""

import os
import tempfile
from pathlib import Path
from typing import Any

from pydantic import Field

from readiness.evidence.source import AnySource
from readiness.faults.children import RUN_VARIABLE
from readiness.loader import Catalog, load
from readiness.model import Profile
from readiness.plugins import Workplace
from readiness.report import Frozen
from readiness.settings import RunEnvironment
from readiness.targeting import Adapter, TargetSpec

SCRATCH_MARKER = ".readiness-scratch"


class Job(Frozen):
    """One run, as its workers see it. Holds secrets: it lies in the scratch folder, readable by its owner only."""

    run: str
    folder: str
    output: str = ""
    """Where reports go; empty for the run's own folder."""
    scratch: str
    spec: TargetSpec
    plugins: tuple[str, ...] = ()
    profile: Profile = "standard"
    seed: int = 0
    environment: RunEnvironment = RunEnvironment()
    scenario_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    check_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    reporter_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    check_scenarios: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, AnySource] = Field(default_factory=dict)
    """What others made and the run takes in."""
    handle: dict[str, Any] | None = None
    """How to attach to the shared instance."""
    values: dict[str, Any] = Field(default_factory=dict)
    """What the preparation of the shared instance saved."""

    @property
    def recordings(self) -> Path:
        """Where recordings lie."""
        return Path(self.folder) / "recordings"

    @property
    def address(self) -> str:
        """Where the shared instance answers: the described address, or the port that it was started on."""
        port = (self.handle or {}).get("port")
        return f"http://127.0.0.1:{port}" if port and self.spec.start else self.spec.address

    def catalog(self) -> Catalog:
        """Load the plugins of this run."""
        return load(Path(folder) for folder in self.plugins)

    def workplace(self, name: str, *, proxied: bool) -> Workplace:
        """A folder of its own for one instance of the target."""
        folder = Path(self.scratch) / name
        folder.mkdir(parents=True, exist_ok=True)
        return Workplace(str(folder), self.seed, proxied, part_of(self.run, name))

    def adapter(self, catalog: Catalog, name: str, *, proxied: bool) -> Adapter:
        """Make the adapter of the target; it is not open yet."""
        kind = catalog.target_for(self.spec.address, started=bool(self.spec.start))
        return kind(self.spec, self.workplace(name, proxied=proxied))


def part_of(run: str, part: str) -> str:
    """The mark of one part of a run; ending the run's mark ends every part's."""
    return f"{run}.{part}"


def marked_environment(run: str, part: str) -> dict[str, str]:
    """Our environment with the mark of one part of a run."""
    return {**os.environ, RUN_VARIABLE: part_of(run, part)}


def new_scratch() -> Path:
    """Make a private folder that the watchdog may remove."""
    folder = Path(tempfile.mkdtemp(prefix="readiness-"))
    (folder / SCRATCH_MARKER).touch()
    return folder


def write_job(job: Job) -> Path:
    """Write the job where only its owner can read it; return its path."""
    path = Path(job.scratch) / "job.json"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(job.model_dump_json())
    return path


def read_job(path: Path) -> Job:
    """Read a job."""
    return Job.model_validate_json(path.read_text())
