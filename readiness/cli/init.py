"""readiness init: a commented readiness.yaml for a service, from its OpenAPI document where it has one."""

import argparse
import asyncio
import contextlib
import json
import os
import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from readiness.errors import TargetError, UsageError
from readiness.exchange import Request
from readiness.load.client import HttpClient
from readiness.openapi import Document, UnmadeError, parse, value_of
from readiness.targeting import CAPABILITIES

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
LOAD_OPERATIONS = 5  # plain reads that begin in the load mix


def command(asked: argparse.Namespace) -> int:
    """Write the file and say what to do next."""
    path = Path(asked.output)
    if path.exists() and not asked.force:
        raise UsageError(f"--output {path}: exists already; --force replaces it")
    if not asked.start and not asked.target and not asked.openapi:
        raise UsageError("say at least one of --start COMMAND, --target ADDRESS, --openapi FILE|URL")
    document = _document(asked.openapi) if asked.openapi else None
    path.write_text(_text(asked, document), encoding="utf-8")
    print(f"wrote {path}; next: read it, then `readiness doctor`, then `readiness`")
    return 0


def _document(source: str) -> Document:
    if source.startswith(("http://", "https://")):
        text = asyncio.run(_fetch(source))
    elif Path(source).is_file():
        text = Path(source).read_text(encoding="utf-8", errors="replace")
    else:
        raise UsageError(f"--openapi {source}: there is no such file")
    return parse(text, f"--openapi {source}")


async def _fetch(url: str) -> str:
    parts = urlsplit(url)
    client = HttpClient(f"{parts.scheme}://{parts.netloc}")
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    reply = await client.send(Request("GET", path or "/"))
    await client.close()
    if reply.error or reply.status != 200:
        raise TargetError(f"--openapi {url}: {reply.error or reply.status}")
    return reply.text


def operations_of(document: Document) -> list[dict[str, Any]]:
    """Return one description per operation of an OpenAPI document; plain reads begin in the load mix."""
    found, mixed = [], 0
    for documented in document.operations:
        if documented.method not in METHODS:
            continue
        entry: dict[str, Any] = {"name": documented.name, "method": documented.method, "path": documented.path}
        good = [int(status) for status in documented.answers if re.fullmatch("2[0-9][0-9]", status)]
        entry["expect"] = good or [200]
        if documented.body is not None:
            with contextlib.suppress(UnmadeError):
                entry["body"] = value_of(documented.body, document)
        if (
            documented.method == "GET"
            and not any(one.required for one in documented.parameters)
            and mixed < LOAD_OPERATIONS
        ):
            entry["weight"] = 1
            mixed += 1
        if documented.method != "GET":
            entry["effect"] = "write"
        found.append(entry)
    return found


def _where(asked: argparse.Namespace) -> str:
    """How ``target.openapi`` names the document: a path of the target, a URL, or a file beside readiness.yaml; "" without one."""
    if not asked.openapi:
        return ""
    source = str(asked.openapi)
    if not source.startswith(("http://", "https://")):
        return os.path.relpath(source, Path(asked.output).parent)
    own = not asked.target or urlsplit(asked.target).netloc == urlsplit(source).netloc
    return urlsplit(source).path if own else source


def _quoted(value: Any) -> str:
    """A value as JSON that YAML reads as the same: no letter in halves, and escaped where it cannot be printed."""
    text = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in text)


def _text(asked: argparse.Namespace, document: Document | None) -> str:
    operations = operations_of(document) if document is not None else []
    paths = {one["path"] for one in operations}
    ready = next((p for p in ("/health/ready", "/ready", "/readyz", "/health", "/healthz") if p in paths), None)
    live = next((p for p in ("/health/live", "/live", "/livez", "/healthz") if p in paths), None)
    name = (document.title if document is not None else "service").lower().replace(" ", "-")
    start = _quoted(shlex.split(asked.start)) if asked.start else None
    address = asked.target or (None if asked.start else "http://127.0.0.1:8000")
    lines = [
        "# How readiness reaches and drives this service. `readiness doctor` says what each missing part would decide.",
        "target:",
        f"  name: {_quoted(name)}",
        f"  start: {start}"
        if start
        else '  # start: ["python", "-m", "service", "--port", "{port}"]   # then it can be stopped, killed, restarted',
        f"  address: {address}" if address else '  # address: "http://127.0.0.1:{port}"',
        "  health:" if ready or live else "  # health:",
        f"    ready: {ready}" if ready else "    # ready: /health/ready   # false while a hard dependency is away",
        f"    live: {live}" if live else "    # live: /health/live    # true as long as the process can answer",
        "  metrics: /metrics" if "/metrics" in paths else "  # metrics: /metrics      # Prometheus text",
        f"  openapi: {_quoted(where)}   # what it answers is held against it; operations left out below are taken from it"
        if (where := _where(asked))
        else "  # openapi: /openapi.json # its OpenAPI 3 document: a path of the target, or a file",
        "",
        '  # environment: {SERVICE_KEY: "${SERVICE_KEY}"}   # ${NAME}, ${NAME:-default}, ${secret:NAME} (random per run)',
        "  # required_settings: [SERVICE_KEY]                # it must refuse to start without them",
        "  # identities:",
        '  #   user: {header: Authorization, value: "Bearer ${SERVICE_TOKEN}"}',
        "  # dependencies:                                   # each gets a proxy, so that it can be slow, cut or silent",
        '  #   database: {variable: DATABASE_URL, address: "http://127.0.0.1:5432"}',
        "",
        "  # What the gate may do. `disrupt` stops, kills and starves instances that the gate itself started.",
        "  grants: [read, load]   # read, load, write, disrupt",
        "",
        "  # One entry per call; `weight` puts it into the load mix, {name} is filled from prepare.",
        "  operations:",
    ]
    shown = operations or [{"name": "home", "method": "GET", "path": "/", "expect": [200], "weight": 1}]
    lines += [f"    - {_quoted(entry)}" for entry in shown]
    lines += ["", "  # Capabilities that need a description. A service that has none of one says so, with the fact:"]
    lines.append("  # capabilities:")
    for capability, (meaning, roles) in CAPABILITIES.items():
        if roles:
            binding = ", ".join(f"{role}: OPERATION" for role in roles)
            lines.append(f'  #   {capability}: {{roles: {{{binding}}}}}   # it {meaning}; or {{absent: "why not"}}')
    lines += [
        "",
        "# What others found out counts as well (docs/evidence.md): tests, scans, load tests, metrics, signed statements.",
        "# evidence:",
        "#   acceptance: {kind: pytest, tests: tests/acceptance}       # run while the service runs",
        "#   unit: {kind: junit, file: build/junit.xml}",
        "#   scan: {kind: sarif, file: build/bandit.sarif}             # Bandit, Trivy, Semgrep, CodeQL ...",
        "",
        "# policy: {checks: {latency_p95: {options: {objective: 0.2, limit: 1.0}}}}",
        "",
    ]
    return "\n".join(lines)
