"""@check @scenario @reporter @target: decorators only mark; the loader collects what they return."""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, ParamSpec, Protocol, TypeVar, cast

from readiness.errors import PluginError, nearest
from readiness.model import CATEGORIES, EFFECTS, PROFILES, SEVERITIES, Category, Effect, Outcome, Profile, Severity
from readiness.report import Remediation
from readiness.targeting import CAPABILITIES, Adapter, TargetSpec

P = ParamSpec("P")
R = TypeVar("R", bound=Outcome)

AROUND_SECONDS = 120.0
"""What a scenario that lasts for a while has beyond that, to begin and to end: a load of 300 s has 420 s (seed requirement)."""
Files = str | Mapping[str, str]


@dataclass(frozen=True)
class Check(Generic[P]):
    """Judges one recording; calling it calls the function, so a test needs no engine."""

    run: Callable[P, Outcome]
    category: Category
    severity: Severity
    needs: str
    capabilities: tuple[str, ...]
    weight: float | None
    remediation: Remediation | None
    source: str
    kind: Literal["check"] = "check"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Outcome:
        return self.run(*args, **kwargs)

    @property
    def id(self) -> str:
        """The name of its file."""
        return _id_of(self.run)


@dataclass(frozen=True)
class Scenario(Generic[P]):
    """Drives or inspects the target and records."""

    run: Callable[P, Awaitable[None]]
    suite: str
    effect: Effect
    capabilities: tuple[str, ...]
    profiles: Mapping[Profile, Mapping[str, Any]]
    deadline: float
    least: Profile
    """The shortest profile that runs it."""
    alone: bool
    """Nothing runs beside it, and the machine is watched, because what it records depends on the machine's time."""
    first: bool
    """It runs before the others: what they leave behind in the target would change what it records."""
    lasts: str
    """The option that says how many seconds it goes on for; empty where none does."""
    source: str
    kind: Literal["scenario"] = "scenario"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Awaitable[None]:
        return self.run(*args, **kwargs)

    @property
    def id(self) -> str:
        """The name of its file."""
        return _id_of(self.run)

    def options(self, profile: Profile) -> dict[str, Any]:
        """The options of a profile: the defaults of the signature, changed where the profile says so."""
        return {**options_of(self.run), **self.profiles.get(profile, {})}

    def seconds_allowed(self, options: Mapping[str, Any], most: float) -> float:
        """Its own deadline or ``most``, the run's, whichever is shorter; never less than it lasts by its options and two minutes."""
        lasting = options[self.lasts] + AROUND_SECONDS if self.lasts else 0.0
        return float(max(lasting, min(self.deadline or most, most)))


@dataclass(frozen=True)
class Reporter(Generic[P]):
    """Writes a finished report: a text for the terminal, or file name -> content."""

    run: Callable[P, Files]
    terminal: bool
    source: str
    kind: Literal["reporter"] = "reporter"

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Files:
        return self.run(*args, **kwargs)

    @property
    def id(self) -> str:
        """The name of its file."""
        return _id_of(self.run)


class AdapterFactory(Protocol):
    """A class that reaches targets of one scheme."""

    __module__: str

    def __call__(self, spec: TargetSpec, workplace: "Workplace") -> Adapter: ...


@dataclass(frozen=True)
class Workplace:
    """Where an adapter may write, and how it starts children that the watchdog will find."""

    folder: str
    seed: int = 0
    proxied: bool = False
    mark: str = ""
    """Marks every child as belonging to this part of the run."""


@dataclass(frozen=True)
class TargetKind:
    """An adapter for some schemes of address."""

    run: AdapterFactory
    schemes: tuple[str, ...]
    source: str
    kind: Literal["target"] = "target"

    def __call__(self, spec: TargetSpec, workplace: Workplace) -> Adapter:
        return self.run(spec, workplace)

    @property
    def id(self) -> str:
        """The first of its schemes."""
        return self.schemes[0]


Plugin = Check[...] | Scenario[...] | Reporter[...] | TargetKind


def check(
    *,
    category: Category,
    severity: Severity,
    needs: str,
    capabilities: tuple[str, ...] = (),
    weight: float | None = None,
    fix: str = "",
    effort: Literal["minutes", "hours", "days"] = "hours",
) -> Callable[[Callable[P, R]], Check[P]]:
    """Mark a pure function of one recording as a check.

    ``needs`` is the scenario whose recording it judges; ``capabilities`` are needed beyond those of the scenario; ``weight``
    (>= 0) replaces the severity's weight; ``fix`` says what to do when it fails. Keyword-only parameters are its options.
    """
    _known("category", category, CATEGORIES)
    _known("severity", severity, SEVERITIES)
    _capabilities(capabilities)
    if weight is not None and weight < 0:
        raise PluginError(f"weight {weight} must not be negative")
    remedy = Remediation(text=fix, effort=effort) if fix else None

    def mark(run: Callable[P, R]) -> Check[P]:
        _options_only(run, positional=1)
        return Check(run, category, severity, needs, capabilities, weight, remedy, _source(run))

    return mark


def scenario(
    *,
    suite: str,
    effect: Effect,
    capabilities: tuple[str, ...] = (),
    quick: Mapping[str, Any] | None = None,
    full: Mapping[str, Any] | None = None,
    deadline: float = 0.0,
    least: Profile = "quick",
    alone: bool = False,
    first: bool = False,
    lasts: str = "",
) -> Callable[[Callable[P, Awaitable[None]]], Scenario[P]]:
    """Mark an async function of (target, recorder) as a scenario.

    ``quick`` and ``full`` change its options in those profiles. ``deadline`` in seconds; 0 takes the run's; where the option
    named ``lasts`` says for how many seconds it goes on, it always has those and two minutes. An effect of `disrupt` gets an
    instance of the target of its own. `load` runs alone before all others, and what says ``alone`` because it takes times,
    after them: the machine is watched meanwhile, and where it was unfit, performance and scalability stay undecided. What is
    ``first`` runs before others of its kind, which would leave traces in the target that it records. A shorter profile than
    ``least`` leaves it and its checks out, unless one of them is asked for by name.
    """
    _known("least", least, PROFILES)
    _known("effect", effect, EFFECTS)
    _capabilities(capabilities)

    def mark(run: Callable[P, Awaitable[None]]) -> Scenario[P]:
        if not inspect.iscoroutinefunction(run):
            raise PluginError(f"scenario {run.__name__!r} must be an async function")
        _options_only(run, positional=2)
        profiles: dict[Profile, Mapping[str, Any]] = {"quick": quick or {}, "full": full or {}}
        for options in profiles.values():
            for name in options:
                _known(f"option of {run.__name__}", name, options_of(run))
        if lasts:
            _known(f"lasts of {run.__name__}", lasts, options_of(run))
        timed = alone or effect == "load"
        return Scenario(run, suite, effect, capabilities, profiles, deadline, least, timed, first, lasts, _source(run))

    return mark


def reporter(*, terminal: bool = False) -> Callable[[Callable[P, Files]], Reporter[P]]:
    """Mark a pure function of a report as a reporter; one for the ``terminal`` returns the text to print."""

    def mark(run: Callable[P, Files]) -> Reporter[P]:
        _options_only(run, positional=1)
        return Reporter(run, terminal, _source(run))

    return mark


def target(*, schemes: tuple[str, ...]) -> Callable[[type], TargetKind]:
    """Mark a class as the adapter for addresses of some schemes (the part before the first colon)."""

    def mark(run: type) -> TargetKind:
        return TargetKind(cast(AdapterFactory, run), schemes, inspect.getsourcefile(run) or "")

    return mark


def options_of(function: Callable[..., Any]) -> dict[str, Any]:
    """The options of a plugin: its keyword-only parameters with their defaults."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY}


def apply_options(
    plugin: "Check[...] | Scenario[...] | Reporter[...]", base: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the options with ``given`` set over ``base``, and every complaint about them."""
    result, complaints = dict(base), []
    for name, value in given.items():
        if name not in base:
            may = ", ".join(base) or "nothing"
            complaints.append(f"{plugin.id}: unknown option {name!r}{nearest(name, base)}; may be set: {may}")
        elif not _fits(value, base[name]):
            complaints.append(f"{plugin.id}: {name} is {value!r}; right would be a {_word_for(base[name])}")
        else:
            result[name] = type(base[name])(value) if isinstance(base[name], float | tuple) else value
    return result, complaints


def _fits(value: object, default: object) -> bool:
    if isinstance(default, bool) or isinstance(value, bool):
        return type(value) is type(default)
    if isinstance(default, float):
        return isinstance(value, int | float)
    if isinstance(default, tuple):  # a list is what a file can hold
        return isinstance(value, list | tuple) and all(_fits(one, default[0]) for one in value if default)
    return isinstance(value, type(default))


def _word_for(default: object) -> str:
    return "list" if isinstance(default, tuple) else type(default).__name__


def _options_only(run: Callable[..., Any], positional: int) -> None:
    parameters = list(inspect.signature(run).parameters.values())
    plain = [p for p in parameters if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    options = [p for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
    if len(plain) != positional or len(plain) + len(options) != len(parameters):
        raise PluginError(f"{run.__name__!r} must take {positional} positional argument(s), then keyword-only options")
    if missing := [p.name for p in options if p.default is inspect.Parameter.empty]:
        raise PluginError(f"{run.__name__!r}: option {missing[0]!r} needs a default")


def _known(what: str, value: str, known: Any) -> None:
    if value not in known:
        raise PluginError(f"unknown {what} {value!r}{nearest(value, known)}; known: {', '.join(known)}")


def _capabilities(names: tuple[str, ...]) -> None:
    for name in names:
        _known("capability", name, CAPABILITIES)


def _source(run: Callable[..., Any]) -> str:
    return inspect.getsourcefile(run) or ""


def _id_of(run: Callable[..., Any]) -> str:
    return run.__module__.rpartition(".")[2]
