"""Settings: DESK_* variables over a YAML file over defaults, typed, with all errors reported together."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from readiness.desk.advisor import Limits
from readiness.desk.calendar import FIRST_DAY, LAST_DAY
from readiness.desk.defects import active

PREFIX = "DESK_"
SECRET_LENGTH = 16
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


class SettingsError(Exception):
    """Everything that is wrong with the settings, one line each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """The effective settings of one process."""

    host: str
    port: int
    database: Path
    data: Path
    vendor_url: str
    vendor_key: str = field(repr=False)
    vendor_timeout: float
    trader_key: str = field(repr=False)
    admin_key: str = field(repr=False)
    pool_size: int
    clock: datetime | None
    log_level: str
    stop_seconds: float
    orders_per_second: int
    strategy_executions: int
    limits: Limits

    def secrets(self) -> tuple[str, ...]:
        """Values that must never reach a log line or a reply."""
        return self.vendor_key, self.trader_key, self.admin_key

    def masked(self) -> dict[str, object]:
        """The settings as an administrator may see them."""
        shown: dict[str, object] = {}
        for variable in VARIABLES:
            value = getattr(self, variable.name)
            shown[variable.name] = "********" if variable.secret else _plain(value)
        shown["limits"] = {limit.name: _plain(getattr(self.limits, limit.name)) for limit in fields(self.limits)}
        return shown


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting: how its text is read, what would be right, and its default (None: it is required)."""

    name: str
    read: Callable[[str], object]
    right: str
    default: str | None = None
    secret: bool = False

    @property
    def environment(self) -> str:
        """The name of the environment variable."""
        return PREFIX + self.name.upper()


def load(environment: Mapping[str, str], file: Path | None = None) -> Settings:
    """Read and check everything; raises SettingsError with all problems at once."""
    problems: list[str] = []
    given = _read_file(file, problems)
    limits = _read_limits(given.pop("limits", None), problems)
    texts = {name: str(value) for name, value in given.items() if value is not None}
    texts |= {name.removeprefix(PREFIX).lower(): text for name, text in environment.items() if name.startswith(PREFIX)}
    problems.extend(_unknown(texts))
    values: dict[str, Any] = {}
    for variable in VARIABLES:
        try:
            values[variable.name] = _value(variable, texts.get(variable.name))
        except ValueError as error:
            problems.append(str(error))
    if "trader_key" in values and values["trader_key"] == values.get("admin_key"):
        problems.append("DESK_ADMIN_KEY and DESK_TRADER_KEY are the same; right would be: two distinct keys")
    if problems:
        raise SettingsError(problems)
    return Settings(**values, limits=limits)


def _value(variable: Variable, text: str | None) -> object:
    """The typed value of one variable, or ValueError naming variable, value and what would be right."""
    name = variable.environment
    if text is None or (variable.secret and not text):
        if active("default-secret") and name == "DESK_TRADER_KEY":
            return "changeme"
        if active("unvalidated-config") and name == "DESK_ADMIN_KEY":
            return "admin-admin-admin"
        if variable.default is None:
            raise ValueError(f"{name} is missing; right would be: {variable.right}")
        return variable.read(variable.default)
    try:
        return variable.read(text)
    except (ValueError, OverflowError):
        if active("unvalidated-config") and name == "DESK_POOL_SIZE":
            return variable.read(variable.default or "")
        shown = "(not shown)" if variable.secret else repr(text)
        raise ValueError(f"{name} = {shown} is not valid; right would be: {variable.right}") from None


def _unknown(texts: Mapping[str, str]) -> Iterator[str]:
    if active("unknown-key"):
        return
    known = {variable.name for variable in VARIABLES}
    for name in sorted(texts.keys() - known):
        nearest = get_close_matches(name, known, n=1)
        hint = f"{PREFIX}{nearest[0].upper()}" if nearest else "one of " + ", ".join(v.environment for v in VARIABLES)
        yield f"{PREFIX}{name.upper()} is not a setting; right would be: {hint}"


def _read_file(file: Path | None, problems: list[str]) -> dict[str, Any]:
    if file is None:
        return {}
    import yaml  # only a desk with a file pays for the import

    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problems.append(f"--config {str(file)!r} cannot be read ({type(error).__name__}); right would be: a YAML file")
        return {}
    if content is None:
        return {}
    if not isinstance(content, dict):
        problems.append(f"--config {str(file)!r} holds a {type(content).__name__}; right would be: a mapping")
        return {}
    return {str(name): value for name, value in content.items()}


def _read_limits(given: object, problems: list[str]) -> Limits:
    """The wheel's limits: the file's over the defaults that the advisor declares."""
    defaults = Limits()
    if given is None:
        return defaults
    if not isinstance(given, dict):
        problems.append(f"limits = {given!r} is not valid; right would be: a mapping of names to numbers")
        return defaults
    changed: dict[str, Any] = {}
    for name, value in given.items():
        default = getattr(defaults, name, None) if name in {limit.name for limit in fields(defaults)} else None
        if default is None:
            problems.append(f"limits.{name} is not a limit; right would be: " + _limit_names(defaults))
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1e9:
            problems.append(f"limits.{name} = {value!r} is not valid; right would be: a number like {default}")
        else:
            changed[name] = type(default)(str(value))
    return Limits(**changed)


def _limit_names(limits: Limits) -> str:
    return "one of " + ", ".join(limit.name for limit in fields(limits))


def _plain(value: object) -> object:
    return value if isinstance(value, int | float | None) else str(value)


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = int(text)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _number(low: float, high: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        number = float(text)
        if not low <= number <= high:
            raise ValueError
        return number

    return read


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError
    return text


def _path(text: str) -> Path:
    """A path, or the path of a URL, with three slashes or four; relative paths are taken as they stand."""
    path = re.sub("^duckdb:/+", "/", _text(text))
    return Path(path).absolute()


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError
    return text.rstrip("/")


def _key(text: str) -> str:
    if len(text) < SECRET_LENGTH or not text.isascii() or not text.isprintable():
        raise ValueError
    return text


def _instant(text: str) -> datetime | None:
    if text == "system":
        return None
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not FIRST_DAY < instant.date() < LAST_DAY:
        raise ValueError
    return instant


def _level(text: str) -> str:
    if text.upper() not in LOG_LEVELS:
        raise ValueError
    return text.upper()


_A_KEY = f"a secret of at least {SECRET_LENGTH} printable ASCII characters"

VARIABLES = (
    Variable("host", _text, "an address to listen on, like 127.0.0.1", "127.0.0.1"),
    Variable("port", _whole(0, 65535), "a port from 0 (any free one) to 65535", "8080"),
    Variable("database", _path, "a path or duckdb:///path", "./desk-data/desk.duckdb"),
    Variable("data", _path, "a directory for backups, archive and reports", "./desk-data"),
    Variable("vendor_url", _url, "the vendor's address, like http://127.0.0.1:9000"),
    Variable("vendor_key", _text, "the key for the vendor", secret=True),
    Variable("vendor_timeout", _number(0.05, 10), "seconds from 0.05 to 10", "1.0"),
    Variable("trader_key", _key, _A_KEY, secret=True),
    Variable("admin_key", _key, _A_KEY, secret=True),
    Variable("pool_size", _whole(1, 64), "a whole number from 1 to 64", "8"),
    Variable(
        "clock", _instant, f"'system' or an ISO 8601 instant with offset, from {FIRST_DAY} to {LAST_DAY}", "system"
    ),
    Variable("log_level", _level, "one of " + ", ".join(LOG_LEVELS), "INFO"),
    Variable("stop_seconds", _number(0, 300), "seconds from 0 to 300", "10"),
    Variable("strategy_executions", _whole(1, 1_000_000), "a whole number of orders of one program, from 1", "25"),
    Variable("orders_per_second", _whole(1, 10_000), "a whole number of orders of one account, 1 to 10000", "500"),
)
