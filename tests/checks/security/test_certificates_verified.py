"""Each bad certificate must be refused; one request is a finding; where nobody connected nothing is known."""

from typing import Any

import pytest

from checks.security.certificates_verified import WRONG, certificates_verified
from readiness import Fact, NotApplicable, Recording, Unknown


def shown(kind: str, *, refused: int = 2, requests: int = 0) -> dict[str, Any]:
    met = {"met": bool(refused or requests), "requests": requests}
    return {"dependency": "vendor", "kind": kind, **met, "refused": refused, "alerts": ["TLSV1_ALERT_UNKNOWN_CA"]}


def recording(*certificates: dict[str, Any]) -> Recording:
    return Recording(facts={"certificates": list(certificates)})


def test_refusing_each_passes() -> None:
    outcome = certificates_verified(recording(*map(shown, WRONG)))
    assert isinstance(outcome, Fact)
    assert outcome.passed


@pytest.mark.parametrize("kind", WRONG)
def test_one_request_fails_whatever_was_refused_before(kind: str) -> None:
    others = [shown(other) for other in WRONG if other != kind]
    outcome = certificates_verified(recording(*others, shown(kind, requests=1)))
    assert isinstance(outcome, Fact)
    assert not outcome.passed
    assert WRONG[kind] in outcome.reason


def test_nobody_looked_is_no_proof() -> None:
    outcome = certificates_verified(recording(shown("self_signed"), shown("expired", refused=0)))
    assert isinstance(outcome, Unknown)
    assert "expired" in outcome.reason


def test_without_dependencies_over_http_it_does_not_apply() -> None:
    assert isinstance(certificates_verified(Recording()), NotApplicable)
    assert isinstance(certificates_verified(Recording(facts={"problem": "no openssl"})), Unknown)
