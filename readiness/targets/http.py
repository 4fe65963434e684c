"""A running service, reached by its URL: over HTTP, or over gRPC (``grpc://host:port``)."""

from collections.abc import Mapping
from typing import Any

from readiness import HttpClient, Reply, Request, TargetError, TargetSpec, Workplace, target


@target(schemes=("http", "https", "grpc", "grpcs"))
class HttpTarget:
    """Sends to one origin; the service's life is not ours."""

    process = None
    proxies: Mapping[str, Any] = {}

    def __init__(self, spec: TargetSpec, workplace: Workplace) -> None:  # noqa: ARG002 - every adapter is made alike
        self._spec = spec
        self._client = HttpClient(spec.address)

    async def open(self) -> None:
        """See that something answers there."""
        path = self._spec.health.ready or self._spec.health.live or "/"
        if self._spec.address.startswith("grpc"):
            path, error = "its port", await self._client.reach(5.0)
            await self._client.close()
        else:
            error = (await self._client.send(Request("GET", path, timeout=5.0))).error
        if error:
            raise TargetError(f"target {self._spec.address}: {path} could not be reached: {error}")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def send(self, request: Request) -> Reply:
        """Send one request."""
        return await self._client.send(request)

    async def disconnect(self) -> None:
        """Close idle connections."""
        await self._client.close()

    def handle(self) -> dict[str, Any]:
        """Nothing is needed beyond the address."""
        return {}

    async def attach(self, handle: dict[str, Any]) -> None:
        """The address is enough."""
