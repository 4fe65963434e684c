"""What the users of benchmarks/load_engine.py do, through the public API."""

from readiness import User, expect

GOOD = expect(200, json={"status": "ok"})


async def status(user: User) -> None:
    """One call, its status checked (200 to 399)."""
    await user.get("/")


async def document(user: User) -> None:
    """One call, its status and a value of its JSON document checked."""
    await user.get("/", expect=GOOD)


async def idle(user: User) -> None:
    """One call, then a long pause with the connection open."""
    await user.get("/")
    await user.think(3600)
