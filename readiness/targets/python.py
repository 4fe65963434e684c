"""A plain or async callable in this process: ``python:package.module:name``. The operation's body gives its arguments."""

import asyncio
import inspect
import json
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from readiness import Reply, Request, TargetError, TargetSpec, Workplace, target


@target(schemes=("python",))
class PythonTarget:
    """Calls the function; what it raises is a failed reply (status 500), what it returns is a JSON answer (status 200)."""

    process = None
    proxies: Mapping[str, Any] = {}

    def __init__(self, spec: TargetSpec, workplace: Workplace) -> None:  # noqa: ARG002 - every adapter is made alike
        self._address = spec.address
        self._directory = spec.directory or str(Path.cwd())

    async def open(self) -> None:
        """Import the callable."""
        module, _, name = self._address.removeprefix("python:").partition(":")
        if self._directory not in sys.path:
            sys.path.insert(0, self._directory)
        try:
            found = getattr(import_module(module), name)
        except (ImportError, AttributeError, ValueError) as error:
            raise TargetError(f"target {self._address}: {error}; right would be python:package.module:name") from None
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a module raises on import, it cannot be called
            raised = f"{type(error).__name__}: {error}"
            raise TargetError(f"target {self._address}: importing {module} raised {raised}") from None
        if not callable(found):
            raise TargetError(f"target {self._address}: {name} is a {type(found).__name__}, not a callable")
        self._function = found

    async def close(self) -> None:
        """Nothing is held."""

    async def send(self, request: Request) -> Reply:
        """Call it, a plain function in a thread, with the body's keys as arguments."""
        begin = time.perf_counter()
        try:
            arguments = json.loads(request.body) if request.body else {}
            async with asyncio.timeout(request.timeout):
                if inspect.iscoroutinefunction(self._function):
                    value = await self._function(**arguments)
                else:
                    value = await asyncio.to_thread(self._function, **arguments)
                    if inspect.isawaitable(value):  # of an object with an ``async def __call__``, or of a wrapper
                        value = await value
            body = json.dumps(value, default=str).encode()
        except TimeoutError:
            return Reply(0, {}, b"", time.perf_counter() - begin, "timeout")
        except (Exception, SystemExit) as error:  # noqa: BLE001 - what a target raises is an observation
            text = f"{type(error).__name__}: {error}"
            return Reply(500, {}, text.encode(errors="backslashreplace"), time.perf_counter() - begin)
        return Reply(200, {}, body, time.perf_counter() - begin)

    async def disconnect(self) -> None:
        """Nothing is connected."""

    def handle(self) -> dict[str, Any]:
        """Each process imports it for itself."""
        return {}

    async def attach(self, handle: dict[str, Any]) -> None:  # noqa: ARG002 - nothing crosses
        """Import it here."""
        await self.open()
