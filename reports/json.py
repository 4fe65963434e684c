"""Writes the whole report as strict JSON, sorted, with a published schema (``report.schema.json`` beside this file).

Infinity and not-a-number have no place in JSON; they are written as the strings "Infinity", "-Infinity" and "NaN",
which the schema allows and which read back as what they were. Null would mean *not measured*.
"""

import json as codec
import re
from datetime import UTC, datetime
from math import isfinite, isnan
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from readiness import Report, reporter

NOT_FINITE = ("Infinity", "-Infinity", "NaN")


class _Schema(GenerateJsonSchema):
    """The schema of what is written: a float may also be one of three words."""

    def float_schema(self, schema: core_schema.FloatSchema) -> JsonSchemaValue:
        return {"anyOf": [super().float_schema(schema), {"enum": list(NOT_FINITE)}]}


@reporter()
def json(report: Report) -> dict[str, str]:
    """The whole report for machines."""
    text = codec.dumps(_strict(report.model_dump()), sort_keys=True, indent=2, allow_nan=False, ensure_ascii=False)
    return {f"production_validation_report_{_stamp(report.timestamp)}.json": text + "\n"}


def schema() -> str:
    """Return the JSON schema of the report; ``report.schema.json`` is this text."""
    body = Report.model_json_schema(mode="serialization", schema_generator=_Schema)
    dialect = "https://json-schema.org/draft/2020-12/schema"
    return codec.dumps({"$schema": dialect, **body}, sort_keys=True, indent=2, allow_nan=False) + "\n"


def _strict(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case float():
            return value if isfinite(value) else "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"
        case str():
            return value.encode("utf-8", "backslashreplace").decode()  # a lone surrogate cannot be written as UTF-8
        case dict():
            return {_strict(str(key)): _strict(item) for key, item in value.items()}
        case list() | tuple():
            return [_strict(item) for item in value]
        case set() | frozenset():
            return sorted((_strict(item) for item in value), key=repr)
        case datetime():
            return value.isoformat()
    return _strict(str(value))


def _stamp(timestamp: str) -> str:
    try:
        moment = datetime.fromisoformat(timestamp)
    except ValueError:
        digits = re.sub(r"[^0-9]", "", timestamp)[:14].ljust(14, "0")
        return f"{digits[:8]}_{digits[8:]}"
    return (moment.astimezone(UTC) if moment.tzinfo else moment).strftime("%Y%m%d_%H%M%S")
