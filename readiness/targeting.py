"""What a target is: its description, one request and its reply, the adapter's protocol, and the Target that scenarios drive."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from readiness.errors import TargetError, nearest
from readiness.exchange import Reply, Request
from readiness.model import Effect
from readiness.report import Frozen

Values = Mapping[str, Any]

CAPABILITIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "http": ("answers HTTP requests", ()),
    "calls": ("answers the described operations over a network, whatever the protocol", ()),
    "load": ("may be put under load (grant `load`, and an operation with a `weight`)", ()),
    "write": ("may be written to (grant `write`)", ()),
    "process": (
        "is started by the gate, so it can be stopped, killed and restarted (start command, grant `disrupt`)",
        (),
    ),
    "network": ("reaches a dependency through an address that the gate may replace by a proxy (`dependencies`)", ()),
    "health": ("has a readiness path (`health.ready`)", ()),
    "liveness": ("has a liveness path (`health.live`)", ()),
    "metrics": ("has a Prometheus metrics path (`metrics`)", ()),
    "openapi": ("has an OpenAPI document (`openapi`: a path of the target, a URL on loopback, or a file)", ()),
    "logs": ("writes logs that the gate can read (its standard output and error)", ()),
    "identities": ("knows callers (`identities`)", ()),
    "roles": ("lets one identity do what another may not (operations with an `identity` of their own)", ()),
    "ownership": (
        "keeps what callers create apart (`options`: the `other` identity, `id` in answers, `value` in paths, `change`, `list`)",
        ("create", "read"),
    ),
    "rate_limit": (
        "refuses a caller who asks too often (`options`: `calls` in `seconds`, and the `other` identity that is not to notice)",
        ("call",),
    ),
    "shown_settings": ("shows the settings in force, without secrets", ("show",)),
    "settings": ("names the environment variables it cannot start without (`required_settings`)", ()),
    "unknown_settings": ("refuses misspelt environment variables (`settings_prefix`)", ()),
    "counter": ("an amount that is added to and read back", ("prepare", "add", "read")),
    "pool": (
        "tells in its metrics how much of a pool of connections is in use (`options`: the series `in_use` and `max`)",
        (),
    ),
    "idempotency": ("a write with an idempotency key", ("prepare", "write", "read")),
    "oms": (
        "takes orders for accounts",
        ("create_account", "account", "ledger", "chain", "order", "recommendation", "risk", "performance"),
    ),
    "limit_orders": ("lets orders with a limit rest, works and cancels them", ("place", "read", "cancel")),
    "order_bounds": ("bounds the quantity, value and price of one order (`options` name the bounds)", ()),
    "throttle": (
        "limits the orders of an account per second (`options`: `orders_per_second`, and the `environment` that sets it)",
        (),
    ),
    "strategies": (
        "stops a program that repeats its orders until a human enables it (`options`: `executions`, after so many)",
        ("order", "enable"),
    ),
    "trading_state": ("halts, kills and opens trading", ("halt", "open", "kill")),
    "feed": ("ingests market data whose source can be disturbed", ("control", "ingest", "quote", "chain")),
    "history": ("ingests and serves price history", ("ingest", "query")),
    "replay": ("has an exchange clock that can be held, so that a recorded day can be replayed", ("hold_clock",)),
    "clock": ("has an exchange clock that can be set", ("set", "session", "calendar")),
    "pricing": ("prices options", ("price", "implied_volatility")),
    "money": ("rounds money by a stated rule", ("fee",)),
    "end_of_day": ("closes the day", ("close", "report")),
    "hedging": ("proposes the trade that takes an account's delta away", ("hedge",)),
    "review": ("reviews an account for the days to come", ("weekly",)),
    "backup": ("backs up to a file and starts from it", ("backup",)),
}
"""Capability -> what it means, and the roles that a binding in readiness.yaml must fill with operation names."""


class Operation(Frozen):
    """One call that the target answers. ``{name}`` in path, headers and body is filled from prepared and given values."""

    name: str
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "SEND", "CALL"] = "GET"
    """SEND sends the body as a WebSocket message and waits for the next one; CALL calls the gRPC method that the path names."""
    path: str = "/"
    headers: dict[str, str] = Field(default_factory=dict)
    body: Any = None
    expect: tuple[int, ...] = (200,)
    identity: str | None = None
    dependency: str | None = None
    """Send it to this dependency instead of the target."""
    weight: float = Field(default=0.0, ge=0)
    """Share of the load mix; 0 leaves it out."""
    effect: Effect = "read"
    save: dict[str, str] = Field(default_factory=dict)
    """In ``prepare``: value name -> dotted path into the JSON answer."""

    @field_validator("path")
    @classmethod
    def _starts_with_a_slash(cls, path: str) -> str:
        if not path.startswith("/"):
            raise ValueError(f"path {path!r} must start with '/'")
        return path


class Identity(Frozen):
    """How a caller proves who he is: a header and its value."""

    header: str = "Authorization"
    value: str


class Health(Frozen):
    """Paths that say whether the target lives and whether it can work."""

    ready: str | None = None
    live: str | None = None


class Dependency(Frozen):
    """Something the target needs; started by the gate when it has a command, and handed over in an environment variable."""

    start: tuple[str, ...] = ()
    address: str = "http://127.0.0.1:{port}"
    variable: str
    health: str | None = None
    """A path that answers once it works; without one it need not speak HTTP, and its port says that it is there."""

    def place(self, port: int) -> tuple[str, int] | None:
        """Host and port of its address, where `{port}` is `port`; None where it does not name both."""
        try:
            parts = urlsplit(self.address.replace("{port}", str(port)))
            return (parts.hostname, parts.port) if parts.hostname and parts.port else None
        except ValueError:  # it repeats the address, and that may hold a password
            return None


class Mutant(Frozen):
    """The target with one planted defect, and the check that must turn red on it."""

    name: str
    check: str
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = Field(default_factory=dict)


class Binding(Frozen):
    """Which operations fill the roles of a capability, or the fact that makes it absent."""

    absent: str | None = None
    roles: dict[str, str] = Field(default_factory=dict)
    options: dict[str, Any] = Field(default_factory=dict)


class TargetSpec(Frozen):
    """The target as readiness.yaml describes it; everything an adapter and a scenario need to know."""

    name: str = "target"
    address: str = ""
    start: tuple[str, ...] = ()
    directory: str = ""
    environment: dict[str, str] = Field(default_factory=dict)
    health: Health = Health()
    metrics: str | None = None
    openapi: str | None = None
    """Its OpenAPI document: a path of the target where it begins with a slash, a URL on loopback, or a file."""
    from_document: tuple[str, ...] = ()
    """Operations that the gate took from the document, by name; it fills this in itself."""
    left_out: dict[str, str] = Field(default_factory=dict)
    """Documented operations that are neither described nor taken, and why; filled in by the gate."""
    start_seconds: float = Field(default=30.0, gt=0, le=600)
    stop_seconds: float = Field(default=10.0, gt=0, le=600)
    required_settings: tuple[str, ...] = ()
    invalid_settings: dict[str, str] = Field(default_factory=dict)
    """Variable -> a value that the target must refuse to start with."""
    settings_prefix: str | None = None
    secret_settings: tuple[str, ...] = ()
    """Variables whose values are secrets: the target must not start without them, and must never show them."""
    database: str = ""
    """Where the shared instance keeps its data (``{database}``); empty: in the run's scratch folder."""
    secrets: tuple[str, ...] = ()
    """Values that must never appear in a log, a reply or a report."""
    public: tuple[str, ...] = ()
    """Operations that need no identity, said on purpose."""
    identities: dict[str, Identity] = Field(default_factory=dict)
    dependencies: dict[str, Dependency] = Field(default_factory=dict)
    operations: tuple[Operation, ...] = ()
    prepare: tuple[Operation, ...] = ()
    capabilities: dict[str, Binding] = Field(default_factory=dict)
    grants: tuple[Effect, ...] = ("read",)
    mutants: tuple[Mutant, ...] = ()
    mutant_arguments: tuple[str, ...] = ()
    """Appended to ``start`` when a mutant without arguments of its own is planted; ``{mutant}`` is its name."""

    def operation(self, name: str) -> Operation:
        """Return the operation called ``name``; a dotted name goes through a capability's binding."""
        capability, _, role = name.partition(".")
        wanted = self.capabilities[capability].roles[role] if role and capability in self.capabilities else name
        for operation in self.operations:
            if operation.name == wanted:
                return operation
        raise TargetError(f"operation {name!r} is not described{nearest(name, (o.name for o in self.operations))}")

    @property
    def load_mix(self) -> tuple[Operation, ...]:
        """The operations that take part in load."""
        return tuple(operation for operation in self.operations if operation.weight > 0)


class ProcessControl(Protocol):
    """What may be done to a target that the gate started itself."""

    def pids(self) -> list[int]:
        """Return the live process tree, the root first."""

    def kill(self) -> None:
        """SIGKILL the whole tree."""

    def pause(self) -> None:
        """SIGSTOP the whole tree."""

    def resume(self) -> None:
        """SIGCONT the whole tree."""

    def terminate(self) -> None:
        """Send SIGTERM to the root process."""

    async def wait(self, timeout: float) -> int | None:
        """Return the exit status, or None when it still lives after ``timeout`` seconds."""

    async def start(
        self, *, environment: Mapping[str, str] | None = None, limits: Mapping[str, int] | None = None
    ) -> None:
        """Start again on the same data, with changed environment and resource limits, until it is healthy."""

    async def trial(
        self,
        environment: Mapping[str, str | None],
        *,
        arguments: tuple[str, ...] = (),
        seconds: float = 5.0,
        port: int | None = None,
    ) -> "Trial":
        """Start a second copy with scratch data of its own and a changed environment (None removes), and end it.

        With a ``port`` (which may be taken or none at all) it is only seen whether it ends, not whether it gets ready.
        """

    def logs(self) -> str:
        """Return everything the target wrote to its standard output and error."""


@dataclass(frozen=True)
class Trial:
    """How a start went: exit status (None: it stayed up), seconds until it ended or was ready, its output."""

    exit_status: int | None
    ready: bool
    seconds: float
    output: str


class Proxy(Protocol):
    """A dependency's address as the target sees it; toxics are armed on it (see readiness.faults)."""

    counters: dict[str, int]

    @property
    def address(self) -> str:
        """Where it listens, as ``host:port``."""

    def toxic(self, kind: str, **options: float) -> Any:
        """Return a fault that is not armed yet."""


class Adapter(Protocol):
    """What a target plugin implements. It raises TargetError when the target cannot be started or reached."""

    async def open(self) -> None:
        """Start or reach the target and wait until it is healthy."""

    async def close(self) -> None:
        """Let go of everything; end what was started."""

    async def send(self, request: Request) -> Reply:
        """Send one request; a failure is a Reply with ``error``, never an exception."""

    async def disconnect(self) -> None:
        """Close idle connections; the next request opens a new one."""

    def handle(self) -> dict[str, Any]:
        """Return what another process needs to attach to the running target (JSON)."""

    async def attach(self, handle: dict[str, Any]) -> None:
        """Use a target that another process has opened; its life is not ours."""

    @property
    def process(self) -> ProcessControl | None:
        """Control over the process, where the gate started it."""

    @property
    def proxies(self) -> Mapping[str, Proxy]:
        """The proxies in front of the target's dependencies, by name."""


class Target:
    """The system under test, as a scenario drives it."""

    def __init__(self, spec: TargetSpec, adapter: Adapter, values: Values = MappingProxyType({})) -> None:
        self.spec = spec
        self.adapter = adapter
        self.values: dict[str, Any] = dict(values)

    @property
    def address(self) -> str:
        """Where it answers: the described address, with the port that the gate gave it."""
        port = self.adapter.handle().get("port", "")
        return (self.spec.address or "http://127.0.0.1:{port}").replace("{port}", str(port))

    @property
    def process(self) -> ProcessControl:
        """Control over the target's process; only for scenarios that need the capability `process`."""
        if self.adapter.process is None:
            raise TargetError("the target was not started by the gate: it cannot be stopped, killed or restarted")
        return self.adapter.process

    @property
    def proxies(self) -> Mapping[str, Proxy]:
        """The proxies in front of the target's dependencies, by name."""
        return self.adapter.proxies

    def request(
        self,
        operation: Operation | str,
        *,
        identity: str | None = "",
        timeout: float = 10.0,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> Request:
        """Build the request of an operation; ``identity=None`` sends it anonymously, "" as described."""
        found = self.spec.operation(operation) if isinstance(operation, str) else operation
        known = {**self.values, **values}
        who = found.identity if identity == "" else identity
        sent = {name: fill(value, known) for name, value in found.headers.items()}
        if who:
            sent[self.spec.identities[who].header] = self.spec.identities[who].value
        body = b"" if found.body is None else json.dumps(fill(found.body, known)).encode()
        if body:
            sent.setdefault("Content-Type", "application/json")
        return Request(
            found.method, fill(found.path, known), {**sent, **(headers or {})}, body, timeout, found.dependency
        )

    async def call(self, operation: Operation | str, **options: Any) -> Reply:
        """Send an operation; options as for `request`."""
        return await self.adapter.send(self.request(operation, **options))

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None, timeout: float = 10.0) -> Reply:
        """Send a plain GET."""
        return await self.adapter.send(Request("GET", path, headers or {}, b"", timeout))

    async def send(self, request: Request) -> Reply:
        """Send a request that was built by hand."""
        return await self.adapter.send(request)

    async def disconnect(self) -> None:
        """Close the idle connections, so that what the target still holds is its own."""
        await self.adapter.disconnect()

    async def prepare(self) -> None:
        """Run the described preparation once and keep the values it saves."""
        for step in self.spec.prepare:
            reply = await self.call(step)
            if reply.error or reply.status not in step.expect:
                raise TargetError(f"prepare: {step.name} answered {reply.error or reply.status}: {reply.text[:300]}")
            for name, path in step.save.items():
                self.values[name] = dig(reply.json(), path)


_FIELD = re.compile(r"\{\{\w[\w.-]*\}\}|\{(\w[\w.-]*)\}")


def fields_of(template: str) -> list[str]:
    """The names in ``{name}``; other braces, and a name in two of them, are plain text."""
    return [name for name in _FIELD.findall(template) if name]


def fill(template: Any, values: Values) -> Any:
    """Replace ``{name}`` in every string of a JSON-like template; a string that is one placeholder keeps the value's type."""
    if isinstance(template, str):
        whole = _FIELD.fullmatch(template)
        if whole and whole[1] in values:
            return values[whole[1]]
        return _FIELD.sub(lambda found: str(values[found[1]]) if found[1] in values else found[0], template)
    if isinstance(template, Mapping):
        return {key: fill(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [fill(value, values) for value in template]
    return template


def dig(value: Any, path: str) -> Any:
    """Return what stands at a dotted path (``a.0.b``) of decoded JSON; TargetError where there is nothing."""
    for part in path.split("."):
        try:
            value = value[int(part)] if isinstance(value, list) else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            raise TargetError(f"the answer has nothing at {path!r} (no {part!r})") from None
    return value
