"""Who may do what: API keys, two roles, and nothing that tells a caller which part of a key was wrong."""

from enum import IntEnum
from hmac import compare_digest
from typing import Annotated

from fastapi import Request, Security
from fastapi.security import APIKeyHeader

from readiness.desk import logs
from readiness.desk.defects import active
from readiness.desk.errors import Problem
from readiness.desk.settings import Settings

SCHEME = APIKeyHeader(name="X-API-Key", auto_error=False, description="The caller's key; its role follows from it.")

Key = Annotated[str | None, Security(SCHEME)]


class Role(IntEnum):
    """What a key allows; a higher role may do everything that a lower one may."""

    TRADER = 1
    ADMIN = 2


class Keyring:
    """The keys that are known, and the role of each."""

    def __init__(self, settings: Settings) -> None:
        self._keys = ((settings.admin_key.encode(), Role.ADMIN), (settings.trader_key.encode(), Role.TRADER))

    def role(self, key: str) -> Role | None:
        """The role of a key; every known key is compared in full, so timing tells nothing."""
        given = key.encode("utf-8", "surrogateescape")
        found = [role for known, role in self._keys if compare_digest(given, known)]
        return found[0] if found else None


async def trader(request: Request, key: Key) -> None:
    """Let any known key pass. Async, because a plain dependency would cost a hop to a worker thread."""
    if active("open-endpoint") and request.method == "GET" and "account_id" in request.path_params:
        return
    _require(request, key, Role.TRADER)


async def admin(request: Request, key: Key) -> None:
    """Let an administrator's key pass."""
    _require(request, key, Role.TRADER if active("role-ignored") else Role.ADMIN)


def _require(request: Request, key: str | None, least: Role) -> None:
    if active("secret-in-log"):
        logs.log.info("authenticating %s", key)
    if not key:
        raise Problem(401, "unauthenticated", "the header X-API-Key is missing; right would be: a valid key")
    keyring: Keyring = request.app.state.desk.keyring
    role = keyring.role(key)
    if role is None:
        raise Problem(401, "unauthenticated", "the key in X-API-Key is not known")
    if role < least:
        raise Problem(403, "forbidden", f"this needs the role {least.name.lower()}; the key's is {role.name.lower()}")
