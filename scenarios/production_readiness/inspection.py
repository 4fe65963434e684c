"""What an outsider sees: who is let in, what errors tell, which headers, metrics and logs the service leaves behind.

Every described operation is called as described, anonymously, with a wrong key and as the least powerful identity, and
one for each identity with the credentials that products ship with; errors are provoked with made-up personal data;
metrics are read before and after a known number of requests; at the end the logs are read. Values are chosen so that a
call that is wrongly let in does no harm. A secret is recorded by its name, never by its value.
"""

import asyncio
import json
import os
import time
import uuid
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from readiness import Operation, Recorder, Reply, Request, Target, TargetError, read_exposition, scenario

BAD_VALUE = "no-such'value"
REQUEST_ID = "X-Request-ID"
UNGUARDED = "unknown path"
DEFAULT_PAIRS = ("admin:admin", "admin:password", "admin:", "root:root", "user:user", "test:test", "guest:guest")
DEFAULT_KEYS = ("admin", "changeme", "default", "password", "secret", "test")
"""What products ship with and scanners try first (OWASP WSTG-ATHN-02); few enough that no lock falls for them."""
ALPHABETS = ("abcdef", "ghijklmnopqrstuvwxyz", "ABCDEF", "GHIJKLMNOPQRSTUVWXYZ", "0123456789")
OTHER = str.maketrans("".join(ALPHABETS), "".join(one[1:] + one[0] for one in ALPHABETS))
"""Every letter and digit becomes another of its kind, so that hexadecimal digits stay hexadecimal."""
LOG_NAMES = {
    "time": ("time", "timestamp", "ts", "@timestamp", "asctime"),
    "level": ("level", "severity", "levelname", "lvl", "log.level"),
    "message": ("message", "msg", "event"),
}
"""The names that structlog, logrus, zap, ECS and the standard library use."""

Replies = list[tuple[str, Reply]]


@scenario(
    suite="production_readiness",
    effect="write",
    capabilities=("http",),
    quick={"known": 20, "failing": 5},
    full={"known": 100},
)
async def inspection(
    target: Target, recorder: Recorder, *, known: int = 20, failing: int = 5, largest_body: int = 4000, lowest: str = ""
) -> None:
    """``known`` and ``failing`` requests between two scrapes; ``lowest`` has the least power ("" finds it)."""
    secrets = _secrets(target)
    values = await _harmless(target)
    replies: Replies = []
    recorder.phase("access")
    recorder.fact("access", await _access(target, values, lowest, replies))
    tries, anonymous = await _default_credentials(target, values)
    recorder.fact("default_credentials", tries)
    recorder.fact("anonymous_reads", anonymous)
    recorder.phase("errors")
    personal = {
        "an e-mail address": f"{uuid.uuid4().hex}@example.com",
        "a card number": f"4{uuid.uuid4().int % 10**15:015}",
    }
    nowhere = (UNGUARDED, await target.get(f"/no-such-path-{uuid.uuid4().hex[:8]}"))
    paths: dict[str, str] = {}
    closed = await _provoke(target, _guarded(target), values, personal, paths)
    provoked = [nowhere, *await _provoke(target, _unguarded(target), values, personal, paths)]
    headers = [_headers(what, reply, guarded=True) for what, reply in (*replies, *closed) if not reply.error]
    headers += [_headers(what, reply, guarded=False) for what, reply in provoked if not reply.error]
    provoked += closed
    replies += provoked
    recorder.fact(
        "errors", [_told(what, paths.get(what, ""), reply, largest_body, secrets) for what, reply in provoked]
    )
    recorder.fact("headers", headers)
    own = [operation for operation in target.spec.operations if not operation.dependency]
    recorder.fact("described", len(own))
    recorder.phase("metrics")
    recorder.fact("metrics", await _metrics(target, values, known, failing))
    recorder.phase("logs")
    canary = f"canary-{uuid.uuid4().hex}"
    reply = await _plain(target, values, {REQUEST_ID: canary})
    logs = await _logs(target, canary)
    returned = reply.headers.get(REQUEST_ID.lower())
    in_logs = canary in logs if logs else None
    recorder.fact("request_id", {"status": reply.status, "returned": returned == canary, "in_logs": in_logs})
    recorder.fact("logs", None if logs is None else _log_lines(logs, secrets))
    recorder.fact("secrets", _leaks(secrets, logs, [*replies, ("request", reply)]))
    sent = sum(what.endswith(("malformed JSON", "wrong types")) for what, _ in provoked)
    shown = {what: logs.count(value) for what, value in personal.items() if value in logs} if logs is not None else None
    taking = sum(operation.body is not None for operation in own)
    recorder.fact("personal_data", {"sent": sent, "shown": shown, "taking": taking})
    recorder.fact("credentials_file", _credentials_file(target))


async def _harmless(target: Target) -> dict[str, Any]:
    """Values for every placeholder; with them a call that is let in changes nothing that others rely on."""
    values: dict[str, Any] = {
        "date": "2025-06-10", "start": "2025-06-10", "end": "2025-06-10", "rows": 10,
        "name": "inspection", "cash": "1.00", "amount": "0.01", "notional": "2.50", "rate": "0.05", "seconds": 0,
        "contract": "U251219P00032000", "side": "buy", "quantity": 1, "fault": "none",
        "now": "2025-06-11T14:30:00+00:00",
    }  # fmt: skip
    if "clock" in target.spec.capabilities and target.spec.capabilities["clock"].roles:
        told = (await target.call("clock.session")).json()
        if isinstance(told, dict) and isinstance(told.get("now"), str):
            values["now"] = told["now"]  # setting the clock to what it shows moves it by milliseconds
    return values


def _once(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "key": uuid.uuid4().hex, "unique": uuid.uuid4().hex}


def _guarded(target: Target) -> list[Operation]:
    return [o for o in target.spec.operations if o.identity and not o.dependency]


def _unguarded(target: Target) -> list[Operation]:
    """Operations that everybody may call; nobody refuses there what disturbs others, so that is left out."""
    return [o for o in target.spec.operations if not o.identity and not o.dependency and o.effect in ("read", "write")]


async def _access(target: Target, values: Mapping[str, Any], lowest: str, replies: Replies) -> dict[str, Any]:
    guarded = _guarded(target)
    counts = Counter(operation.identity for operation in guarded)
    lowest = lowest or str(max(counts, key=lambda name: counts[name], default=""))
    rows = []
    for operation in guarded:
        own = await target.call(operation, **_once(values)) if operation.effect == "read" else None
        anonymous = await target.call(operation, identity=None, **_once(values))
        wrong = await target.send(_with_wrong_key(target, operation, values))
        lower = None
        if operation.identity != lowest:
            lower = await target.call(operation, identity=lowest, **_once(values))
        tried = {"own": own, "anonymous": anonymous, "wrong key": wrong, "lower": lower}
        replies += [(f"{operation.name} ({who})", reply) for who, reply in tried.items() if reply is not None]
        statuses = {who: None if reply is None else reply.status for who, reply in tried.items()}
        rows.append({"operation": operation.name, "identity": operation.identity, **statuses})
    return {"lowest": lowest, "public": list(target.spec.public), "operations": rows}


async def _default_credentials(
    target: Target, values: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """For each identity: call a read that is refused anonymously with what products ship with; and the anonymous calls."""
    tries: dict[str, list[dict[str, Any]]] = {}
    anonymous = []
    for operation in _guarded(target):
        name = operation.identity or ""
        if operation.effect != "read" or name in tries:
            continue
        first = await target.call(operation, identity=None, **_once(values))
        anonymous.append({"operation": operation.name, "identity": name, "status": first.status, "error": first.error})
        if first.status not in (401, 403):
            continue
        tries[name] = []
        for shown, header, value in _defaults(target.spec.identities[name].header, target.spec.identities[name].value):
            reply = await target.call(operation, identity=None, headers={header: value}, **_once(values))
            told = {"credentials": shown, "status": reply.status, "error": reply.error}
            tries[name].append({"operation": operation.name, **told})
    return [one for own in tries.values() for one in own], anonymous


def _defaults(header: str, described: str) -> list[tuple[str, str, str]]:
    """What to show, the header and its value; keys in the header and the form that callers use."""
    pairs = [(f"Basic {pair}", "Authorization", f"Basic {b64encode(pair.encode()).decode()}") for pair in DEFAULT_PAIRS]
    scheme, blank, _ = described.rpartition(" ")
    forms = [(f"{header}: {scheme}{blank}{key}", header, f"{scheme}{blank}{key}") for key in DEFAULT_KEYS]
    keys = [] if scheme.lower() == "basic" else forms
    return [one for one in (*pairs, *keys) if one[2] != described]  # the described key is let in on purpose


def _with_wrong_key(target: Target, operation: Operation, values: Mapping[str, Any]) -> Request:
    identity = target.spec.identities[operation.identity or ""]
    wrong = {identity.header: _wrong(identity.value)}
    return target.request(operation, identity=None, headers=wrong, **_once(values))


def _wrong(value: str) -> str:
    """A header's value with another key; its scheme stays, and the name in Basic credentials, if a password follows."""
    scheme, blank, key = value.rpartition(" ")
    if scheme.lower() == "basic":
        try:
            name, colon, password = b64decode(key).decode("latin-1").partition(":")
        except ValueError:
            return f"{scheme}{blank}{_other(key)}"
        pair = f"{name}{colon}{_other(password)}" if password else f"{_other(name)}{colon}"
        return f"{scheme}{blank}{b64encode(pair.encode('latin-1')).decode()}"
    return f"{scheme}{blank}{_other(key)}"


def _other(key: str) -> str:
    """Another key, as long; of a long one the last four characters stay: as base64 they may be padding, or half unused."""
    begin, end = (len(key) - 8, len(key) - 4) if len(key) >= 8 else (0, len(key))
    changed = key[:begin] + key[begin:end].translate(OTHER) + key[end:]
    return changed if changed != key else ("y" if key[:1] in "xX" else "x") + key[1:]


async def _provoke(
    target: Target, operations: list[Operation], values: Mapping[str, Any], personal: Mapping[str, str],
    paths: dict[str, str],
) -> Replies:  # fmt: skip
    """Ask wrongly in every way that an ordinary caller might; the bodies hold data of a person who does not exist.

    ``paths`` is told where each request went.
    """
    replies: Replies = []
    base = urlsplit(target.spec.address).path.rstrip("/")

    async def ask(what: str, request: Request) -> None:
        paths[what] = base + request.path
        replies.append((what, await target.send(request)))

    for operation in operations:
        bad: dict[str, Any] = dict.fromkeys([*values, *target.values, "key", "unique"], BAD_VALUE)
        right, wrong = target.request(operation, **_once(values)), target.request(operation, **bad)
        if (wrong.path, wrong.body) == (right.path, right.body) and operation.method == "GET":
            wrong = replace(right, path=_bad_query(right.path))
        if (wrong.path, wrong.body) != (right.path, right.body):  # without any value it would be the call itself
            await ask(f"{operation.name}: bad values", wrong)
        if isinstance(operation.body, Mapping):
            wrong_types = json.dumps({name: {"unexpected": [1], **personal} for name in operation.body}).encode()
            malformed = json.dumps(personal).encode()[:-1] + b', "broken": '
            for what, body in (("malformed JSON", malformed), ("wrong types", wrong_types)):
                request = Request(right.method, right.path, right.headers, body, right.timeout)
                await ask(f"{operation.name}: {what}", request)
    return replies


def _bad_query(path: str) -> str:
    """The path with another value for each of its parameters; itself where it has none."""
    bare, mark, query = path.partition("?")
    return bare + mark + urlencode([(name, BAD_VALUE) for name, _ in parse_qsl(query, keep_blank_values=True)])


def _told(what: str, path: str, reply: Reply, largest: int, secrets: Mapping[str, str]) -> dict[str, Any]:
    body = _masked(reply.text, secrets)[:largest]
    shown = _masked(path, secrets)
    return {"what": what, "path": shown, "status": reply.status, "error": reply.error, "body": body}


def _headers(what: str, reply: Reply, *, guarded: bool) -> dict[str, Any]:
    sniff, cache = reply.headers.get("x-content-type-options", ""), reply.headers.get("cache-control", "")
    told = {"what": what, "status": reply.status, "guarded": guarded}
    return {**told, "x-content-type-options": sniff, "cache-control": cache}


async def _plain(target: Target, values: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Reply:
    """One call of the simplest described read, or of the health path."""
    for operation in sorted(target.spec.operations, key=lambda o: ("{" in o.path, o.path)):
        if operation.method == "GET" and operation.effect == "read" and not operation.dependency:
            return await target.call(operation, headers=headers, **_once(values))
    return await target.get(target.spec.health.ready or "/", headers=headers)


async def _metrics(target: Target, values: Mapping[str, Any], known: int, failing: int) -> dict[str, Any]:
    if target.spec.metrics is None:
        return {"described": False}
    before = _scraped(await target.get(target.spec.metrics))
    statuses = Counter([str((await _plain(target, values)).status) for _ in range(known)])
    failures = Counter([str((await target.get(f"/no-such-path-{n}")).status) for n in range(failing)])
    after = _scraped(await target.get(target.spec.metrics))
    sent = {"known": known, "statuses": statuses, "failing": failing, "failures": failures}
    return {"described": True, "path": target.spec.metrics, "before": before, "after": after, "sent": sent}


def _scraped(reply: Reply) -> dict[str, Any]:
    """The series of an exposition in Prometheus' text format 0.0.4."""
    read = read_exposition(reply.text if reply.status == 200 else "")
    return {
        "status": reply.status, "error": reply.error, "type": reply.headers.get("content-type", ""),
        "series": read.series, "duplicates": read.duplicates, "unreadable": read.unreadable[:20],
    }  # fmt: skip


async def _logs(target: Target, canary: str, *, seconds: float = 1.5) -> str | None:
    """All of the log, once the last request has reached it or ``seconds`` have passed; None where it cannot be read."""
    try:
        process = target.process
    except TargetError:
        return None
    end = time.monotonic() + seconds
    while canary not in (text := process.logs()) and time.monotonic() < end:
        await asyncio.sleep(0.1)
    return text


def _log_lines(logs: str, secrets: Mapping[str, str]) -> dict[str, Any]:
    lines = [line for line in logs.splitlines() if line.strip()]
    bad = [(line, missing) for line in lines if (missing := _missing(line))]
    shown = [{"line": _masked(line, secrets)[:200], "missing": missing} for line, missing in bad[:10]]
    return {"lines": len(lines), "structured": len(lines) - len(bad), "unstructured": shown}


def _missing(line: str) -> str:
    """What a log line lacks; empty for a structured one."""
    try:
        entry = json.loads(line)
    except ValueError:
        return "not JSON"
    if not isinstance(entry, dict):
        return "not an object"
    return ", ".join(what for what, names in LOG_NAMES.items() if not any(name in entry for name in names))


def _secrets(target: Target) -> dict[str, str]:
    """Name -> value of everything that must stay hidden. Values under 6 characters would be found by chance."""
    own = target.spec.environment
    named = {f"the value of {name}": own[name] for name in target.spec.secret_settings if name in own}
    named |= {f"the key of identity {name}": identity.value for name, identity in target.spec.identities.items()}
    taken = set(named.values())
    named |= {f"secret {n}": value for n, value in enumerate(target.spec.secrets) if value not in taken}
    return {name: value for name, value in named.items() if len(value) >= 6}


def _masked(text: str, secrets: Mapping[str, str]) -> str:
    for value in secrets.values():
        text = text.replace(value, "********")
    return text


def _leaks(secrets: Mapping[str, str], logs: str | None, replies: Replies) -> dict[str, Any]:
    found = []
    for name, value in secrets.items():
        count = logs.count(value) if logs is not None else 0
        if count:
            found.append({"secret": name, "where": "log", "times": count})
        seen = [what for what, reply in replies if value in reply.text or value in str(dict(reply.headers))]
        if seen:
            found.append({"secret": name, "where": f"reply to {seen[0]}", "times": len(seen)})
    size = None if logs is None else len(logs)
    return {"checked": list(secrets), "log_characters": size, "replies": len(replies), "found": found}


def _credentials_file(target: Target) -> dict[str, Any]:
    name = "GOOGLE_APPLICATION_CREDENTIALS"
    path = target.spec.environment.get(name) or os.environ.get(name, "")
    if not path:
        return {"set": False}
    try:
        mode = Path(path).stat().st_mode & 0o777
    except OSError as problem:
        return {"set": True, "mode": None, "problem": problem.strerror or type(problem).__name__}
    return {"set": True, "mode": mode, "problem": ""}
