"""A run as it lies on disk: what was planned, how it went. All that judging it again needs, and no secret.

``plan.json`` is written before anything runs, ``run.json`` when everything has; a gate that was killed leaves only the
first, and the journal tells how far it came.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, Field, TypeAdapter, ValidationError

from readiness.errors import UsageError
from readiness.evidence.source import AnySource, stored
from readiness.loader import Catalog
from readiness.measure.recorder import MASK, SECRET_LENGTH
from readiness.model import Outcome, Profile, Skipped
from readiness.plan import Plan, check_options
from readiness.policy import Policy
from readiness.report import AnyOutcome, Frozen, Scope
from readiness.settings import RunEnvironment, Settings
from readiness.targeting import TargetSpec

PLAN, RUN, JOURNAL = "plan.json", "run.json", "journal.jsonl"

_SETTLED: TypeAdapter[dict[str, Outcome]] = TypeAdapter(dict[str, AnyOutcome])


def _is_moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Moment = Annotated[str, AfterValidator(_is_moment)]
Part = TypeVar("Part", bound=Frozen)


class Planned(Frozen):
    """plan.json: what was to run, and on what machine."""

    run: str
    started: Moment
    target: str
    checks: tuple[str, ...]
    scenarios: tuple[str, ...]
    profile: Profile
    seed: int
    plugins: tuple[str, ...]
    scope: Scope
    scenario_options: dict[str, dict[str, Any]]
    reporter_options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    settled: dict[str, AnyOutcome]
    """Checks that were decided without running anything."""
    evidence: dict[str, AnySource] = Field(default_factory=dict)
    """What others made and the run took in."""
    words: tuple[str, ...] = ()
    """With what arguments the target was named; see :class:`~readiness.plan.Plan`."""
    policy: Policy
    environment: RunEnvironment
    machine: dict[str, Any]
    """The environment as the report shows it."""


class Ending(Frozen):
    """How one scenario ended."""

    status: Literal["finished", "crashed", "timed out", "not run"]
    reason: str = ""
    seconds: float = 0.0


class Ended(Frozen):
    """run.json: how it went. With the recordings and a policy it decides every byte of a report."""

    timestamp: Moment
    """When the run ended (UTC); waivers are held against this day."""
    seconds: float
    interrupted: bool
    scenarios: dict[str, Ending] = Field(default_factory=dict)
    durations: dict[str, float] = Field(default_factory=dict)
    """Seconds that each check took when it judged first."""


def write(folder: Path, name: str, part: Frozen) -> None:
    """Write plan.json or run.json as a whole or not at all."""
    partial = folder / f".{name}.partial"
    partial.write_text(json.dumps(part.model_dump(mode="json"), indent=1))
    partial.replace(folder / name)


def read_plan(folder: Path) -> Planned:
    """Read what was planned; UsageError where the folder is no run."""
    if not (folder / PLAN).is_file():
        raise UsageError(f"{folder}: is not a run (it has no {PLAN})")
    return read(folder / PLAN, Planned)


def read(path: Path, kind: type[Part]) -> Part:
    """Read a part of a run; UsageError where it is damaged, or what another version wrote."""
    try:
        return kind.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "as a whole"
        raise UsageError(
            f"{path}: damaged, or written by another version of readiness ({place}: {first['msg']})"
        ) from None


def read_end(folder: Path, planned: Planned, lost: str = "") -> Ended:
    """Read how it went. Without run.json the gate was killed, and the run counts as interrupted.

    It ended when the gate was ``lost``; where nobody saw that, with the last entry of the journal.
    """
    if (folder / RUN).is_file():
        return read(folder / RUN, Ended)
    entries = list(_journal(folder))
    last = lost or (entries[-1]["at"] if entries else planned.started)
    seconds = (datetime.fromisoformat(last) - datetime.fromisoformat(planned.started)).total_seconds()
    finished = {
        entry["scenario"]: Ending(status=entry["status"], reason=entry["reason"], seconds=entry["seconds"])
        for entry in entries
        if entry["event"] == "ScenarioFinished"
    }
    timestamp = datetime.fromisoformat(last).astimezone(UTC).isoformat(timespec="seconds")
    return Ended(timestamp=timestamp, seconds=max(0.0, seconds), interrupted=True, scenarios=finished)


def plan_again(planned: Planned, catalog: Catalog, policy: Policy) -> Plan:
    """Return the plan of a stored run under a policy and the catalogue of today.

    What was selected stays selected; in a run of everything, checks that are new since then count too: as unknown, where
    their scenario did not run.
    """
    known = [catalog.checks[id] for id in planned.checks if id in catalog.checks]
    new = [] if planned.scope.partial else [c for id, c in catalog.checks.items() if id not in planned.checks]
    checks = (*known, *new)
    settled: dict[str, Outcome] = {
        id: outcome for id, outcome in planned.settled.items() if not isinstance(outcome, Skipped)
    }
    settled |= {id: Skipped(rule.skip) for id, rule in policy.checks.items() if rule.skip}
    return Plan(
        checks=checks,
        scenarios=tuple(catalog.scenarios[id] for id in planned.scenarios if id in catalog.scenarios),
        settled={check.id: settled[check.id] for check in checks if check.id in settled},
        scenario_options=planned.scenario_options,
        check_options=check_options(catalog, policy),
        reporter_options=planned.reporter_options,
        profile=planned.profile,
        scope=planned.scope,
        settings=Settings(
            target=TargetSpec(name=planned.target, address="stored"), environment=planned.environment
        ),
        policy=policy,
        catalog=catalog,
        evidence=planned.evidence,
        words=planned.words,
    )  # fmt: skip


def planned_of(plan: Plan, *, run: str, seed: int, plugins: tuple[str, ...], machine: dict[str, Any]) -> Planned:
    """Return what plan.json says of a plan that begins now; options may hold a secret, which judging again does not need."""
    planned = Planned(
        run=run,
        started=datetime.now(UTC).isoformat(),
        target=plan.settings.target.name,
        checks=tuple(check.id for check in plan.checks),
        scenarios=tuple(scenario.id for scenario in plan.scenarios),
        profile=plan.profile,
        seed=seed,
        plugins=plugins,
        scope=plan.scope,
        scenario_options=dict(plan.scenario_options),
        reporter_options=dict(plan.reporter_options),
        settled=_SETTLED.validate_python(dict(plan.settled)),
        evidence={name: stored(source) for name, source in plan.evidence.items()},
        words=plan.words,
        policy=plan.policy,
        environment=plan.settings.environment.model_copy(update={"databento_api_key": ""}),
        machine=machine,
    )
    return redacted(planned, plan.settings.target.secrets)


def redacted(part: Part, secrets: Iterable[str]) -> Part:
    """Return a report or a part of a run with every secret masked, wherever it may have slipped in."""
    text = part.model_dump_json()
    masked = text
    for secret in secrets:
        if len(secret) >= SECRET_LENGTH:
            # As this JSON spells it, and as another would: with every letter beyond ASCII escaped.
            for spelled in (json.dumps(secret, ensure_ascii=False), json.dumps(secret)):
                masked = masked.replace(spelled[1:-1], MASK)
    return part if masked == text else type(part).model_validate_json(masked)


def _journal(folder: Path) -> Iterator[dict[str, Any]]:
    if not (folder / JOURNAL).is_file():
        return
    for line in (folder / JOURNAL).read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            return  # the gate died while it wrote this line
        if not isinstance(entry, dict) or not {"event", "at"} <= entry.keys():
            return  # nothing that a gate wrote
        yield entry
