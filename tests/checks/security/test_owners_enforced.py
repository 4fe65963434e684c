"""What the other caller gets decides, and only where both callers can do something."""

from typing import Any

import pytest

from checks.security.owners_enforced import owners_enforced
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _try(what: str, status: int, *, shown: bool = False) -> dict[str, Any]:
    return {"what": what, "status": status, "error": "" if status else "timeout", "shown": shown}


def _recording(*tries: dict[str, Any], control: int = 200, **changes: Any) -> Recording:
    told = list(tries) or [_try("read", 404), _try("list", 200), _try("change", 403)]
    first = {"created": True, "own_status": 200, "own_shows": True, "changed": False, "tries": told}
    facts = {"objects": [first, first | changes], "control": {"other": "bob", "created": True, "status": control}}
    return Recording(facts=facts)


@pytest.mark.parametrize("given", [_recording(), _recording(_try("read", 401)), _recording(_try("list", 500))])
def test_refusals_pass(given: Recording) -> None:
    assert holds(owners_enforced(given), "of 'bob' led nowhere")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (_recording(_try("read", 200, shown=True)), "read by 'bob' answered 200 and showed the object"),
        (_recording(_try("list", 200, shown=True)), "list by 'bob'"),
        (_recording(_try("read", 404, shown=True)), "answered 404 and showed"),
        (_recording(changed=True), "changed an object that is not his"),
        (_recording(_try("change", 200)), "change by 'bob' was let in with 200"),
        (_recording(_try("read", 204)), "let in with 204"),
    ],
)
def test_whoever_is_let_in_fails_it(given: Recording, reason: str) -> None:
    assert not holds(owners_enforced(given), reason)


@pytest.mark.parametrize(
    "given",
    [
        Recording(),
        Recording(facts={"problem": "no identity"}),
        _recording(created=False, tries=[]),
        _recording(own_status=404),
        _recording(own_shows=False),
        _recording(control=403),
        _recording(_try("read", 500)),
        _recording(_try("change", 0)),
    ],
)
def test_where_a_refusal_proves_nothing_it_is_unknown(given: Recording) -> None:
    assert isinstance(owners_enforced(given), Unknown)
