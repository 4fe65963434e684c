"""Journeys that can be sent to another process: a program in a file, and plain calls by weight."""

import inspect
import sys
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from readiness.exchange import Reply
from readiness.load.expect import ANY_GOOD_STATUS, Condition
from readiness.load.user import Journey, User


class Script:
    """A coroutine function in a file. It travels as its source, so that the other machine needs no copy of the file.

    What the source imports or opens has to be on that machine.
    """

    def __init__(self, file: str, source: str, name: str) -> None:
        self.file, self.source, self.name = file, source, name
        self._journey = _journey(file, source, name)

    @classmethod
    def read(cls, text: str) -> "Script":
        """Read ``file.py:function``; ValueError says what is wrong with it."""
        file, _, name = text.rpartition(":")
        if not file or not Path(file).is_file():
            raise ValueError(f"journey {text!r}: right would be file.py:function")
        return cls(file, Path(file).read_text(encoding="utf-8"), name)

    def __call__(self, user: User) -> Awaitable[object]:
        return self._journey(user)

    def __reduce__(self) -> "tuple[type[Script], tuple[str, str, str]]":
        return Script, (self.file, self.source, self.name)


@dataclass(frozen=True)
class Call:
    """One request; ``name`` groups its samples (default: method and path), ``weight`` is its share among others."""

    method: str = "GET"
    path: str = "/"
    name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    expect: tuple[Condition, ...] = ANY_GOOD_STATUS
    weight: float = 1.0


@dataclass(frozen=True)
class Calls:
    """A journey of one call, picked by weight."""

    calls: tuple[Call, ...]
    _weights: list[float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        weights = [call.weight for call in self.calls]
        if not self.calls or min(weights) < 0 or not any(weights):
            raise ValueError(f"weights {weights}; there must be a call, none below 0 and one above")
        object.__setattr__(self, "_weights", weights)

    def __call__(self, user: User) -> Awaitable[Reply]:
        calls = self.calls
        call = calls[0] if len(calls) == 1 else user.random.choices(calls, self._weights)[0]
        return user.request(
            call.method, call.path, name=call.name, headers=call.headers, body=call.body, expect=call.expect
        )


def _journey(file: str, source: str, name: str) -> Journey:
    module = ModuleType(f"readiness_journey_{Path(file).stem}")
    module.__file__ = file
    sys.modules[module.__name__] = module  # dataclasses look their module up
    try:
        exec(compile(source, file, "exec"), module.__dict__)  # noqa: S102 - the user's own program
    except Exception as error:  # noqa: BLE001 - whatever it raises is his to see
        raise ValueError(f"journey {file}: {type(error).__name__}: {error}") from None
    found = getattr(module, name, None)
    if not inspect.iscoroutinefunction(found):
        raise ValueError(f"journey {file}:{name}: {name} is not a coroutine function (async def {name}(user): ...)")
    journey: Journey = found
    return journey
