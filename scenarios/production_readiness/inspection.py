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
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from readiness import Operation, Recorder, Reply, Request, Target, TargetError, read_exposition, scenario

BAD_VALUE = "no-such'value"
REQUEST_ID = "X-Request-ID"
UNGUARDED = "unknown path"
DEFAULT_PAIRS = ("admin:admin", "admin:password", "admin:", "root:root", "user:user", "test:test", "guest:guest")
DEFAULT_KEYS = ("admin", "changeme", "default", "password", "secret", "test")
"""What products ship with and scanners try first (OWASP WSTG-ATHN-02); few enough that no lock falls for them."""
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
    recorder.fact("default_credentials", await _default_credentials(target, values))
    recorder.phase("errors")
    personal = {
        "an e-mail address": f"{uuid.uuid4().hex}@example.com",
        "a card number": f"4{uuid.uuid4().int % 10**15:015}",
    }
    provoked = await _provoke(target, values, personal)
    replies += provoked
    recorder.fact("errors", [_told(what, reply, largest_body, secrets) for what, reply in provoked])
    recorder.fact("headers", [_headers(what, reply) for what, reply in replies if not reply.error])
    recorder.phase("metrics")
    recorder.fact("metrics", await _metrics(target, values, known, failing))
    recorder.phase("logs")
    canary = f"canary-{uuid.uuid4().hex}"
    reply = await _plain(target, values, {REQUEST_ID: canary})
    logs = await _logs(target, canary)
    returned = reply.headers.get(REQUEST_ID.lower())
    in_logs = None if logs is None else canary in logs
    recorder.fact("request_id", {"status": reply.status, "returned": returned == canary, "in_logs": in_logs})
    recorder.fact("logs", None if logs is None else _log_lines(logs, secrets))
    recorder.fact("secrets", _leaks(secrets, logs, [*replies, ("request", reply)]))
    sent = sum(what.endswith(("malformed JSON", "wrong types")) for what, _ in provoked)
    shown = {what: logs.count(value) for what, value in personal.items() if value in logs} if logs is not None else None
    recorder.fact("personal_data", {"sent": sent, "shown": shown})
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


async def _default_credentials(target: Target, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """For each identity: call a read that is refused anonymously with what products ship with."""
    tries: dict[str, list[dict[str, Any]]] = {}
    for operation in _guarded(target):
        name = operation.identity or ""
        if operation.effect != "read" or name in tries:
            continue
        if (await target.call(operation, identity=None, **_once(values))).status not in (401, 403):
            continue
        tries[name] = []
        for shown, header, value in _defaults(target.spec.identities[name].header, target.spec.identities[name].value):
            reply = await target.call(operation, identity=None, headers={header: value}, **_once(values))
            told = {"credentials": shown, "status": reply.status, "error": reply.error}
            tries[name].append({"operation": operation.name, **told})
    return [one for own in tries.values() for one in own]


def _defaults(header: str, described: str) -> list[tuple[str, str, str]]:
    """What to show, the header and its value; keys in the header and the form that callers use."""
    pairs = [(f"Basic {pair}", "Authorization", f"Basic {b64encode(pair.encode()).decode()}") for pair in DEFAULT_PAIRS]
    scheme, blank, _ = described.rpartition(" ")
    forms = [(f"{header}: {scheme}{blank}{key}", header, f"{scheme}{blank}{key}") for key in DEFAULT_KEYS]
    keys = [] if scheme.lower() == "basic" else forms
    return [one for one in (*pairs, *keys) if one[2] != described]  # the described key is let in on purpose


def _with_wrong_key(target: Target, operation: Operation, values: Mapping[str, Any]) -> Request:
    """As described, but the last characters of the key are others: same length, same alphabet."""
    identity = target.spec.identities[operation.identity or ""]
    wrong = identity.value[:-4] + identity.value[-4:].translate(str.maketrans("0123456789abcdef", "123456789abcdef0"))
    wrong = wrong if wrong != identity.value else identity.value + "x"
    return target.request(operation, identity=None, headers={identity.header: wrong}, **_once(values))


async def _provoke(target: Target, values: Mapping[str, Any], personal: Mapping[str, str]) -> Replies:
    """Ask wrongly in every way that an ordinary caller might; the bodies hold data of a person who does not exist."""
    replies: Replies = [(UNGUARDED, await target.get(f"/no-such-path-{uuid.uuid4().hex[:8]}"))]
    for operation in _guarded(target):
        bad: dict[str, Any] = dict.fromkeys([*values, *target.values, "key", "unique"], BAD_VALUE)
        right, wrong = target.request(operation, **_once(values)), target.request(operation, **bad)
        if (wrong.path, wrong.body) != (right.path, right.body):  # without a placeholder it would be the call itself
            replies.append((f"{operation.name}: bad values", await target.send(wrong)))
        if isinstance(operation.body, Mapping):
            wrong_types = json.dumps({name: {"unexpected": [1], **personal} for name in operation.body}).encode()
            malformed = json.dumps(personal).encode()[:-1] + b', "broken": '
            for what, body in (("malformed JSON", malformed), ("wrong types", wrong_types)):
                request = Request(right.method, right.path, right.headers, body, right.timeout)
                replies.append((f"{operation.name}: {what}", await target.send(request)))
    return replies


def _told(what: str, reply: Reply, largest: int, secrets: Mapping[str, str]) -> dict[str, Any]:
    return {"what": what, "status": reply.status, "error": reply.error, "body": _masked(reply.text, secrets)[:largest]}


def _headers(what: str, reply: Reply) -> dict[str, Any]:
    sniff, cache = reply.headers.get("x-content-type-options", ""), reply.headers.get("cache-control", "")
    told = {"what": what, "status": reply.status, "guarded": what != UNGUARDED}
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
