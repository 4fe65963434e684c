"""Metrics: the text that Prometheus reads."""

from readiness.desk.metrics import Metrics


def test_durations_are_cumulative() -> None:
    metrics = Metrics()
    for seconds in (0.005, 0.006, 0.3, 20):
        metrics.observe("GET", "/x", 200, seconds)
    lines = metrics.render({}).splitlines()
    name = 'http_request_duration_seconds_bucket{method="GET",route="/x",le='
    counts = {line.split('le="')[1].split('"')[0]: line.split()[-1] for line in lines if line.startswith(name)}
    assert (counts["0.005"], counts["0.01"], counts["0.5"], counts["10.0"], counts["+Inf"]) == ("1", "2", "3", "3", "4")
    assert 'http_requests_total{method="GET",route="/x",status="200"} 4' in lines


def test_large_values_keep_their_digits_and_labels_are_escaped() -> None:
    metrics = Metrics()
    for _ in range(1_234_567):
        metrics.count_order("FILLED")
    lines = metrics.render({"gauge": [({"name": 'a"b\\c\n'}, 0.5)]}).splitlines()
    assert 'desk_orders_total{status="FILLED"} 1234567' in lines
    assert r'gauge{name="a\"b\\c\n"} 0.5' in lines
