"""Messages between a load worker and who started it: a length and a pickled value, over a socket that only the two hold."""

import asyncio
import pickle
from struct import Struct
from typing import Any

LENGTH = Struct(">I")


def send(writer: asyncio.StreamWriter, message: Any) -> None:
    """Send a message; what cannot be sent now waits in the writer."""
    data = pickle.dumps(message)
    writer.write(LENGTH.pack(len(data)) + data)


async def receive(reader: asyncio.StreamReader) -> Any:
    """Return the next message. EOFError where the other end is gone."""
    try:
        (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        return pickle.loads(await reader.readexactly(length))  # noqa: S301 - from a process of ours, over a socket pair
    except (asyncio.IncompleteReadError, ConnectionError):
        raise EOFError("the other end is gone") from None
