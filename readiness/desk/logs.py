"""Logs: one JSON object per line on standard error, with the request's id and without secrets."""

import json
import logging
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime

from readiness.desk.defects import active

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

ACCESS_FIELDS = ("method", "route", "status", "seconds")
MASK = "********"

log = logging.getLogger("desk")


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; whatever the message holds, secrets are masked."""

    def __init__(self, secrets: Sequence[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The record's line."""
        if active("plain-logs"):
            return self._mask(f"{record.levelname} {record.getMessage()}")
        fields: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "service": "desk",
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None and not active("lost-request-id"):
            fields["request_id"] = current
        fields |= {name: value for name in ACCESS_FIELDS if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return self._mask(json.dumps(fields, default=str))

    def _mask(self, line: str) -> str:
        if active("secret-in-log"):
            return line
        for secret in self._secrets:
            line = line.replace(secret, MASK)
        return line


def configure(level: str, secrets: Sequence[str]) -> None:
    """Send every logger's records through the one formatter."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
