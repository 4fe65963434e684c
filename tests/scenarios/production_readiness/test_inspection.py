"""Which credentials are tried: in the form that callers use, and never the described one."""

import base64

import pytest

from scenarios.production_readiness.inspection import DEFAULT_KEYS, DEFAULT_PAIRS, _defaults


def _basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def test_a_bare_key_is_tried_in_its_own_header() -> None:
    tried = [(header, value) for _, header, value in _defaults("X-API-Key", "0123456789")]
    assert tried == [
        *(("Authorization", _basic(pair)) for pair in DEFAULT_PAIRS), *(("X-API-Key", key) for key in DEFAULT_KEYS),
    ]  # fmt: skip


def test_a_key_with_a_scheme_keeps_it() -> None:
    values = [
        value for _, header, value in _defaults("Authorization", "Bearer 0123456789") if header == "Authorization"
    ]
    assert [value for value in values if value.startswith("Bearer ")] == [f"Bearer {key}" for key in DEFAULT_KEYS]


def test_who_speaks_basic_is_tried_with_pairs_only() -> None:
    tried = _defaults("Authorization", _basic("alice:0123456789"))
    assert [shown for shown, _, _ in tried] == [f"Basic {pair}" for pair in DEFAULT_PAIRS]


@pytest.mark.parametrize(
    ("header", "described"),
    [("Authorization", _basic("admin:admin")), ("X-API-Key", "test"), ("Authorization", "Bearer test")],
)
def test_the_described_key_is_never_a_default(header: str, described: str) -> None:
    assert described not in [value for _, _, value in _defaults(header, described)]
