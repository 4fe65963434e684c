"""OpenMetrics: valid by the official parser, absent where nothing was measured, and free of secrets."""

import pytest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from readiness.report import Report
from reports.openmetrics import openmetrics
from tests.reports import samples
from tests.reports.situations import SITUATIONS


def text_of(report: Report) -> str:
    files = openmetrics(report)
    assert not isinstance(files, str)
    assert list(files) == ["metrics.txt"]
    return files["metrics.txt"]


def families(report: Report) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(text_of(report))}


def value(report: Report, name: str, **labels: str) -> float:
    (found,) = [
        sample for sample in families(report)[name].samples if labels.items() <= sample.labels.items()
    ]  # fmt: skip
    return float(found.value)


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_report_is_valid_and_ends_as_it_must(name: str) -> None:
    text = text_of(SITUATIONS[name]())
    assert text.endswith("\n# EOF\n")
    for family in text_string_to_metric_families(text):
        assert family.documentation
        assert family.type in ("gauge", "stateset")


def test_the_parser_refuses_what_is_wrong() -> None:
    text = text_of(samples.ready())
    for broken in (
        text.replace("# EOF\n", ""),
        text.replace("# UNIT readiness_run_duration_seconds seconds", "# UNIT x y"),
    ):
        with pytest.raises(ValueError):
            list(text_string_to_metric_families(broken))


def test_the_figures_are_those_of_the_report() -> None:
    report = samples.not_ready()
    assert value(report, "readiness_score") == 0.49
    assert value(report, "readiness_score_low") == 0.44
    assert value(report, "readiness_score_high") == 0.49
    assert value(report, "readiness_coverage") == report.coverage
    assert value(report, "readiness_category_score", category="performance") == 0.41
    assert value(report, "readiness_run_duration_seconds") == 754.3
    assert value(report, "readiness_run_timestamp_seconds") == 1795242225.0
    assert value(report, "readiness_deployment_ready") == 0.0


def test_units_are_declared() -> None:
    found = families(samples.not_ready())
    assert found["readiness_check_value_seconds"].unit == "seconds"
    assert found["readiness_check_value_calls_per_s"].unit == "calls_per_s"
    assert found["readiness_run_duration_seconds"].unit == "seconds"
    assert value(samples.not_ready(), "readiness_check_value_seconds", check="latency_p95") == 2.731
    assert value(samples.not_ready(), "readiness_check_limit_seconds", check="latency_p95") == 2.0


def test_a_state_holds_for_one_word_alone() -> None:
    report = samples.not_ready()
    verdicts = {s.labels["readiness_verdict"]: s.value for s in families(report)["readiness_verdict"].samples}
    assert verdicts == {"READY": 0, "NOT READY": 1, "INCONCLUSIVE": 0}
    states = [s for s in families(report)["readiness_check_status"].samples if s.labels["check"] == "queue_drains"]
    assert len(states) == 8
    assert {s.labels["readiness_check_status"] for s in states if s.value == 1} == {"ERROR"}


def test_what_was_not_measured_has_no_sample() -> None:
    report = samples.inconclusive()
    assert "monitoring" not in {s.labels["category"] for s in families(report)["readiness_category_score"].samples}
    assert families(samples.empty())["readiness_score"].samples == []
    assert families(samples.empty())["readiness_critical_pass_rate"].samples == []


def test_each_sample_names_target_and_policy() -> None:
    for family in families(samples.ready()).values():
        for sample in family.samples:
            assert sample.labels["target"] == "process:python -m readiness.desk"
            assert sample.labels["policy"] == "standard"


def test_labels_read_back_as_they_were() -> None:
    report = samples.ready().model_copy(update={"target": 'a "quoted" \\ back\\nslash'})
    assert {s.labels["target"] for s in families(report)["readiness_score"].samples} == {'a "quoted" \\ back\\nslash'}


def test_two_results_of_one_check_keep_samples_of_their_own() -> None:
    twice = [samples.measured("latency_p95", "performance", "PASS", seconds, 2.0) for seconds in (0.4, 0.5)]
    report = samples.report(twice, "READY", {})
    found = families(report)["readiness_check_value_seconds"].samples
    assert [(s.labels["check"], s.value) for s in found] == [("latency_p95", 0.4), ("latency_p95 (2)", 0.5)]


def test_no_secret_and_no_sentence_is_written() -> None:
    address = "http://user:pa55@host:8000/x?token=s3cret"
    one = samples.result("x", "security", "FAIL", reason="token s3cret was logged", reproduce="curl -H s3cret")
    text = text_of(samples.report([one], "NOT READY", {}, target=address, reason="s3cret"))
    assert 'target="http://host:8000/x"' in text
    assert "s3cret" not in text
    assert "pa55" not in text
