"""What a running instance tells about itself: its version, its metrics under random requests, its processes and its files.

Nothing is written and nothing provoked but paths that do not exist. What is seen of environments and files is recorded
by name, never by content.
"""

import os
import re
import stat
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import psutil

from readiness import Operation, Recorder, Reply, Target, read_exposition, scenario

DEVELOPMENT_WORDS = {
    "a development server (Flask, Werkzeug)": r"This is a development server",
    "a development server (Django)": r"Starting development server at",
    "a debugger (Werkzeug)": r"Debugger is active!",
    "a reloader (uvicorn, Flask)": r"(?i)started reloader process|Restarting with (stat|watchdog)",
    "debug mode (Gin)": r'Running in "debug" mode',
    "a development environment (ASP.NET)": r"Hosting environment: Development",
    "a development environment (Rails)": r"Rails [\d.]+ application starting in development",
}
"""What frameworks themselves write when they start in a mode that is not meant for production."""
DEVELOPMENT_COMMANDS = re.compile(
    r"(?<!\S)(--reload|--debug|manage\.py runserver|nodemon|webpack-dev-server|vite dev|next dev)(?!\S)"
)
DEVELOPMENT_SETTINGS = {
    "FLASK_DEBUG": ("1", "true"), "DJANGO_DEBUG": ("1", "true"), "FLASK_ENV": ("development",),
    "NODE_ENV": ("development",), "RAILS_ENV": ("development",), "ASPNETCORE_ENVIRONMENT": ("development",),
    "GIN_MODE": ("debug",), "APP_DEBUG": ("1", "true"),
}  # fmt: skip
VERSION_KEY = re.compile(r"(?i)^(version|release|commit|revision|build|git_?sha|image_?tag)(_?(id|hash|number|sha))?$")
BUILD_SERIES = re.compile(r"^[a-zA-Z0-9_:]*(build|target|app|application|service)_info\{")
FOREIGN_BUILDS = ("python_info", "go_info", "jvm_info", "nodejs_version_info")
SECRET_SHORTEST = 8
READ_MOST = 4_000_000


@scenario(
    suite="production_readiness",
    effect="read",
    capabilities=("http",),
    quick={"paths": 50, "ids": 50},
    full={"paths": 500, "ids": 500},
)
async def running_instance(
    target: Target, recorder: Recorder, *, paths: int = 100, ids: int = 100, warm: int = 5
) -> None:
    """``paths`` that do not exist and ``ids`` that nobody has, after ``warm`` of each, between two scrapes."""
    recorder.phase("version")
    recorder.fact("version", await _version(target))
    if "shown_settings" in target.spec.capabilities and target.spec.capabilities["shown_settings"].roles:
        recorder.fact("settings", await _settings(target))
    if target.spec.metrics is not None:
        recorder.phase("metrics")
        recorder.fact("resources", await _resources(target))
        recorder.fact("cardinality", await _cardinality(target, paths, ids, warm))
    if target.adapter.process is not None:
        recorder.phase("processes")
        recorder.fact("development", _development(target))
        recorder.fact("files", _files(target))


# --- what it says


async def _scrape(target: Target) -> dict[str, float]:
    reply = await target.get(target.spec.metrics or "")
    return read_exposition(reply.text).series if reply.status == 200 else {}


async def _version(target: Target) -> dict[str, Any]:
    """Where a version is told: in a health answer, or in a series that is there to tell it."""
    health = [path for path in (target.spec.health.ready, target.spec.health.live) if path]
    replies = {path: await target.get(path) for path in (*health, "/version", "/info")}
    found = {path: told for path, reply in replies.items() if (told := _version_in(reply))}
    series = await _scrape(target) if target.spec.metrics else {}
    builds = [name[:200] for name in series if BUILD_SERIES.match(name) and not name.startswith(FOREIGN_BUILDS)]
    asked = [path for path, reply in replies.items() if reply.status]
    return {"asked": asked, "found": found, "series": builds, "scraped": bool(series)}


def _version_in(reply: Reply) -> dict[str, str]:
    """The keys of a good answer that name a version, with what they hold."""
    told = reply.json() if 200 <= reply.status < 300 or reply.status == 503 else None
    return {key: text[:100] for key, text in _texts(told) if VERSION_KEY.match(key)}


def _texts(value: Any, key: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, str(name))
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield key, str(value)


async def _settings(target: Target) -> dict[str, Any]:
    """Which of the variables that it is given are named, with or without the prefix, and whose secrets are shown."""
    operation = target.spec.operation("shown_settings.show")
    reply = await target.call(operation)
    text, prefix = reply.text.lower(), (target.spec.settings_prefix or "").lower()
    names = {name: name.lower().removeprefix(prefix) in text for name in target.spec.environment}
    hidden = [f"the value of {name}" for name in target.spec.secret_settings
              if len(value := target.spec.environment.get(name, "")) >= SECRET_SHORTEST and value in reply.text]  # fmt: skip
    return {
        "operation": operation.name, "status": reply.status, "error": reply.error, "secrets": hidden,
        "named": [name for name, there in names.items() if there],
        "missing": [name for name, there in names.items() if not there],
    }  # fmt: skip


# --- its metrics


async def _resources(target: Target) -> dict[str, Any]:
    """The series without labels that tell of the process, and what the system says of it at the same time."""
    series = await _scrape(target)
    told = {name: value for name, value in series.items() if "{" not in name and not name.endswith("_created")}
    names = sorted({name.partition("{")[0] for name in series})
    return {"names": names, "told": told, "seen": _seen(target)}


def _seen(target: Target) -> list[dict[str, Any]]:
    """Memory and descriptors of each of its processes."""
    found = []
    for process in _processes(target):
        try:
            found.append({"pid": process.pid, "rss": process.memory_info().rss, "descriptors": process.num_fds()})
        except psutil.Error:
            continue
    return found


async def _cardinality(target: Target, paths: int, ids: int, warm: int) -> dict[str, Any]:
    operation = _with_id(target)
    for _ in range(warm):
        await _random(target, None)
        await _random(target, operation)
    before = await _scrape(target)
    for _ in range(paths):
        await _random(target, None)
    for _ in range(ids if operation else 0):
        await _random(target, operation)
    after = await _scrape(target)
    grown = Counter(name.partition("{")[0] for name in after if name not in before)
    return {
        "before": len(before), "after": len(after), "paths": paths, "ids": ids if operation else 0,
        "operation": operation.name if operation else "", "grown": dict(grown.most_common(10)),
        "example": next((name[:200] for name in after if name not in before), ""),
    }  # fmt: skip


def _with_id(target: Target) -> Operation | None:
    """The first described read whose path holds a value."""
    for one in target.spec.operations:
        path = one.path.partition("?")[0]
        if one.method == "GET" and one.effect == "read" and not one.dependency and "{" in path:
            return one
    return None


async def _random(target: Target, operation: Operation | None) -> None:
    word = uuid.uuid4().hex
    if operation is None:
        await target.get(f"/no-such-{word}")
        return
    path = re.sub(r"\{[^}]*\}", word, operation.path)
    await target.send(target.request(operation.model_copy(update={"path": path})))


# --- its processes and files


def _processes(target: Target) -> list[psutil.Process]:
    found: dict[int, psutil.Process] = {}
    for pid in target.process.pids():
        try:
            root = psutil.Process(pid)
            found |= {one.pid: one for one in (root, *root.children(recursive=True))}
        except psutil.Error:
            continue
    return list(found.values())


def _development(target: Target) -> dict[str, Any]:
    """Signs of a mode that is not meant for production, in commands, environments and the log."""
    signs, looked = [], 0
    for process in _processes(target):
        try:
            command, variables = " ".join(process.cmdline()), process.environ()
        except psutil.Error:
            continue
        looked += 1
        signs += [f"the option {one}" for one in DEVELOPMENT_COMMANDS.findall(command)]
        signs += [
            f"{name}={variables[name]}" for name, bad in DEVELOPMENT_SETTINGS.items() if _is(variables, name, bad)
        ]
    log = target.process.logs()
    signs += [f"its log tells of {what}" for what, words in DEVELOPMENT_WORDS.items() if re.search(words, log)]
    return {"processes": looked, "log_characters": len(log), "signs": sorted(set(signs))}


def _is(variables: Mapping[str, str], name: str, bad: tuple[str, ...]) -> bool:
    """Whether it is set so, and not only inherited from us."""
    return variables.get(name, "").strip().lower() in bad and variables[name] != os.environ.get(name)


def _files(target: Target) -> dict[str, Any]:
    """Who may do what with the files of its data folder and those that it holds open for writing."""
    handle = target.adapter.handle()
    folder = Path(handle["log"]).parent
    ours = {Path(handle["log"]), *folder.glob("*.log"), *folder.glob("*.pid")}
    paths = {path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()}
    for process in _processes(target):
        try:
            paths |= {Path(one.path) for one in process.open_files() if one.mode not in ("r", "rt")}
        except psutil.Error:
            continue
    secrets = [value for value in target.spec.secrets if len(value) >= SECRET_SHORTEST]
    rows = [row for path in sorted(paths - ours) if (row := _file(path, folder, secrets))]
    return {"umask": _umask(), "files": rows[:200], "count": len(rows)}


def _file(path: Path, folder: Path, secrets: list[str]) -> dict[str, Any] | None:
    try:
        known = path.stat()
        if not stat.S_ISREG(known.st_mode) or known.st_uid != os.getuid():
            return None
        data = path.read_bytes() if known.st_size <= READ_MOST else b""
    except OSError:
        return None
    name = str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
    return {"name": name, "mode": stat.S_IMODE(known.st_mode), "secret": any(s.encode() in data for s in secrets)}


def _umask() -> int:
    """What every process that we start begins with."""
    ours = os.umask(0o077)
    os.umask(ours)
    return ours
