"""Settings: what wins, what is refused, and what is never shown."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from readiness.desk.settings import SettingsError, load

GIVEN = {
    "DESK_VENDOR_URL": "http://127.0.0.1:9000/",
    "DESK_VENDOR_KEY": "vendor-key-0123456789",
    "DESK_TRADER_KEY": "trader-key-0123456789",
    "DESK_ADMIN_KEY": "admin-key-0123456789",
}


def problems(**changed: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(GIVEN | changed)
    return caught.value.problems


def test_defaults() -> None:
    settings = load(GIVEN | {"HOME": "/root"})
    assert (settings.host, settings.port, settings.pool_size, settings.clock) == ("127.0.0.1", 8080, 8, None)
    assert settings.vendor_url == "http://127.0.0.1:9000"
    assert settings.limits.delta_target == 0.30


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text("pool_size: 3\nport: 9001\nlimits:\n  delta_target: 0.2\n  max_puts: 4\n")
    settings = load(GIVEN | {"DESK_PORT": "9002"}, file)
    assert (settings.pool_size, settings.port) == (3, 9002)
    assert (settings.limits.delta_target, settings.limits.max_puts) == (0.2, 4)


@pytest.mark.parametrize(
    "text", ["pool_sise: 3", "- 1", "a: [", "limits: 3", "limits: {delta: 1}", "limits: {max_puts: x}"]
)
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "desk.yaml"
    file.write_text(text)
    with pytest.raises(SettingsError, match="right would be"):
        load(GIVEN, file)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESK_PORT", "65536"),
        ("DESK_POOL_SIZE", "0"),
        ("DESK_POOL_SIZE", "many"),
        ("DESK_VENDOR_URL", "127.0.0.1:9000"),
        ("DESK_VENDOR_URL", "http://user:secret@127.0.0.1"),
        ("DESK_VENDOR_TIMEOUT", "nan"),
        ("DESK_CLOCK", "2025-03-10T12:00:00"),
        ("DESK_CLOCK", "1999-01-04T12:00:00Z"),
        ("DESK_LOG_LEVEL", "LOUD"),
        ("DESK_STOP_SECONDS", "-1"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    (problem,) = problems(**{name: value})
    assert problem.startswith(f"{name} = {value!r} is not valid; right would be: ")


def test_all_problems_are_told_together() -> None:
    assert len(problems(DESK_PORT="x", DESK_POOL_SIZE="y", DESK_NONSENSE="z")) == 3


def test_secrets_are_not_told() -> None:
    (problem,) = problems(DESK_ADMIN_KEY="too-short")
    assert "too-short" not in problem
    (same,) = problems(DESK_ADMIN_KEY=GIVEN["DESK_TRADER_KEY"])
    assert GIVEN["DESK_TRADER_KEY"] not in same
    settings = load(GIVEN)
    assert not [secret for secret in settings.secrets() if secret in str(settings.masked()) + repr(settings)]


@pytest.mark.parametrize("text", ["/data/desk.duckdb", "duckdb:///data/desk.duckdb", "duckdb:////data/desk.duckdb"])
def test_ways_to_name_the_database(text: str) -> None:
    assert load(GIVEN | {"DESK_DATABASE": text}).database == Path("/data/desk.duckdb")


def test_a_simulated_clock() -> None:
    assert load(GIVEN | {"DESK_CLOCK": "2025-03-10T12:00:00-04:00"}).clock == datetime(2025, 3, 10, 16, tzinfo=UTC)
