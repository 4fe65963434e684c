"""What a stranger tries on the described reads: other spellings of a guarded path, forged tokens, values that are code.

Only what reads is called, and every payload is harmless where it works: it compares, multiplies or waits. Of the replies
nothing is kept but statuses and whether they were what the stranger hoped for.
"""

import base64
import json
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from readiness import Operation, Recorder, Reply, Request, Target, scenario

TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]*")
PRODUCT = "7*191"
PRODUCTS = {PRODUCT: "1337", "7*193": "1351"}
TEMPLATES = ("{{7*191}}", "${7*191}", "#{7*191}", "<%= 7*191 %>", "${{7*191}}", "@(7*191)")
"""Jinja and Twig, FreeMarker and expression languages, Ruby, ERB, Thymeleaf, Razor; each is tried with both products."""
WAITS = (
    "1' AND 1=(SELECT 1 FROM PG_SLEEP({}))--", "1 AND 1=(SELECT 1 FROM PG_SLEEP({}))", "1' AND SLEEP({}) AND '1'='1",
    "1 AND SLEEP({})", "1'; WAITFOR DELAY '0:0:{}'--", "$(sleep {})", ";sleep {};", "`sleep {}`", "|sleep {}",
    "';require('child_process').execSync('sleep {}');'",
)  # fmt: skip
"""PostgreSQL, MySQL, SQL Server, shells, JavaScript."""
COMPARISONS = {
    "in quotation marks": "{word}' OR '{a}'='{c}' AND '{b}'='{d}",
    "of numbers": "0 OR {a}={c} AND {b}={d}",
    "within LIKE": "{word}' OR '{a}'='{c}' AND '{b}'='{d}' AND '%'='",
}
"""True and false hold the same words, so that a search finds the same."""
ROUNDS = 3
SAME_BYTES, MORE_BYTES = 4, 20
NOT_REACHED = (0, 401, 403, 404, 405, 429)
"""Answers that may come before the value is looked at."""
DATABASE_ERRORS = re.compile(
    r"(?i)syntax error (at or )?near|SQLSTATE|sqlite3?\.\w*Error|error in your SQL syntax|ORA-\d{5}|Parser Error: |"
    r"unterminated quoted string|unrecognized token|Unclosed quotation mark"
)

Ask = Callable[[str], Awaitable[tuple[Reply, float]]]
"""Sends a payload; the reply and how many seconds it took."""


@scenario(
    suite="production_readiness",
    effect="read",
    capabilities=("http",),
    quick={"operations": 2},
    full={"operations": 30},
)
async def intrusion(target: Target, recorder: Recorder, *, operations: int = 5, wait: float = 1.0) -> None:
    """At most ``operations`` of each kind; a payload that works makes the target wait for ``wait`` seconds."""
    values = {**target.values, **_likely()}
    guarded = [one for one in _reads(target) if one.identity]
    recorder.phase("spellings")
    recorder.fact("spellings", [row for one in guarded[:operations] for row in await _spellings(target, one, values)])
    recorder.phase("tokens")
    owners, forgeries = await _tokens(target, guarded, values, operations)
    recorder.fact("token_owners", owners)
    recorder.fact("tokens", forgeries)
    recorder.phase("values", wait)
    places = [(one, name) for one in _reads(target) for name in _placeholders(one.path)]
    recorder.fact("values", [await _injected(target, one, name, values, wait) for one, name in places[:operations]])


def _reads(target: Target) -> list[Operation]:
    return [
        one for one in target.spec.operations if one.method == "GET" and one.effect == "read" and not one.dependency
    ]


def _placeholders(path: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"\{(\w+)\}", path)))


def _likely() -> dict[str, Any]:
    """Values that an ordinary caller might send, for placeholders that nothing prepares."""
    return {"date": "2025-06-10", "start": "2025-06-10", "end": "2025-06-10", "notional": "2.50", "rate": "0.05",
            "seconds": 0, "rows": 10, "limit": 10, "page": 1}  # fmt: skip


# --- guarded reads, spelled otherwise


async def _spellings(target: Target, operation: Operation, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each spelling without a key, where the plain one is refused and the owner of a key is let in."""
    request = target.request(operation, **values)
    if "{" in request.path:
        return []
    own, anonymous = await target.send(request), await target.call(operation, identity=None, **values)
    if not 200 <= own.status < 300 or anonymous.status not in (401, 403) or not _shape(own):
        return []
    rows, open_to_all = [], {_shape(await target.get(path)) for path in ("/", f"/no-such-{uuid.uuid4().hex}")}
    for what, path, headers in _spelled(request.path):
        reply = await target.send(Request("GET", path, headers))
        let_in = 200 <= reply.status < 300 and _shape(reply) == _shape(own) and _shape(own) not in open_to_all
        rows.append({"operation": operation.name, "how": what, "status": reply.status, "let_in": let_in})
    return rows


def _spelled(path: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    plain, mark, query = path.partition("?")
    rest = mark + query
    yield "a slash at the end", f"{plain}/{rest}", {}
    yield "two slashes", f"/{plain}{rest}", {}
    yield "doubled slashes", plain.replace("/", "//") + rest, {}
    yield "a dot segment", f"/.{plain}{rest}", {}
    yield "a step back", f"/static/..{plain}{rest}", {}
    yield "capital letters", plain.upper() + rest, {}
    yield "an encoded letter", f"/%{ord(plain[1:2] or 'x'):02x}{plain[2:]}{rest}", {}
    yield "a semicolon", f"{plain};x{rest}", {}
    yield "an extension", f"{plain}.json{rest}", {}
    yield "X-Original-URL", "/", {"X-Original-URL": path}
    yield "X-Rewrite-URL", "/", {"X-Rewrite-URL": path}
    yield "X-Forwarded-For", path, {"X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"}
    yield "X-Forwarded-User", path, {"X-Forwarded-User": "admin", "X-Remote-User": "admin"}


def _shape(reply: Reply) -> str:
    """What makes a reply recognisable although its values change: the names in it, else its text."""
    value = reply.json()
    first = value[0] if isinstance(value, list) and value else value
    return ",".join(sorted(first)) if isinstance(first, dict) else reply.text.strip()


# --- forged tokens


async def _tokens(
    target: Target, guarded: list[Operation], values: Mapping[str, Any], most: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """How the owner of each JSON Web Token fares, and its forgeries on the first of ``most`` reads that let in only him."""
    owners: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    known_first = sorted(guarded, key=lambda one: "{" in target.request(one, **values).path)
    for name, identity in target.spec.identities.items():
        if (found := TOKEN.search(identity.value)) is None:
            continue
        owner: dict[str, Any] = {"identity": name, "operation": "", "status": 0, "anonymous": 0, "error": ""}
        for operation in [one for one in known_first if one.identity == name][:most]:
            own, anonymous = (
                await target.call(operation, **values),
                await target.call(operation, identity=None, **values),
            )
            owner |= {"operation": operation.name, "status": own.status, "anonymous": anonymous.status}
            owner["error"] = own.error or anonymous.error
            if 200 <= own.status < 300 and anonymous.status in (401, 403):
                rows += await _forgeries(target, operation, found[0], values)
                break
        owners.append(owner)
    return owners, rows


async def _forgeries(
    target: Target, operation: Operation, token: str, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    identity = target.spec.identities[operation.identity or ""]
    rows = []
    for what, forged in _forged(token):
        headers = {identity.header: identity.value.replace(token, forged)}
        reply = await target.call(operation, identity=None, headers=headers, **values)
        rows.append({"operation": operation.name, "how": what, "status": reply.status, "error": reply.error})
    return rows


def _forged(token: str) -> Iterator[tuple[str, str]]:
    """Tokens that nobody signed (RFC 8725, 2.1 and 3.1)."""
    head, payload, signature = token.split(".")
    for name in ("none", "None", "NONE"):
        yield f"alg {name}", f"{_packed({'alg': name, 'typ': 'JWT'})}.{payload}."
    yield "no signature", f"{head}.{payload}."
    yield "another signature", f"{head}.{payload}.{signature[::-1]}"
    claims = _unpacked(payload)
    yield "other claims", f"{head}.{_packed({**claims, 'role': 'admin', 'jti': uuid.uuid4().hex})}.{signature}"
    if isinstance(claims.get("exp"), int | float):
        yield "a longer life", f"{head}.{_packed({**claims, 'exp': int(claims['exp']) + 10**6})}.{signature}"


def _packed(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _unpacked(part: str) -> dict[str, Any]:
    try:
        value = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


# --- values that are code


async def _injected(
    target: Target, operation: Operation, name: str, values: Mapping[str, Any], wait: float
) -> dict[str, Any]:
    """What each kind of payload did in one place; ``found`` holds those that were obeyed."""
    word = uuid.uuid4().hex[:8]

    async def ask(payload: str) -> tuple[Reply, float]:
        sent = {
            **{other: values.get(other, word) for other in _placeholders(operation.path)},
            name: quote(payload, safe=""),
        }
        begin = time.monotonic()
        return await target.call(operation, **sent), time.monotonic() - begin

    first, _ = await ask(word)
    broken, _ = await ask(f"{word}'\"")
    shows_error = DATABASE_ERRORS.search(broken.text) and not DATABASE_ERRORS.search(first.text)
    found = ["a quotation mark (an error of the database is shown)"] if shows_error else []
    found += [f"a comparison {where}" for where, form in COMPARISONS.items() if await _compares(ask, form, word)]
    plain = first.text.replace(word, "")
    found += [f"the template {one}" for one in TEMPLATES if await _evaluates(ask, one, word, plain)]
    found += [f"the delay {payload.format(wait)}" for payload in WAITS if await _waits(ask, payload, wait)]
    reached = first.status not in NOT_REACHED
    if not reached and name in target.values:
        reached = 200 <= (await target.call(operation, **values)).status < 300
    return {"operation": operation.name, "value": name, "status": first.status, "reached": reached, "found": found}


async def _evaluates(ask: Ask, template: str, word: str, plain: str) -> bool:
    """Whether each product stands in its own answer, and neither in the other one nor in what the plain word gets."""
    answers: dict[str, str] = {}
    for product, value in PRODUCTS.items():
        reply, _ = await ask(word + template.replace(PRODUCT, product))
        answers[value] = reply.text.replace(word, "")
        if value not in answers[value] or value in plain:
            return False
    return all(own == value or value not in text for own, text in answers.items() for value in answers)


async def _compares(ask: Ask, form: str, word: str) -> bool:
    """Whether a true comparison finds more than a false one, each time; replies of any length do not look like that."""
    true, false = [], []
    for number in range(1, 2 * ROUNDS, 2):
        a, b = str(number), str(number + 1)
        true.append((await ask(form.format(word=word, a=a, c=a, b=b, d=b)))[0])
        false.append((await ask(form.format(word=word, a=a, c=b, b=a, d=b)))[0])
        if not _differ(true[-1], false[-1]):
            return False
    lengths = [len(reply.body) for reply in false]
    return max(lengths) - min(lengths) <= SAME_BYTES


def _differ(true: Reply, false: Reply) -> bool:
    if not 200 <= true.status < 300:
        return False
    if 200 <= false.status < 300:
        return len(true.body) > len(false.body) + MORE_BYTES
    return 400 <= false.status < 500 and false.status != 429


async def _waits(ask: Ask, payload: str, wait: float) -> bool:
    """Whether it waits as long as it is told, and not without being told: one slow reply is no proof."""
    for seconds in (wait, 0.0, 2 * wait):
        _, took = await ask(payload.format(seconds))
        if took < 0.95 * seconds or (not seconds and took > 0.5 * wait):
            return False
    return True
