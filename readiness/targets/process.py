"""A service that the gate starts itself, with its dependencies: stopped, killed, restarted, tried with other settings."""

import asyncio
import contextlib
import os
import random
import secrets
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from readiness import (
    Child,
    HttpClient,
    Reply,
    Request,
    TargetError,
    TargetSpec,
    ToxicProxy,
    Trial,
    Workplace,
    fill,
    target,
)

POLL_SECONDS = 0.05
OWN_PORTS = range(20_000, 32_000)
"""Below those that Linux (32768 to 60999), macOS and Windows give to whoever asks for any."""


@target(schemes=("process",))
class ProcessTarget:
    """One instance: its folder, its port, its dependencies, its log."""

    def __init__(self, spec: TargetSpec, workplace: Workplace) -> None:
        self._spec = spec
        self._place = workplace
        self._folder = Path(workplace.folder)
        self._log = self._folder / "target.log"
        self._port = 0
        self._child: Child | None = None
        self._attached: int | None = None
        self._dependencies: dict[str, Child] = {}
        self._addresses: dict[str, str] = {}
        self._clients: dict[str, HttpClient] = {}
        self._seen: dict[str, str] = {}
        self.proxies: dict[str, ToxicProxy] = {}

    # --- Adapter

    async def open(self) -> None:
        """Start the dependencies, then the target, and wait until it is healthy."""
        for name in self._spec.dependencies:
            await self._start_dependency(name)
        self._port = _free_port()
        await self.start()

    async def close(self) -> None:
        """End what was started."""
        await self.disconnect()
        if self._child is not None:
            await _end(self._child, self._spec.stop_seconds)
        for proxy in self.proxies.values():
            await proxy.close()
        for child in self._dependencies.values():
            await _end(child, 2.0)

    async def send(self, request: Request) -> Reply:
        """Send one request to the target, or to a dependency's own address."""
        return await self._client(request.dependency or "").send(request)

    async def disconnect(self) -> None:
        """Close idle connections."""
        for client in self._clients.values():
            await client.close()

    def handle(self) -> dict[str, Any]:
        """Port, process, log and the dependencies' addresses."""
        pid = self._child.pid if self._child is not None else 0
        return {"port": self._port, "pid": pid, "log": str(self._log), "addresses": self._addresses}

    async def attach(self, handle: dict[str, Any]) -> None:
        """Use an instance that another process started."""
        self._port, self._attached, self._log = handle["port"], handle["pid"], Path(handle["log"])
        self._addresses = handle["addresses"]

    @property
    def process(self) -> "ProcessTarget":
        """The process is ours."""
        return self

    # --- ProcessControl

    def pids(self) -> list[int]:
        """Return the live process tree, the root first."""
        if self._attached is not None:
            return [self._attached]
        return self._child.pids() if self._child is not None else []

    def kill(self) -> None:
        """SIGKILL the whole tree."""
        self._owned().kill()

    def pause(self) -> None:
        """SIGSTOP the whole tree."""
        self._owned().pause()

    def resume(self) -> None:
        """SIGCONT the whole tree."""
        self._owned().resume()

    def terminate(self) -> None:
        """SIGTERM to the root process."""
        self._owned().terminate()

    async def wait(self, timeout: float) -> int | None:
        """Return the exit status, or None when it still lives after ``timeout`` seconds."""
        return await self._owned().wait(timeout)

    async def start(
        self, *, environment: Mapping[str, str] | None = None, limits: Mapping[str, int] | None = None
    ) -> None:
        """Start (again) on the same data and port; what still lives is ended first."""
        if self._child is not None and self._child.exit_status is None:
            await _end(self._child, self._spec.stop_seconds)
        variables = {**self._environment(self._folder, self._port), **(environment or {})}
        self._child = self._spawn(self._spec.start, variables, self._log, self._folder, self._port, limits)
        status, ready, _ = await self._watch(self._child, self._port, self._spec.start_seconds)
        if not ready:
            how = (
                f"ended with exit status {status}"
                if status is not None
                else f"was not ready after {self._spec.start_seconds:g} s"
            )
            raise TargetError(f"target {self._spec.name!r} {how}\n{self._masked(self._log)}")

    async def trial(
        self,
        environment: Mapping[str, str | None],
        *,
        arguments: tuple[str, ...] = (),
        seconds: float = 5.0,
        port: int | None = None,
    ) -> Trial:
        """Start a second copy with scratch data of its own and a changed environment, and end it.

        With a given ``port`` somebody else may answer there, so it is only seen whether the copy ends.
        """
        given = port is not None
        folder = self._folder / f"trial-{secrets.token_hex(4)}"
        folder.mkdir()
        port, log = port if port is not None else _free_port(), folder / "target.log"
        variables = self._environment(folder, port)
        for name, value in environment.items():
            variables.pop(name, None)
            if value is not None:
                variables[name] = value
        child = self._spawn((*self._spec.start, *arguments), variables, log, folder, port, None)
        try:
            if given:
                begin = time.monotonic()
                status, ready = await child.wait(seconds), False
                took = time.monotonic() - begin
            else:
                status, ready, took = await self._watch(child, port, seconds)
        finally:
            await _end(child, 1.0)
        return Trial(status, ready, took, self._masked(log))

    def logs(self) -> str:
        """Return everything the target wrote, secrets included: what a check does with it must not repeat them."""
        return self._log.read_text(errors="backslashreplace") if self._log.is_file() else ""

    # --- how

    def _owned(self) -> Child:
        if self._child is None:
            raise TargetError(
                "this instance is shared: only a scenario with the effect `disrupt` may touch its process"
            )
        return self._child

    def _client(self, dependency: str) -> HttpClient:
        if dependency not in self._clients:
            own = (self._spec.address or "http://127.0.0.1:{port}").replace("{port}", str(self._port))
            self._clients[dependency] = HttpClient(self._addresses[dependency] if dependency else own)
        return self._clients[dependency]

    async def _start_dependency(self, name: str) -> None:
        spec = self._spec.dependencies[name]
        port = _free_port()
        address = spec.address.replace("{port}", str(port))
        self._addresses[name] = seen = address
        if spec.start:
            log = self._folder / f"{name}.log"
            folder = self._folder.with_name(
                f"{self._folder.name}-{name}"
            )  # what a dependency keeps is not the target's
            folder.mkdir(exist_ok=True)
            child = self._spawn(spec.start, self._base(), log, folder, port, None)
            self._dependencies[name] = child
            if spec.health is None:
                ready = await _listens(child, port, self._spec.start_seconds)
            else:
                client = HttpClient(address)
                _, ready, _ = await self._watch(child, port, self._spec.start_seconds, client, spec.health)
            if not ready:
                raise TargetError(f"dependency {name!r} did not start\n{self._masked(log)}")
        if self._place.proxied:
            seen = await self._proxied(name, address, spec.place(port))
        self._seen[name] = seen

    async def _proxied(self, name: str, address: str, place: tuple[str, int] | None) -> str:
        """Put a proxy in front of a dependency, and return its address with that proxy in it."""
        if place is None:  # the address is not shown: it may hold a password
            raise TargetError(
                f"dependency {name!r}: its address must name a host and a port, for a proxy goes before it"
            )
        proxy = ToxicProxy(*place, name)
        await proxy.start()
        self.proxies[name] = proxy
        parts = urlsplit(address)
        user, at, _ = parts.netloc.rpartition("@")
        return parts._replace(netloc=f"{user}{at}{proxy.address}").geturl()

    def _base(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("READINESS_")}
        return {**inherited, "PYTHONUNBUFFERED": "1"}

    def _environment(self, folder: Path, port: int) -> dict[str, str]:
        values = self._values(folder, port)
        own = {name: str(fill(value, values)) for name, value in self._spec.environment.items()}
        seen = {self._spec.dependencies[name].variable: address for name, address in self._seen.items()}
        return {**self._base(), **own, **seen}

    def _values(self, folder: Path, port: int) -> dict[str, Any]:
        shared = self._folder.name == "shared" and folder == self._folder
        database = self._spec.database if shared and self._spec.database else str(folder / "data.duckdb")
        return {
            "python": sys.executable,
            "port": port,
            "data": str(folder),
            "seed": self._place.seed,
            "database": database,
        }

    def _spawn(
        self, command: tuple[str, ...], environment: Mapping[str, str], log: Path, folder: Path, port: int,
        limits: Mapping[str, int] | None,
    ) -> Child:  # fmt: skip
        words = [str(word) for word in fill(list(command), self._values(folder, port))]
        directory = self._spec.directory or None
        return Child(
            words, run_id=self._place.mark, log=log, environment=environment, directory=directory, limits=limits
        )

    async def _watch(
        self, child: Child, port: int, seconds: float, client: HttpClient | None = None, path: str = ""
    ) -> tuple[int | None, bool, float]:
        """Wait until the child answers well, ends, or time is up: exit status, ready, seconds."""
        begin = time.monotonic()
        own = client or HttpClient((self._spec.address or "http://127.0.0.1:{port}").replace("{port}", str(port)))
        path = path or self._spec.health.ready or self._spec.health.live or "/"
        mute = client is None and self._spec.address.startswith("grpc")
        try:
            while (elapsed := time.monotonic() - begin) < seconds:
                if await (_takes_connections(own) if mute else _answers_well(own, path)):
                    return None, True, elapsed
                if await child.wait(POLL_SECONDS) is not None:
                    return child.exit_status, False, time.monotonic() - begin
            return child.exit_status, False, seconds
        finally:
            await own.close()

    def _masked(self, log: Path) -> str:
        text = "\n".join(log.read_text(errors="replace").strip().splitlines()[-20:]) if log.is_file() else ""
        for secret in self._spec.secrets:
            text = text.replace(secret, "********")
        return text[-2000:]


async def _answers_well(client: HttpClient, path: str) -> bool:
    reply = await client.send(Request("GET", path, timeout=1.0))
    return not reply.error and reply.status < 400


async def _takes_connections(client: HttpClient) -> bool:
    """Whether something is there that no HTTP request may be sent to."""
    return not await client.reach(1.0)


async def _end(child: Child, grace: float) -> None:
    """Tell it to stop, wait for ``grace`` seconds, then end whatever is left."""
    child.terminate()
    await child.wait(grace)
    child.close()


async def _listens(child: Child, port: int, seconds: float) -> bool:
    """Whether its port takes a connection in time: all that can be asked of a dependency that need not speak HTTP."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return True
        if await child.wait(POLL_SECONDS) is not None:
            return False
    return False


def _free_port() -> int:
    """A port that nobody has now, and that the system gives nobody by itself until the child takes it, a second from now."""
    for wanted in (*random.SystemRandom().sample(OWN_PORTS, 20), 0):
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", wanted))
            port: int = found.getsockname()[1]
            return port
    raise TargetError("no free port on 127.0.0.1")
