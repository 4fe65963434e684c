"""Whether a value is what a schema of a document says: JSON Schema 2020-12, which OpenAPI 3.1 uses and 3.0 is turned into.

Formats (`date`, `email` ...) are notes, as JSON Schema has it by default; they are not held against a value.
"""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from readiness.openapi.document import Document, Schema, UnresolvedError, as_list, as_mapping

MOST_VIOLATIONS = 5
_VALUES = ("enum", "const", "example", "examples", "default")  # hold values, not schemas
_BY_NAME = ("properties", "patternProperties", "$defs", "definitions", "dependentSchemas")  # whose keys are no keywords
_SAYS = ("required", "additionalProperties", "dependentRequired", "unevaluatedProperties")  # whose message is short


class Violation(NamedTuple):
    """Where a value breaks its schema (``$.items[0].name``), and how."""

    path: str
    message: str


class UnusableSchemaError(Exception):
    """A schema that cannot be held against anything: a pattern that is none, a reference that leads nowhere."""


def violations(value: Any, schema: Schema, document: Document, *, sent: bool = False) -> list[Violation]:
    """Where a value breaks its schema, at most five places; UnusableSchemaError where that cannot be said.

    ``sent``: it stands in a request, where what is only read need not be; else in an answer.
    """
    # Here, because they take a tenth of a second, which whoever only reads a document need not wait.
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    whole = {**as_mapping(converted(schema, document, sent=sent)), "components": _components(document, sent)}
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


def fits(value: Any, schema: Schema, document: Document, *, sent: bool = False) -> bool:
    """Whether a value is what a schema says."""
    return not violations(value, schema, document, sent=sent)


def converted(schema: Any, document: Document, *, sent: bool) -> Any:
    """A schema as JSON Schema 2020-12: what is only read need not be sent, and what is only written not be answered."""
    old = document.version.startswith("3.0")
    flag = "readOnly" if sent else "writeOnly"

    def turn(node: Any, above: Sequence[str] = ()) -> Any:
        if isinstance(node, list):
            return [turn(entry, above) for entry in node]
        if not isinstance(node, Mapping):
            return node
        if old and "$ref" in node:
            return {"$ref": node["$ref"]}  # 3.0: whatever stands beside a reference is ignored
        spared = (*above, *flagged(node, flag, document))
        told = {str(name): held(str(name), entry, spared) for name, entry in node.items()}
        if isinstance(told.get("$schema"), str):
            del told["$schema"]
        if isinstance(told.get("required"), list):
            told["required"] = [name for name in told["required"] if name not in spared]
        return _from_30(told) if old else told

    def held(name: str, entry: Any, spared: Sequence[str]) -> Any:
        if name in _VALUES:
            return entry
        if name in _BY_NAME and isinstance(entry, Mapping):
            return {str(key): turn(one) for key, one in entry.items()}
        # One part of an allOf may need what another describes.
        return turn(entry, spared if name == "allOf" else ())

    return turn(schema)


def flagged(schema: Schema, flag: str, document: Document, above: tuple[int, ...] = ()) -> list[str]:
    """The properties of a schema, and of the parts of its allOf, that are ``readOnly`` or ``writeOnly``."""
    found = [str(name) for name, one in as_mapping(schema.get("properties")).items() if _bears(one, flag, document)]
    above = (*above, id(schema))
    for part in as_list(schema.get("allOf")):
        with suppress(UnresolvedError):
            known = document.resolve(part)
            if id(known) not in above:
                found += flagged(known, flag, document, above)
    return found


def _bears(node: Any, flag: str, document: Document) -> bool:
    """Whether a schema has a flag, itself or where its reference leads."""
    try:
        return as_mapping(node).get(flag) is True or document.resolve(node).get(flag) is True
    except UnresolvedError:
        return False


def _from_30(told: dict[str, Any]) -> dict[str, Any]:
    """The two keywords that mean something else in 3.0: nullable, and bounds that are excluded by true."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if told.get(exclusive) is True and bound in told:
            told[exclusive] = told.pop(bound)
        elif isinstance(told.get(exclusive), bool):
            del told[exclusive]
    nullable = told.pop("nullable") if isinstance(told.get("nullable"), bool) else False
    return {"anyOf": [told, {"type": "null"}]} if nullable else told


@lru_cache(maxsize=4)
def _components(document: Document, sent: bool) -> Any:
    """The schemas of the document's components, converted once for each direction."""
    schemas = as_mapping(as_mapping(document.content.get("components")).get("schemas"))
    return {"schemas": {str(name): converted(one, document, sent=sent) for name, one in schemas.items()}}


def _violation(error: Any) -> Violation:
    if error.validator in _SAYS:
        return Violation(error.json_path, error.message[:200])
    return Violation(
        error.json_path, f"{error.validator} is {_short(error.validator_value)}, the value is {_short(error.instance)}"
    )


def _short(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."
