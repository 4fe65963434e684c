"""readiness.yaml and the environment: what may be set, every default, every complaint together."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError

from readiness.errors import SettingsError, nearest
from readiness.evidence.source import AnySource, SourceName
from readiness.model import Profile
from readiness.openapi import read_file, unreadable
from readiness.report import Frozen
from readiness.targeting import CAPABILITIES, TargetSpec
from readiness.yaml_file import read_yaml

FILE = "readiness.yaml"
EMBEDDED = Path(__file__).parent / "desk" / FILE


class RunEnvironment(Frozen):
    """The environment variables that change a run."""

    test_database_url: str = ""
    databento_api_key: str = ""
    google_application_credentials: str = ""
    pytest_timeout: float = Field(default=300.0, gt=0, le=86400)
    """Hard deadline of one scenario, in seconds."""
    stress_test_max_users: int = Field(default=50, ge=1, le=10000)
    """Most users that a stress phase simulates."""


class Settings(Frozen):
    """Everything that a readiness.yaml may say."""

    target: TargetSpec
    policy: dict[str, Any] = Field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    profile: Profile = "standard"
    output: str = "readiness-reports"
    scenarios: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Scenario id -> options."""
    reports: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Reporter id -> options."""
    evidence: dict[SourceName, AnySource] = Field(default_factory=dict)
    """Evidence that others made, by a name of its own; see docs/evidence.md."""
    environment: RunEnvironment = RunEnvironment()


def read_environment(variables: Mapping[str, str] = os.environ) -> RunEnvironment:
    """Read the variables of a run; SettingsError names the variable, its value and what would be right."""
    given = {name: variables[name.upper()] for name in RunEnvironment.model_fields if variables.get(name.upper())}
    try:
        environment = RunEnvironment.model_validate(given)
    except ValidationError as error:
        lines = [f"{str(e['loc'][0]).upper()}={e['input']!r}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(lines)) from None
    problems = []
    url = environment.test_database_url
    if url and not url.startswith("duckdb:///"):
        problems.append(f"TEST_DATABASE_URL={url!r}: right would be duckdb:///PATH")
    credentials = environment.google_application_credentials
    if credentials and not Path(credentials).is_file():
        problems.append(f"GOOGLE_APPLICATION_CREDENTIALS={credentials!r}: there is no such file")
    if problems:
        raise SettingsError("\n".join(problems))
    return environment


def find_file(given: str | None, folder: Path) -> Path:
    """Return the settings file: the given one, else readiness.yaml in ``folder``, else that of the embedded desk."""
    if given is not None:
        if not Path(given).is_file():
            raise SettingsError(f"--config {given}: there is no such file")
        return Path(given)
    return folder / FILE if (folder / FILE).is_file() else EMBEDDED


def read_settings(path: Path, *, address: str | None = None, variables: Mapping[str, str] = os.environ) -> Settings:
    """Read a settings file; every complaint in one SettingsError. ``address`` replaces the target by a running one."""
    environment = read_environment(variables)
    try:
        data = read_yaml(path)
    except ValueError as error:
        raise SettingsError(f"{path}: {error}") from None
    if not isinstance(data, dict) or not isinstance(data.get("target"), dict):
        raise SettingsError(f"{path}: must be a mapping with a `target:` section; `readiness init` writes one")
    known = [key for key in Settings.model_fields if key != "environment"]
    unknown = [key for key in data if key not in known]
    if address is not None and (problem := _unreadable(address)):
        raise SettingsError(f"--target: {problem}")
    if address is not None and path == EMBEDDED:
        # The desk's description says nothing about somebody's service: only its address is known.
        home = {"name": "home", "path": "/", "weight": 1}
        data = {"target": {"name": public_address(address), "operations": [home], "grants": ["read", "load"]}}
    made: dict[str, str] = {}
    unset: dict[str, None] = {}
    filled = _interpolate(data, variables, made, unset)
    complaints = [
        f"unknown section {str(key)!r}{nearest(str(key), known)}; known: {', '.join(known)}" for key in unknown
    ]
    complaints += [
        f"${{{name}}} is used, but {name} is not set; ${{{name}:-default}} gives a default" for name in unset
    ]
    if complaints:
        raise SettingsError("\n".join(f"{path}: {complaint}" for complaint in complaints))
    if address is not None:
        filled["target"] = {**filled["target"], "address": address, "start": []}
    filled["environment"] = environment
    try:
        settings = Settings.model_validate(filled)
    except ValidationError as error:
        raise SettingsError("\n".join(_complaint(path, entry) for entry in error.errors())) from None
    if problems := _inconsistent(settings.target):
        raise SettingsError("\n".join(f"{path}: {problem}" for problem in problems))
    return _with_folders(_with_secrets(_with_document(settings, path), made, path), path)


def _with_document(settings: Settings, path: Path) -> Settings:
    """The OpenAPI document lies beside the settings; in a file, it is read at once, to hear of its faults before anything runs."""
    where = settings.target.openapi
    if where is None or where.startswith(("/", "http://", "https://")):
        return settings
    place = f"file:{path.resolve().parent / where.removeprefix('file:')}"
    read_file(place)
    return settings.model_copy(update={"target": settings.target.model_copy(update={"openapi": place})})


def _with_folders(settings: Settings, path: Path) -> Settings:
    """Evidence lies beside the settings, where it does not say otherwise."""
    beside = path.resolve().parent
    placed = {
        name: source.model_copy(update={"folder": str(beside / source.folder)})
        for name, source in settings.evidence.items()
    }
    return settings.model_copy(update={"evidence": placed})


def _with_secrets(settings: Settings, made: Mapping[str, str], path: Path) -> Settings:
    spec = settings.target
    known = {*made.values(), *(i.value for i in spec.identities.values()), *spec.secrets}
    known |= {i.value.rpartition(" ")[2] for i in spec.identities.values()}  # the token without its scheme ("Bearer")
    known |= {part for part in (urlsplit(spec.address).password, urlsplit(spec.address).query) if part}
    known |= {spec.environment[name] for name in spec.secret_settings if name in spec.environment}
    known |= {spelled for dependency in spec.dependencies.values() for spelled in _passwords(dependency.address)}
    directory = spec.directory or ("" if path == EMBEDDED else str(path.resolve().parent))
    changed = spec.model_copy(update={"secrets": tuple(sorted(known - {""})), "directory": directory})
    return settings.model_copy(update={"target": changed})


def _passwords(address: str) -> set[str]:
    """The password of an address, as it stands there and as it is meant; one that the rest holds, too, hides nothing."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return set()
    place = parts.netloc.rpartition("@")[2]
    rest = parts._replace(netloc=f"{parts.username or ''}@{place}").geturl()
    return {word for word in (parts.password, unquote(parts.password or "")) if word and word not in rest}


def public_address(address: str) -> str:
    """Return an address without user, password, query and fragment: what may be printed."""
    parts = urlsplit(address)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _unreadable(address: str) -> str:
    """Why an address cannot be one, or an empty string; an adapter that has a port of another kind says so itself."""
    try:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https"):
            _ = parts.port
    except ValueError as error:
        return f"{error}; right would be one like http://127.0.0.1:8000"
    return ""


_PLACEHOLDER = re.compile(r"\$\{(secret:)?([A-Za-z_][A-Za-z0-9_]*)(?::-((?:[^{}]|\$\{[^{}]*\})*))?\}")


def _interpolate(value: Any, variables: Mapping[str, str], made: dict[str, str], unset: dict[str, None]) -> Any:
    """Replace ``${NAME}``, ``${NAME:-default}`` and ``${secret:NAME}`` (random, one per name and run) in every string.

    Names that are not set and have no default are put into ``unset``.
    """
    if isinstance(value, dict):
        return {key: _interpolate(entry, variables, made, unset) for key, entry in value.items()}
    if isinstance(value, list):
        return [_interpolate(entry, variables, made, unset) for entry in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        secret, name, default = match.groups()
        if secret:
            return made.setdefault(name, secrets.token_hex(16))
        if variables.get(name):
            return variables[name]
        if default is None:
            unset[name] = None
            return ""
        return str(_interpolate(default, variables, made, unset))

    return _PLACEHOLDER.sub(replace, value)


def _complaint(path: Path, entry: Any) -> str:
    place = ".".join(str(part) for part in entry["loc"])
    if entry["type"] == "extra_forbidden":
        if entry["loc"][0] == "evidence":
            return f"{path}: {place}: unknown key"
        known = TargetSpec.model_fields if entry["loc"][0] == "target" else Settings.model_fields
        return f"{path}: {place}: unknown key{nearest(str(entry['loc'][-1]), known)}"
    shown = "" if isinstance(entry["input"], dict | list) else f" (is {entry['input']!r})"
    return f"{path}: {place}: {entry['msg']}{shown}"


def _inconsistent(spec: TargetSpec) -> list[str]:
    """Complaints about names that lead nowhere."""
    problems = []
    if not spec.address and not spec.start:
        problems.append("target: needs an `address` (a running service) or a `start` command")
    if problem := _unreadable(spec.address):
        problems.append(f"target.address: {problem}")
    if problem := unreadable(spec.openapi or "", spec.address, started=bool(spec.start)):
        problems.append(f"target.openapi {spec.openapi!r}: {problem}")
    proxied = spec.dependencies if spec.start and "disrupt" in spec.grants else {}
    problems += [
        f"target.dependencies.{name}: its address must name a host and a port, for a proxy goes before it"
        for name, dependency in proxied.items()
        if dependency.place(1) is None
    ]
    names = [operation.name for operation in spec.operations]
    problems += [f"operation {name!r} is described twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for operation in (*spec.operations, *spec.prepare):
        if operation.identity and operation.identity not in spec.identities:
            hint = nearest(operation.identity, spec.identities)
            problems.append(f"operation {operation.name!r}: unknown identity {operation.identity!r}{hint}")
        if operation.dependency and operation.dependency not in spec.dependencies:
            problems.append(f"operation {operation.name!r}: unknown dependency {operation.dependency!r}")
    for capability, binding in spec.capabilities.items():
        problems += _binding_problems(capability, binding.absent, binding.roles, names)
    return problems


def _binding_problems(capability: str, absent: str | None, roles: Mapping[str, str], names: list[str]) -> list[str]:
    if capability not in CAPABILITIES:
        return [f"capabilities: unknown capability {capability!r}{nearest(capability, CAPABILITIES)}"]
    if absent is not None:
        return [] if absent.strip() else [f"capabilities.{capability}.absent: needs the fact that makes it so"]
    wanted = CAPABILITIES[capability][1]
    problems = [f"capabilities.{capability}: role {role!r} names no operation" for role in wanted if role not in roles]
    problems += [
        f"capabilities.{capability}.{role}: unknown operation {name!r}{nearest(name, names)}"
        for role, name in roles.items()
        if name not in names
    ]
    return problems
