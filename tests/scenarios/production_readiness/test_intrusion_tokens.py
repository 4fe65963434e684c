"""Tokens are forged where their owner is let in and nobody else; of the others it is told how they fared."""

import asyncio
import base64
import hmac
import json
from pathlib import Path
from typing import Any

from checks.security.forged_tokens import forged_tokens
from readiness import Fact, NotApplicable, Recording, Unknown
from readiness.plugins import Workplace
from readiness.targeting import Target, TargetSpec
from readiness.targets.process import ProcessTarget
from scenarios.production_readiness.intrusion import _reads, _tokens

SERVICE = Path(__file__).parents[2] / "services" / "notes_service.py"
KEY = "signs-tokens-in-tests"


def token(key: str = KEY) -> str:
    head, claims = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (
        {"alg": "HS256"}, {"sub": "alice", "exp": 2_000_000_000}
    ))  # fmt: skip
    signature = hmac.digest(key.encode(), f"{head}.{claims}".encode(), "sha256")
    return f"{head}.{claims}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


def recorded(folder: Path, identities: dict[str, str], *reads: tuple[str, str], defect: str = "") -> Recording:
    """What the notes service answers; ``reads`` are paths with the identity that reads them."""
    environment = {"NOTES_ALICE_KEY": "a-key-of-alice", "NOTES_BOB_KEY": "a-key-of-bob", "NOTES_TOKEN_KEY": KEY}
    start = [
        "{python}",
        str(SERVICE),
        "--port",
        "{port}",
        "--data",
        "{data}",
        *(["--defect", defect] if defect else []),
    ]
    spec = TargetSpec.model_validate({
        "start": start, "environment": environment, "health": {"ready": "/health"},
        "identities": {name: {"value": f"Bearer {value}"} for name, value in identities.items()},
        "operations": [{"name": path, "path": path, "identity": who} for path, who in reads],
    })  # fmt: skip

    async def whole() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        adapter = ProcessTarget(spec, Workplace(str(folder)))
        await adapter.open()
        try:
            target = Target(spec, adapter)
            return await _tokens(target, _reads(target), {}, 5)
        finally:
            await adapter.close()

    owners, rows = asyncio.run(whole())
    return Recording(facts={"token_owners": owners, "tokens": rows})


def test_a_sound_service_refuses_every_forged_token(tmp_path: Path) -> None:
    recording = recorded(tmp_path, {"alice": token()}, ("/notes/{note}", "alice"), ("/notes", "alice"))
    assert [one["operation"] for one in recording.facts["token_owners"]] == ["/notes"], "its path is known"
    outcome = forged_tokens(recording)
    assert isinstance(outcome, Fact)
    assert outcome.passed, outcome.reason


def test_one_that_believes_them_is_found(tmp_path: Path) -> None:
    outcome = forged_tokens(recorded(tmp_path, {"alice": token()}, ("/notes", "alice"), defect="believes-tokens"))
    assert isinstance(outcome, Fact)
    assert not outcome.passed


def test_a_token_that_is_out_of_date_leaves_it_open(tmp_path: Path) -> None:
    recording = recorded(tmp_path, {"alice": token("another-key")}, ("/notes", "alice"))
    assert recording.facts["tokens"] == []
    outcome = forged_tokens(recording)
    assert isinstance(outcome, Unknown), "there is a token, so it applies"
    assert "/notes answered 401 to the token of alice itself" in outcome.reason


def test_a_read_that_everybody_may_see_proves_nothing(tmp_path: Path) -> None:
    recording = recorded(tmp_path, {"alice": token()}, ("/health", "alice"))
    assert recording.facts["tokens"] == [], "whatever the token, it would be answered well"
    outcome = forged_tokens(recording)
    assert isinstance(outcome, Unknown)
    assert "/health answered 200 without a token" in outcome.reason


def test_the_next_read_is_asked_where_the_first_does_not_do(tmp_path: Path) -> None:
    recording = recorded(tmp_path, {"alice": token()}, ("/health", "alice"), ("/notes", "alice"))
    assert {one["operation"] for one in recording.facts["tokens"]} == {"/notes"}


def test_a_key_that_is_no_token_makes_it_not_applicable(tmp_path: Path) -> None:
    recording = recorded(tmp_path, {"alice": "a-key-of-alice"}, ("/notes", "alice"))
    assert isinstance(forged_tokens(recording), NotApplicable)
