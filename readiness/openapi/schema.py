"""Whether a value is what a schema of a document says: JSON Schema 2020-12, which OpenAPI 3.1 uses and 3.0 is turned into.

Formats (`date`, `email` ...) are notes, as JSON Schema has it by default; they are not held against a value.
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from readiness.openapi.document import Document, Schema, as_mapping

MOST_VIOLATIONS = 5
_VALUES = ("enum", "const", "example", "examples", "default")  # hold values, not schemas
_SAYS = ("required", "additionalProperties", "dependentRequired", "unevaluatedProperties")  # whose message is short


class Violation(NamedTuple):
    """Where a value breaks its schema (``$.items[0].name``), and how."""

    path: str
    message: str


class UnusableSchemaError(Exception):
    """A schema that cannot be held against anything: a pattern that is none, a reference that leads nowhere."""


def violations(value: Any, schema: Schema, document: Document) -> list[Violation]:
    """Where a value breaks its schema, at most five places; UnusableSchemaError where that cannot be said."""
    # Here, because they take a tenth of a second, which whoever only reads a document need not wait.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    whole = {**as_mapping(converted(schema, document)), "components": _components(document)}
    # An empty registry: a reference that leads elsewhere is never fetched.
    validator = Draft202012Validator(whole, registry=Registry())
    try:
        errors = list(islice(validator.iter_errors(value), MOST_VIOLATIONS))
        # Of an anyOf it says which alternative came nearest, and what it lacked.
        return [_violation(best_match([error]) or error) for error in errors]
    except (Unresolvable, re.error, RecursionError) as error:
        raise UnusableSchemaError(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from None
    except Exception as error:
        # A schema is another's text: a `minimum` that is a word raises whatever comparing with it raises.
        raise UnusableSchemaError(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from error


def fits(value: Any, schema: Schema, document: Document) -> bool:
    """Whether a value is what a schema says."""
    return not violations(value, schema, document)


def converted(schema: Any, document: Document) -> Any:
    """A schema as JSON Schema 2020-12, for what is answered: what may only be written need not be in it."""
    old = document.version.startswith("3.0")

    def turn(node: Any) -> Any:
        if isinstance(node, list):
            return [turn(entry) for entry in node]
        if not isinstance(node, Mapping):
            return node
        if old and "$ref" in node:
            return {"$ref": node["$ref"]}  # 3.0: whatever stands beside a reference is ignored
        told = {str(name): entry if name in _VALUES else turn(entry) for name, entry in node.items()}
        if isinstance(told.get("$schema"), str):
            del told["$schema"]
        _without_written(told)
        return _from_30(told) if old else told

    return turn(schema)


def _without_written(told: dict[str, Any]) -> None:
    if not isinstance(told.get("required"), list):
        return
    properties = as_mapping(told.get("properties"))
    written = {name for name, one in properties.items() if as_mapping(one).get("writeOnly") is True}
    told["required"] = [name for name in told["required"] if name not in written]


def _from_30(told: dict[str, Any]) -> dict[str, Any]:
    """The two keywords that mean something else in 3.0: nullable, and bounds that are excluded by true."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if told.get(exclusive) is True and bound in told:
            told[exclusive] = told.pop(bound)
        elif isinstance(told.get(exclusive), bool):
            del told[exclusive]
    # A property may be called so, too: then it is no boolean.
    nullable = told.pop("nullable") if isinstance(told.get("nullable"), bool) else False
    return {"anyOf": [told, {"type": "null"}]} if nullable else told


@lru_cache(maxsize=4)
def _components(document: Document) -> Any:
    """The schemas of the document's components, converted once."""
    return {"schemas": converted(as_mapping(document.content.get("components")).get("schemas", {}), document)}


def _violation(error: Any) -> Violation:
    if error.validator in _SAYS:
        return Violation(error.json_path, error.message[:200])
    return Violation(
        error.json_path, f"{error.validator} is {_short(error.validator_value)}, the value is {_short(error.instance)}"
    )


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
