"""What can be wrong with the vendor's data, applied to good answers. Answers of faulty transport live in `server`."""

from copy import deepcopy
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

Fault = Literal["none", "stale", "crossed", "nan", "error", "slow", "garbage", "gaps"]

FAULTS: tuple[str, ...] = get_args(Fault)
STALE_BY = timedelta(hours=2)
SLOW_SECONDS = 3.0

_EVERY = 4
_IMPOSSIBLE = (float("nan"), 0.0, -1.0)


def spoil(answer: dict[str, Any], fault: Fault) -> dict[str, Any]:
    """A copy of a quote or chain with the fault in it; faults that do not concern its content change nothing.

    crossed and nan spoil the quote itself, and every fourth option of a chain.
    """
    spoiled = deepcopy(answer)
    rows = spoiled["options"][::_EVERY] if "options" in spoiled else [spoiled]
    if fault == "stale":
        spoiled["at"] = (datetime.fromisoformat(spoiled["at"]) - STALE_BY).isoformat()
    elif fault == "crossed":
        for row in rows:
            row["bid"], row["ask"] = row["ask"], row["bid"]
    elif fault == "nan":
        for index, row in enumerate(rows):
            row["bid"] = _IMPOSSIBLE[index % len(_IMPOSSIBLE)]
            row["ask"] = _IMPOSSIBLE[(index + 1) % len(_IMPOSSIBLE)]
    return spoiled
