"""The command line: exit codes and messages, init, list, explain, and a stored run judged again."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from readiness.cli import main
from readiness.cli.init import operations_of
from readiness.openapi import parse
from readiness.settings import RunEnvironment, read_settings
from tests.grading import Graded, check_source, grade, project

OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "My Shop"},
    "paths": {
        "/items": {
            "get": {"operationId": "list_items", "responses": {"200": {}, "404": {}}},
            "post": {
                "operationId": "add_item",
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Item"}}}},
                "responses": {"201": {}, "422": {}},
            },
        },
        "/items/{id}": {"get": {"responses": {"200": {}}}},
        "/search": {"get": {"parameters": [{"name": "q", "in": "query", "required": True}], "responses": {"2XX": {}}}},
        "/health/ready": {"get": {"operationId": "ready", "responses": {"200": {}}}},
        "/metrics": {"get": {"operationId": "metrics", "responses": {"200": {}}}},
    },
    "components": {"schemas": {"Item": {
        "type": "object",
        "required": ["name", "price", "tags", "kind"],
        "properties": {
            "name": {"type": "string", "examples": ["pen"]}, "price": {"type": "number"}, "note": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "integer"}}, "kind": {"enum": ["a", "b"]},
        },
    }}},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an empty folder, without variables that change a run."""
    monkeypatch.chdir(tmp_path)
    for name in RunEnvironment.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """A run that is READY; tests copy nothing, they judge it again or change a copy."""
    judge = check_source('return Fact(recording.facts["calls"] == 15, f"{recording.facts[\'calls\']} calls")')
    folder = project(tmp_path_factory.mktemp("stored"), {"counted": judge}, policy={"checks": {"counted": {}}})
    return grade(folder, "--check", "counted")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum"], "unknown command 'rum' (did you mean 'run'?)"),
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["run", "--profile", "slow"], "invalid choice: 'slow'"),
        (["--seed", "seven"], "invalid int value: 'seven'"),
        (["--config", "nowhere.yaml"], "--config nowhere.yaml: there is no such file"),
        (["--check", "lost_updates"], "unknown check 'lost_updates' (did you mean 'lost_update'?)"),
        (["--categories", "relability"], "--categories: unknown 'relability' (did you mean 'reliability'?)"),
        (["--policy", "relese"], "unknown policy 'relese' (did you mean 'release'?)"),
        (["--policy", "nowhere.yaml"], "--policy nowhere.yaml: there is no such file"),
        (["--mutant", "slow-quary"], "--mutant: unknown 'slow-quary' (did you mean 'slow-query'?)"),
        (["--plugins", "nowhere"], "no plugin folder at nowhere"),
        (["--target", "gopher://x"], "unknown scheme 'gopher'"),
        (["explain", "lost_updates"], "unknown check or scenario 'lost_updates' (did you mean 'lost_update'?)"),
        (["explain"], "the following arguments are required: ID"),
        (["judge", "nowhere"], "nowhere: is not a run"),
        (["self-test", "slow-quary"], "(did you mean 'slow-query'?)"),
        (["init"], "--start COMMAND, --target ADDRESS, --openapi"),
        (["init", "--openapi", "nowhere.json"], "--openapi nowhere.json: there is no such file"),
    ],
)
def test_bad_input_is_named_and_exits_with_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert said in shown.err
    assert shown.err.startswith("readiness: ")
    assert "Traceback" not in shown.err
    assert list(Path.cwd().iterdir()) == [], "nothing ran and nothing was written"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("target: [", "not readable as YAML"),
        ("target: {adress: x}", "target.adress: unknown key (did you mean 'address'?)"),
        ("target: {address: 'http://x'}\npolicy: {threshold: 2}", "threshold"),
        (
            "target: {address: 'http://x'}\npolicy: {checks: {latency_p59: {}}}",
            "checks.latency_p59: unknown check 'latency_p59'",
        ),
        ("target: {address: 'http://x'}\nplugins: [nowhere]", "no plugin folder at"),
    ],
)
def test_a_bad_file_is_named_and_exits_with_2(text: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("readiness.yaml").write_text(text)
    assert main([]) == 2
    assert said in capsys.readouterr().err
    assert not Path("readiness-reports").exists()


def test_a_bad_variable_is_named_and_exits_with_2(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_TIMEOUT", "soon")
    assert main(["--check", "latency_p95"]) == 2
    assert "PYTEST_TIMEOUT='soon'" in capsys.readouterr().err


def test_an_output_that_is_a_file_exits_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").touch()
    assert main(["--check", "latency_p95", "--output", "taken"]) == 2
    assert "--output taken: " in capsys.readouterr().err


def test_a_defect_of_ours_is_never_a_verdict(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("readiness.cli.list.load", broken)
    assert main(["list"]) == 4
    shown = capsys.readouterr().err
    assert "ZeroDivisionError" in shown
    assert "defect of the tool, not a verdict" in shown


def test_an_interruption(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("readiness.cli.list.load", interrupted)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "readiness: interrupted\n"


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["run", "--help"]):
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 0
        assert "130  interrupted" in capsys.readouterr().out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("readiness ")


def test_list_and_explain_show_a_users_plugins(stored: Graded, capsys: pytest.CaptureFixture[str]) -> None:
    plugins = str(stored.run.parent.parent / "plugins")
    assert main(["list", "--plugins", plugins]) == 0
    shown = capsys.readouterr().out
    assert "A check of a user (advisory)" in shown
    assert "latency_p95" in shown
    assert main(["explain", "counted", "--plugins", plugins]) == 0
    shown = capsys.readouterr().out
    assert "reliability/counted: A check of a user." in shown
    assert "the scenario calling" in shown
    assert main(["explain", "latency_p95"]) == 0
    assert "option        limit = " in capsys.readouterr().out


def test_doctor_tells_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    Path("readiness.yaml").write_text(
        "target: {address: 'http://x', capabilities: {oms: {absent: 'it takes no orders'}}}"
    )
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    rows = {
        line.split("│")[1].strip(): line.split("│")[2].strip() for line in shown.splitlines() if line.startswith("│")
    }
    assert (rows["http"], rows["write"], rows["oms"], rows["process"]) == (
        "yes",
        "missing",
        "not applicable",
        "missing",
    )
    assert "checks can be decided" in shown


# --- init


def test_operations_of_a_document() -> None:
    found = {operation["name"]: operation for operation in operations_of(parse(json.dumps(OPENAPI), "here"))}
    assert found["list_items"] == {
        "name": "list_items",
        "method": "GET",
        "path": "/items",
        "expect": [200],
        "weight": 1,
    }
    assert found["add_item"] == {
        "name": "add_item", "method": "POST", "path": "/items", "expect": [201], "effect": "write",
        "body": {"name": "pen", "price": 1.0, "tags": [1], "kind": "a"},
    }  # fmt: skip
    assert found["get_items_{id}"]["path"] == "/items/{id}"
    assert "weight" not in found["get_items_{id}"], "its value is not known"
    assert "weight" not in found["get_search"], "its required parameter is not known"
    assert found["get_search"]["expect"] == [200]


def test_init_writes_a_file_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("openapi.json").write_text(json.dumps(OPENAPI))
    assert main(["init", "--openapi", "openapi.json", "--start", "python -m shop --port {port}"]) == 0
    assert "wrote readiness.yaml" in capsys.readouterr().out
    spec = read_settings(Path("readiness.yaml"), variables={}).target
    assert (spec.name, spec.start) == ("my-shop", ("python", "-m", "shop", "--port", "{port}"))
    assert (spec.health.ready, spec.health.live, spec.metrics) == ("/health/ready", None, "/metrics")
    assert spec.openapi == f"file:{Path('openapi.json').resolve()}", "answers are held against it"
    assert spec.grants == ("read", "load"), "writing and disrupting are the user's to grant"
    assert {operation.name for operation in spec.operations} >= {"list_items", "add_item"}
    assert "add_item" not in {operation.name for operation in spec.load_mix}


@pytest.mark.parametrize(
    ("title", "name"), [("🚀 My API", "🚀-my-api"), ("Ünïcode", "ünïcode"), ("half \ud83d", "half-?")]
)
def test_init_writes_every_letter_so_that_it_is_read_again(title: str, name: str) -> None:
    text = 'é 🚀 "quoted" \\ \x1f \x7f \x85 \u2028 \ufeff {"a": 1} # no comment\n'
    content = {"application/json": {"schema": {}, "example": text}}
    paths = {"/a": {"post": {"requestBody": {"content": content}, "responses": {"201": {}}}}}
    Path("openapi.json").write_text(json.dumps({**OPENAPI, "info": {"title": title}, "paths": paths}))
    assert main(["init", "--openapi", "openapi.json"]) == 0
    spec = read_settings(Path("readiness.yaml"), variables={}).target
    assert (spec.name, spec.operations[0].body) == (name, text)


def test_the_examples_for_evidence_are_right_once_they_count() -> None:
    assert main(["init", "--target", "http://127.0.0.1:1"]) == 0
    file = Path("readiness.yaml")
    written = read_settings(file, variables={})
    assert (written.evidence, written.target.health.ready) == ({}, None), "nothing is known of it but where it is"
    before, _, after = file.read_text().partition("# evidence:\n")
    examples, blank, rest = after.partition("\n\n")
    file.write_text(f"{before}evidence:\n{examples.replace('#   ', '  ')}{blank}{rest}")
    found = read_settings(file, variables={}).evidence
    assert {name: source.kind for name, source in found.items()} == {
        "acceptance": "pytest",
        "unit": "junit",
        "scan": "sarif",
    }


def test_init_replaces_nothing_unasked(capsys: pytest.CaptureFixture[str]) -> None:
    Path("readiness.yaml").write_text("mine")
    assert main(["init", "--target", "http://x"]) == 2
    assert "--force" in capsys.readouterr().err
    assert Path("readiness.yaml").read_text() == "mine"
    assert main(["init", "--target", "http://x", "--force"]) == 0
    assert yaml.safe_load(Path("readiness.yaml").read_text())["target"]["address"] == "http://x"


@pytest.mark.parametrize("text", ["[1, 2]", "{}", '{"paths": 3}', "a: [", "plain"])
def test_init_from_what_is_no_document(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("some.json").write_text(text)
    assert main(["init", "--openapi", "some.json"]) == 2
    assert "--openapi some.json: " in capsys.readouterr().err
    assert not Path("readiness.yaml").exists()


# --- judge


def copied(stored: Graded, folder: Path) -> Path:
    import shutil

    return Path(shutil.copytree(stored.run, folder / stored.run.name))


def judged(folder: Path) -> dict[str, Any]:
    path = max(folder.glob("production_validation_report_*.json"), key=lambda path: path.stat().st_mtime_ns)
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_a_stored_run_is_judged_again(stored: Graded, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (stored.code, stored.report["verdict"]) == (0, "READY")
    folder = copied(stored, tmp_path)
    for path in folder.glob("production_validation_report_*"):
        path.unlink()
    assert main(["judge", str(folder)]) == 0
    assert "READY" in capsys.readouterr().out
    again = judged(folder)
    for name in ("run", "verdict", "overall_score", "coverage", "category_scores", "scope", "target"):
        assert again[name] == stored.report[name]


def test_the_same_evidence_and_policy_give_the_same_bytes(stored: Graded, tmp_path: Path) -> None:
    folder = copied(stored, tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {"report.html", "summary.md", "run.json"} <= before.keys()
    assert main(["judge", str(folder)]) == 0
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert after.keys() == before.keys()
    assert [name for name in after if after[name] != before[name]] == []


def test_another_policy_reports_beside_the_run(stored: Graded, tmp_path: Path) -> None:
    folder = copied(stored, tmp_path)
    own = (folder / "report.html").read_bytes()
    Path("other.yaml").write_text("name: other\nchecks: {counted: {severity: blocker}}\n")
    assert main(["judge", str(folder), "--policy", "other.yaml"]) == 0
    (beside,) = (folder / "judged").iterdir()
    assert beside.name.startswith("other-")
    assert judged(beside)["environment"]["policy"] == "other"
    assert (folder / "report.html").read_bytes() == own


def test_other_evidence_gives_another_verdict(
    stored: Graded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(stored, tmp_path)
    recording = folder / "recordings" / "calling.jsonl"
    text = recording.read_text()
    assert '"name": "calls", "value": 15' in text
    recording.write_text(text.replace('"name": "calls", "value": 15', '"name": "calls", "value": 14'))
    assert main(["judge", str(folder)]) == 1
    assert judged(folder)["verdict"] == "NOT READY"
    assert "14 calls" in capsys.readouterr().out


def test_a_recording_without_its_end_is_not_judged(stored: Graded, tmp_path: Path) -> None:
    folder = copied(stored, tmp_path)
    recording = folder / "recordings" / "calling.jsonl"
    recording.write_text(
        "".join(line for line in recording.read_text().splitlines(keepends=True) if '"end"' not in line)
    )
    assert main(["judge", str(folder)]) != 0
    (result,) = [r for suite in judged(folder)["detailed_results"].values() for r in suite["results"]]
    assert result["status"] == "ERROR"
    assert "its recording has no end" in result["reason"]


def test_another_policy_and_an_interrupted_run(stored: Graded, tmp_path: Path) -> None:
    folder = copied(stored, tmp_path)
    Path("strict.yaml").write_text("name: strict\nchecks: {counted: {}, lost_update: {required: true}}\n")
    assert main(["judge", str(folder), "--policy", "strict.yaml"]) == 0, "what is required was not in its scope"
    plan = json.loads((folder / "plan.json").read_text())
    plan["scope"]["partial"] = False
    (folder / "plan.json").write_text(json.dumps(plan))
    assert main(["judge", str(folder), "--policy", "strict.yaml"]) in (1, 3), "what is required was not in the run"
    assert main(["judge", str(folder), "--interrupted"]) == 130
    assert judged(folder)["interrupted"] is True
    assert judged(folder)["verdict"] != "READY"
