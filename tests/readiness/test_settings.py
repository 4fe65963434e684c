"""readiness.yaml and the environment: what is filled in, what is refused, and what each variable changes."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.errors import SettingsError
from readiness.load.per_vu_iterations import per_vu_iterations
from readiness.loader import Catalog, load
from readiness.measure.recorder import Recorder
from readiness.measure.recording import Recording
from readiness.model import Fact, NotApplicable
from readiness.plugins import Workplace
from readiness.settings import EMBEDDED, RunEnvironment, Settings, find_file, read_environment, read_settings
from readiness.targeting import Adapter, Operation, Target, TargetSpec
from tests.grading import check_source, grade, project


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load()


def read(folder: Path, data: Any, **variables: str) -> Settings:
    path = folder / "readiness.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data))
    return read_settings(path, variables=variables)


def refusal(folder: Path, data: Any, **variables: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(folder, data, **variables)
    assert caught.value.exit_code == 2
    return str(caught.value).splitlines()


def target(**fields: Any) -> dict[str, Any]:
    return {"target": {"address": "http://127.0.0.1:1", **fields}}


# --- interpolation and secrets


def test_variables_fill_every_string(tmp_path: Path) -> None:
    data = target(
        address="http://${HOST}:${PORT:-80}",
        environment={"A": "${UNSET:-}", "B": "${UNSET:-${HOST}/b}", "C": "${EMPTY:-full}", "D": "{port} $HOST"},
        operations=[{"name": "one", "body": {"deep": ["${HOST}", 3]}}],
    )
    spec = read(tmp_path, data, HOST="there", EMPTY="").target
    assert spec.address == "http://there:80"
    assert spec.environment == {"A": "", "B": "there/b", "C": "full", "D": "{port} $HOST"}
    assert spec.operations[0].body == {"deep": ["there", 3]}


def test_a_variable_without_value_or_default_is_named(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, target(environment={"A": "${MY_KEY}"}))
    assert "${MY_KEY} is used, but MY_KEY is not set" in line
    assert "${MY_KEY:-default}" in line


def test_secrets_are_random_one_per_name_and_run(tmp_path: Path) -> None:
    data = target(
        environment={"A": "${secret:one}", "B": "${secret:two}"},
        identities={"user": {"value": "Bearer ${secret:one}"}, "other": {"header": "X-Key", "value": "given-key"}},
    )
    first, second = read(tmp_path, data).target, read(tmp_path, data).target
    one, two = first.environment["A"], first.environment["B"]
    assert len(one) == len(two) == 32
    assert one != two
    assert first.identities["user"].value == f"Bearer {one}"
    assert {one, two, "given-key"} <= set(first.secrets)
    assert second.environment["A"] != one


def test_the_token_of_an_identity_is_a_secret_without_its_scheme(tmp_path: Path) -> None:
    data = target(identities={"user": {"value": "Bearer ${TOKEN}"}})
    assert "token-of-mine" in read(tmp_path, data, TOKEN="token-of-mine").target.secrets


def test_values_of_secret_settings_are_secrets(tmp_path: Path) -> None:
    data = target(environment={"KEY": "${KEY}", "LEVEL": "debug"}, secret_settings=["KEY"])
    assert read(tmp_path, data, KEY="k-0123456789").target.secrets == ("k-0123456789",)


def test_an_empty_value_is_no_secret(tmp_path: Path) -> None:
    """It would be found, and masked, between any two characters."""
    data = target(environment={"KEY": ""}, secret_settings=["KEY"], identities={"user": {"value": "Bearer ${TOKEN:-}"}})
    assert "" not in read(tmp_path, data).target.secrets


@pytest.mark.parametrize("address", ["redis://:hidden-word@127.0.0.1/0", "redis://:hidden-word/x@127.0.0.1:1", "store"])
def test_a_dependency_without_host_and_port_is_refused_where_a_proxy_must_go_before_it(
    tmp_path: Path, address: str
) -> None:
    data = {"start": ["x"], "dependencies": {"cache": {"address": address, "variable": "CACHE"}}}
    (line,) = refusal(tmp_path, {"target": {**data, "grants": ["read", "disrupt"]}})
    assert "target.dependencies.cache: its address must name a host and a port" in line
    assert "hidden-word" not in line
    assert read(tmp_path, {"target": data}).target.dependencies["cache"].address == address, "nothing is proxied"


def test_the_password_of_a_dependency_is_a_secret_as_written_and_as_meant(tmp_path: Path) -> None:
    start = {"start": ["x"], "variable": "V"}
    data = target(dependencies={
        "cache": {**start, "address": "redis://:one%40word@127.0.0.1:{port}/0"},
        "store": {**start, "address": "postgresql://postgres:other-word@127.0.0.1:{port}/db"},
        "plain": {**start, "address": "postgresql://postgres:postgres@127.0.0.1:{port}/postgres"},
        "mute": {**start},
    })  # fmt: skip
    found = read(tmp_path, data).target.secrets
    assert found == ("one%40word", "one@word", "other-word"), "`postgres` is in ordinary words, and hides nothing"


def test_the_folder_of_the_file_is_where_the_target_starts(tmp_path: Path) -> None:
    assert read(tmp_path, target()).target.directory == str(tmp_path.resolve())
    assert read(tmp_path, target(directory="/srv")).target.directory == "/srv"


# --- complaints


def test_every_complaint_is_made_at_once_with_its_name(tmp_path: Path) -> None:
    data = target(
        adress="x",
        start_seconds=-1,
        grants=["read", "wreck"],
        operations=[{"name": "one", "path": "a", "weight": "much"}],
    ) | {"profile": "slow"}
    lines = refusal(tmp_path, data)
    told = "\n".join(lines)
    assert all(line.startswith(str(tmp_path / "readiness.yaml")) for line in lines)
    assert len(lines) == 6
    for part in (
        "target.adress: unknown key (did you mean 'address'?)", "target.start_seconds", "(is -1)", "target.grants.1", "'wreck'",
        "target.operations.0.path", "must start with '/'", "target.operations.0.weight", "'much'", "profile", "'slow'",
    ):  # fmt: skip
        assert part in told


def test_every_name_that_leads_nowhere_is_told_at_once(tmp_path: Path) -> None:
    data = {"target": {
        "identities": {"user": {"value": "v"}},
        "operations": [
            {"name": "read", "identity": "usr"}, {"name": "read"}, {"name": "write", "dependency": "vendor"},
        ],
        "capabilities": {
            "counter": {"roles": {"prepare": "read", "add": "wrte"}},
            "omz": {"absent": "it takes no orders"},
            "feed": {"absent": " "},
        },
    }}  # fmt: skip
    told = "\n".join(lines := refusal(tmp_path, data))
    for part in (
        "needs an `address` (a running service) or a `start` command",
        "operation 'read' is described twice",
        "operation 'read': unknown identity 'usr' (did you mean 'user'?)",
        "operation 'write': unknown dependency 'vendor'",
        "capabilities.counter: role 'read' names no operation",
        "capabilities.counter.add: unknown operation 'wrte' (did you mean 'write'?)",
        "unknown capability 'omz' (did you mean 'oms'?)",
        "capabilities.feed.absent: needs the fact",
    ):
        assert part in told
    assert len(lines) == 8


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target: [", "not readable as YAML"),
        ("", "`target:` section"),
        ("- 1", "`target:` section"),
        ("target: 3", "`target:` section"),
        ("target: {address: x}\npolicies: {}", "unknown section 'policies' (did you mean 'policy'?)"),
        ("target: {address: x}\nenvironment: {}", "unknown section 'environment'"),
    ],
)
def test_a_file_that_is_none(tmp_path: Path, text: str, said: str) -> None:
    (line,) = refusal(tmp_path, text)
    assert said in line
    assert str(tmp_path / "readiness.yaml") in line


def test_which_file(tmp_path: Path) -> None:
    assert find_file(None, tmp_path) == EMBEDDED
    own = tmp_path / "readiness.yaml"
    own.touch()
    assert find_file(None, tmp_path) == own
    assert find_file(str(own), Path("/")) == own
    with pytest.raises(SettingsError, match="--config nowhere"):
        find_file("nowhere", tmp_path)


def test_an_address_replaces_the_start_command(tmp_path: Path) -> None:
    path = tmp_path / "readiness.yaml"
    path.write_text(yaml.safe_dump({"target": {"start": ["x"], "name": "mine", "metrics": "/m"}}))
    spec = read_settings(path, address="http://there", variables={}).target
    assert (spec.address, spec.start, spec.name, spec.metrics) == ("http://there", (), "mine", "/m")


def test_of_an_address_alone_only_the_address_is_known() -> None:
    spec = read_settings(EMBEDDED, address="http://there", variables={}).target
    assert (spec.address, spec.start, spec.dependencies, spec.capabilities) == ("http://there", (), {}, {})
    assert [operation.path for operation in spec.load_mix] == ["/"]
    assert spec.grants == ("read", "load")


# --- the environment


def test_without_variables_the_documented_defaults_hold() -> None:
    found = read_environment({"UNRELATED": "x", "PYTEST_TIMEOUT": ""})
    assert found == RunEnvironment()
    assert (found.pytest_timeout, found.stress_test_max_users) == (300.0, 50)


def test_all_five_variables_are_read(tmp_path: Path) -> None:
    credentials = tmp_path / "key.json"
    credentials.touch()
    found = read_environment({
        "TEST_DATABASE_URL": "duckdb:////tmp/a.duckdb", "DATABENTO_API_KEY": "db-key",
        "GOOGLE_APPLICATION_CREDENTIALS": str(credentials), "PYTEST_TIMEOUT": "12.5", "STRESS_TEST_MAX_USERS": "8",
    })  # fmt: skip
    assert found == RunEnvironment(
        test_database_url="duckdb:////tmp/a.duckdb", databento_api_key="db-key",
        google_application_credentials=str(credentials), pytest_timeout=12.5, stress_test_max_users=8,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("TEST_DATABASE_URL", "postgres://x", "duckdb:///PATH"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/no/such/file.json", "no such file"),
        ("PYTEST_TIMEOUT", "soon", "number"),
        ("PYTEST_TIMEOUT", "0", "greater than 0"),
        ("STRESS_TEST_MAX_USERS", "0", "greater than or equal to 1"),
        ("STRESS_TEST_MAX_USERS", "2.5", "integer"),
    ],
)
def test_a_wrong_variable_is_named_with_its_value(name: str, value: str, right: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment({name: value})
    assert f"{name}={value!r}" in str(caught.value)
    assert right in str(caught.value)


def test_wrong_variables_are_told_together() -> None:
    with pytest.raises(SettingsError) as caught:
        read_environment({"PYTEST_TIMEOUT": "soon", "STRESS_TEST_MAX_USERS": "many"})
    assert len(str(caught.value).splitlines()) == 2


def shared_database(catalog: Catalog, folder: Path, name: str, **variables: str) -> str:
    """The database that an instance of the desk is started with."""
    spec = read_settings(EMBEDDED, variables=variables).target
    adapter: Any = catalog.target_for("", started=True)(spec, Workplace(str(folder / name)))
    value: str = adapter._environment(folder / name, 1)["DESK_DATABASE"]
    return value


def test_test_database_url_is_the_shared_instances_database(catalog: Catalog, tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path}/given.duckdb"
    assert shared_database(catalog, tmp_path, "shared", TEST_DATABASE_URL=url) == url
    assert shared_database(catalog, tmp_path, "shared") == str(tmp_path / "shared" / "data.duckdb")
    # an instance that is killed and starved keeps away from it
    assert shared_database(catalog, tmp_path, "durability", TEST_DATABASE_URL=url) == str(
        tmp_path / "durability" / "data.duckdb"
    )


def test_databento_api_key_reaches_the_desk_and_its_vendor() -> None:
    given = read_settings(EMBEDDED, variables={"DATABENTO_API_KEY": "db-0123456789"}).target
    assert given.environment["DESK_VENDOR_KEY"] == "db-0123456789"
    assert given.dependencies["vendor"].start[-2:] == ("--key", "db-0123456789")
    assert "db-0123456789" in given.secrets
    random = read_settings(EMBEDDED, variables={}).target
    assert len(random.environment["DESK_VENDOR_KEY"]) == 32
    assert random.dependencies["vendor"].start[-1] == random.environment["DESK_VENDOR_KEY"]


@pytest.mark.parametrize(("mode", "passed"), [(0o600, True), (0o644, False), (None, None)])
def test_google_application_credentials_names_the_file_that_is_checked(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int | None, passed: bool | None
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    if mode is not None:
        path = tmp_path / "key.json"
        path.touch(mode=mode)
        path.chmod(mode)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    module: Any = sys.modules[catalog.scenarios["inspection"].run.__module__]
    adapter: Adapter = None  # type: ignore[assignment]  # it is not asked
    told = module._credentials_file(Target(TargetSpec(), adapter))
    check: Any = catalog.checks["credentials_file"]
    outcome = check(Recording(facts={"credentials_file": told}))
    if passed is None:
        assert isinstance(outcome, NotApplicable)
    else:
        assert isinstance(outcome, Fact)
        assert outcome.passed is passed


def test_pytest_timeout_changes_how_a_slow_scenario_ends(tmp_path: Path) -> None:
    """The short deadline is held in tests/test_gate.py; here a scenario of 1.5 s ends well with a longer one."""
    checks = {"slept": check_source('return Fact(True, "well")', "sleeping")}
    folder = project(tmp_path, checks, policy={"checks": {"slept": {}}})
    slow = folder / "plugins" / "sleeping.py"
    slow.write_text(slow.read_text().replace("asyncio.sleep(50)", "asyncio.sleep(1.5)"))
    found = grade(folder, "--check", "slept", PYTEST_TIMEOUT="30")
    assert found.result("slept")["status"] == "PASS"
    assert found.report["environment"]["scenario_deadline_seconds"] == 30.0


@pytest.mark.parametrize(("variables", "users"), [({"STRESS_TEST_MAX_USERS": "3"}, 3), ({}, 50)])
def test_stress_test_max_users_caps_the_users(tmp_path: Path, variables: dict[str, str], users: int) -> None:
    class Counting:
        async def send(self, request: Any) -> Any:
            from readiness.exchange import Reply

            return Reply(200, {}, b"", 0.0)

    environment = read_environment(variables)
    recorder = Recorder(tmp_path, "some", users=environment.stress_test_max_users)
    spec = TargetSpec(operations=(Operation(name="one", weight=1),))
    adapter: Any = Counting()
    with recorder.ending():
        asyncio.run(per_vu_iterations(Target(spec, adapter), recorder, users=80, iterations=1))
    assert len(recorder.samples) == users


def test_credentials_in_an_address_are_secrets_and_never_its_name(tmp_path: Path) -> None:
    settings = read_settings(EMBEDDED, address="http://ann:hunter2hunter2@127.0.0.1:1/?token=abcdefgh", variables={})
    assert settings.target.name == "http://127.0.0.1:1/"
    assert settings.target.address == "http://ann:hunter2hunter2@127.0.0.1:1/?token=abcdefgh"
    assert {"hunter2hunter2", "token=abcdefgh"} <= set(settings.target.secrets)


@pytest.mark.parametrize("address", ["http://[::1", "http://127.0.0.1:99999999", "http://127.0.0.1:no"])
def test_an_address_that_cannot_be_one_is_refused(tmp_path: Path, address: str) -> None:
    (tmp_path / "readiness.yaml").write_text(f"target: {{address: '{address}'}}\n")
    with pytest.raises(SettingsError, match=r"right would be one like http://127\.0\.0\.1:8000"):
        read_settings(tmp_path / "readiness.yaml", variables={})
    with pytest.raises(SettingsError, match="--target: "):
        read_settings(EMBEDDED, address=address, variables={})
