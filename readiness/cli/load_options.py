"""What the arguments of `readiness load` mean; everything that is wrong with them is said at once."""

import argparse
import json
import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from readiness.cli.load_arguments import DEFAULT_USERS, EXECUTORS
from readiness.errors import UsageError, nearest
from readiness.load.client import ClientOptions
from readiness.load.constant_arrival_rate import ConstantArrivalRate
from readiness.load.constant_vus import ConstantVus
from readiness.load.executor import Executor
from readiness.load.expect import Condition, Header, Json, Schema, Size, Status, Text
from readiness.load.journeys import Call, Calls, Script
from readiness.load.origin import Origin, parse_origin
from readiness.load.per_vu_iterations import PerVuIterations
from readiness.load.protocols import METHODS, missing_library
from readiness.load.ramping_arrival_rate import RampingArrivalRate
from readiness.load.ramping_vus import RampingVus
from readiness.load.session import Load
from readiness.load.shared_iterations import SharedIterations
from readiness.load.thresholds import Threshold, parse_threshold
from readiness.load.user import Journey

SPOKEN = {"ws": "SEND", "wss": "SEND", "grpc": "CALL", "grpcs": "CALL"}
"""Scheme -> the method of its calls; where the scheme is HTTP's, --method says."""
UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
GRACE = 30.0
"""Seconds after the schedule's end for what is under way; one more than a call's timeout where that is longer."""


@dataclass(frozen=True)
class Asked:
    """A load that can be run."""

    url: str
    load: Load
    thresholds: tuple[Threshold, ...]
    out: str
    json: str
    quiet: bool
    workers: int = 1
    """Processes of this machine that share the load."""
    scheduler: str = ""
    """Address of the Dask scheduler whose workers share the load; "" for this machine alone."""


def understand(asked: argparse.Namespace) -> Asked:
    """Return the load; UsageError with everything that is wrong."""
    wrong: list[str] = []
    origin, path = _attempt(wrong, lambda: _place(asked.url, verify=not asked.insecure)) or (None, "/")
    executor = _attempt(wrong, lambda: _executor(asked))
    if executor is not None:
        wrong += executor.validate()
    thresholds = [_attempt(wrong, parse_threshold, text) for text in asked.threshold]
    conditions = [_attempt(wrong, parse_check, text) for text in asked.check]
    timeout = _attempt(wrong, parse_seconds, asked.timeout)
    journey = _attempt(wrong, lambda: _journey(asked, path, [c for c in conditions if c]))
    wrong += [*_protocol_problems(asked), *_journey_problems(asked, path), *_client_problems(asked, timeout)]
    wrong += [] if asked.workers >= 1 else [f"--workers {asked.workers}; at least 1"]
    wrong += ["--workers and --machines: right would be one of them"] if asked.workers > 1 and asked.scheduler else []
    wrong += [
        f"{name}: the folder of {file} does not exist"
        for name, file in (("--out", asked.out), ("--json", asked.json))
        if file and not Path(file).parent.is_dir()
    ]
    if wrong or origin is None or executor is None or journey is None or timeout is None:
        raise UsageError("\n".join(["readiness load:", *(f"  {problem}" for problem in wrong)]))
    client = ClientOptions(
        connections=asked.connections,
        compressed=asked.compressed,
        redirects=asked.redirects,
        cookies=asked.cookies,
        http2=asked.http2,
    )
    load = Load(origin, _patient(executor, timeout), journey, client, timeout, asked.seed)
    return Asked(asked.url, load, tuple(t for t in thresholds if t), asked.out, asked.json, asked.quiet,
                 asked.workers, asked.scheduler)  # fmt: skip


def _protocol_problems(asked: argparse.Namespace) -> list[str]:
    """What the protocol of the calls lacks, and which arguments it does not know."""
    method = SPOKEN.get(asked.url.partition("://")[0], asked.method.upper())
    if method not in METHODS:
        return [missing_library("HTTP/2")] if asked.http2 and missing_library("HTTP/2") else []
    protocol = METHODS[method]
    given = {
        "--method": asked.method and asked.method.upper() != method,
        "--http2": asked.http2,
        "--redirects": asked.redirects,
        "--cookies": asked.cookies,
        "--compressed": asked.compressed,
        "--insecure": asked.insecure and method == "CALL",
    }
    wrong = [f"{name}: {protocol} knows no such thing" for name, said in given.items() if said]
    if method == "CALL" and not asked.journey and len(asked.url.partition("://")[2].split("/")) != 3:
        wrong.append(f"{asked.url}: right would be grpc://host:port/package.Service/Method")
    return [*wrong, *filter(None, [missing_library(protocol)])]


def _journey_problems(asked: argparse.Namespace, path: str) -> list[str]:
    """Which arguments would be without effect, as a journey says itself what it sends and expects."""
    if not asked.journey:
        return []
    given = {
        "--method": asked.method,
        "--header": asked.header,
        "--body": asked.body is not None,
        "--json-body": asked.json_body is not None,
        "--expect-status": asked.expect_status,
        "--check": asked.check,
    }
    wrong = [f"{name}: with --journey, the journey itself says it" for name, said in given.items() if said]
    if path != "/":
        wrong.append(
            f"{asked.url}: with --journey, right would be an address without a path: the journey names its paths"
        )
    return wrong


def _client_problems(asked: argparse.Namespace, timeout: float | None) -> list[str]:
    """What no client could do."""
    wrong = [] if timeout is None or timeout > 0 else [f"--timeout {asked.timeout}; must be above 0"]
    wrong += [] if asked.connections >= 0 else [f"--connections {asked.connections}; 0 or more"]
    wrong += [] if asked.redirects >= 0 else [f"--redirects {asked.redirects}; 0 or more"]
    if asked.cookies and asked.connections > 0:
        wrong.append("--cookies and --connections: users who share connections would share one user's cookies")
    return wrong


def parse_seconds(text: str) -> float:
    """Parse 500ms, 10s, 2m, 1h, or plain seconds."""
    number = text.rstrip("msh")
    try:
        seconds = float(number) * UNITS[text[len(number) :] or "s"]
    except (ValueError, KeyError):
        seconds = math.nan
    if not math.isfinite(seconds):
        raise ValueError(f"time {text!r}: right would be 500ms, 10s, 2m or 1h")
    return seconds


def parse_check(text: str) -> Condition:
    """Parse a condition on the answer."""
    kind, colon, rest = text.partition(":")
    if text.startswith("size") and text[4:5] in ("<", ">") and text[5:].isdigit():
        return Size(most=int(text[5:]) - 1) if text[4] == "<" else Size(least=int(text[5:]) + 1)
    match kind if colon else "":
        case "json":
            path, equals, value = rest.partition("==")
            return Json(path, _json(value)) if equals else Json(path)
        case "text":
            return Text(rest)
        case "header":
            name, _, part = rest.partition("=")
            return Header(name, part)
        case "schema":
            return _schema(text, Path(rest))
    raise ValueError(
        f"check {text!r}: right would be json:a.b==1, text:word, header:name=part, size<1000 or schema:FILE"
    )


def _schema(text: str, file: Path) -> Schema:
    try:
        return Schema(json.loads(file.read_text()))
    except ValueError as error:
        raise ValueError(f"check {text!r}: {error}") from None


def _attempt(wrong: list[str], function: Any, *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except (ValueError, OSError) as error:
        wrong.append(str(error))
        return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text  # a bare word stands for itself


def _place(url: str, *, verify: bool) -> tuple[Origin, str]:
    scheme, separator, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    if "?" in authority:
        authority, _, query = authority.partition("?")
        slash, path = "/", f"?{query}"
    return parse_origin(f"{scheme}{separator}{authority}", verify=verify), f"{slash or '/'}{path.partition('#')[0]}"


def _executor(asked: argparse.Namespace) -> Executor:
    name = asked.executor or _fitting(asked)
    seconds, users = parse_seconds(asked.duration), DEFAULT_USERS if asked.users is None else asked.users
    stages = _stages(asked.stages) if asked.stages else ()
    most = {} if asked.users is None else {"max_users": asked.users}
    match name:
        case "constant_vus":
            return ConstantVus(users, seconds)
        case "ramping_vus":
            return RampingVus(stages, start_users=asked.users or 0)
        case "shared_iterations":
            return SharedIterations(users, users if asked.iterations is None else asked.iterations)
        case "per_vu_iterations":
            return PerVuIterations(users, 1 if asked.iterations is None else asked.iterations)
        case "constant_arrival_rate":
            return ConstantArrivalRate(asked.rate or 0.0, seconds, **most)
        case "ramping_arrival_rate":
            return RampingArrivalRate(stages, start_rate=asked.rate or 0.0, **most)
    raise ValueError(f"--executor: unknown {name!r}{nearest(name, EXECUTORS)}; one of {', '.join(EXECUTORS)}")


def _patient(executor: Executor, timeout: float) -> Executor:
    """Let every call end by its own timeout before what is under way is cut off."""
    if isinstance(executor, ConstantVus | RampingVus | ConstantArrivalRate | RampingArrivalRate):
        return replace(executor, graceful_stop=max(GRACE, timeout + 1.0))
    return executor


def _fitting(asked: argparse.Namespace) -> str:
    other = "--stages" if asked.stages else "" if asked.rate is None else "--rate"
    if other and asked.iterations is not None:
        raise ValueError(f"{other} and --iterations: right would be one of them")
    if asked.stages:
        return "ramping_vus" if asked.rate is None else "ramping_arrival_rate"
    if asked.iterations is not None:
        return "shared_iterations"
    return "constant_vus" if asked.rate is None else "constant_arrival_rate"


def _stages(text: str) -> tuple[tuple[float, float], ...]:
    try:
        pairs = [part.split(":") for part in text.split(",")]
        return tuple((parse_seconds(time), float(level)) for time, level in pairs)
    except ValueError:
        raise ValueError(f"--stages {text!r}: right would be 10s:50,20s:100") from None


def _journey(asked: argparse.Namespace, path: str, conditions: list[Condition]) -> Journey:
    if asked.journey:
        return _loaded(asked.journey)
    expect: tuple[Condition, ...] = (Status(frozenset(asked.expect_status)), *conditions)
    headers = dict(_header(text) for text in asked.header)
    body = _body(asked)
    if asked.json_body is not None:
        headers.setdefault("Content-Type", "application/json")
    method = SPOKEN.get(asked.url.partition("://")[0]) or asked.method.upper() or ("POST" if body else "GET")
    name = f"{method} {path.partition('?')[0]}"

    return Calls((Call(method, path, name, headers, body, expect),))


def _body(asked: argparse.Namespace) -> bytes:
    if asked.json_body is not None:
        json.loads(asked.json_body)
        return str(asked.json_body).encode()
    text: str = asked.body or ""
    return Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise ValueError(f"--header {text!r}: right would be 'Name: value'")
    return name.strip(), value.strip()


def _loaded(text: str) -> Journey:
    try:
        return Script.read(text)
    except ValueError as error:
        raise ValueError(f"--{error}") from None
