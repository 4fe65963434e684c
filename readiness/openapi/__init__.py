"""A target's OpenAPI document: what it says can be called, what answers may look like, and what it forbids."""

from readiness.openapi.answers import BEFORE_INPUT, answered
from readiness.openapi.calling import Call, Way, is_description, right_call, ways, why_not, wrong_calls
from readiness.openapi.document import Answer, Content, Document, Documented, Parameter, parse
from readiness.openapi.schema import UnusableSchemaError, Violation, violations
from readiness.openapi.taking import read, read_file, unreadable, with_operations
from readiness.openapi.values import UnmadeError, made, value_of

__all__ = [
    "BEFORE_INPUT",
    "Answer",
    "Call",
    "Content",
    "Document",
    "Documented",
    "Parameter",
    "UnmadeError",
    "UnusableSchemaError",
    "Violation",
    "Way",
    "answered",
    "is_description",
    "made",
    "parse",
    "read",
    "read_file",
    "right_call",
    "unreadable",
    "value_of",
    "violations",
    "ways",
    "why_not",
    "with_operations",
    "wrong_calls",
]
