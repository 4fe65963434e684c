"""The names that client libraries use are known; each missing resource is named."""

import pytest

from checks.monitoring.metrics_saturation import metrics_saturation
from readiness import Recording, Unknown
from tests.checks.wires import holds


def _recording(*names: str) -> Recording:
    return Recording(facts={"resources": {"names": ["http_requests_total", *names], "told": {}, "seen": []}})


@pytest.mark.parametrize(
    "names",
    [
        ("process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"),
        ("process_cpu_usage", "jvm_memory_used_bytes", "process_files_open_files"),
        ("process_cpu_user_seconds_total", "nodejs_heap_size_used_bytes", "process_open_fds"),
        ("process_cpu_time_seconds_total", "process_memory_usage_bytes", "process_unix_file_descriptor_count"),
        ("process_cpu_seconds_total", "go_memstats_alloc_bytes", "process_open_fds"),
        ("process_cpu_seconds_total", "process_working_set_bytes", "process_open_handles"),
    ],
    ids=["python", "java", "node", "opentelemetry", "go", "dotnet"],
)
def test_the_usual_names_pass(names: tuple[str, ...]) -> None:
    assert holds(metrics_saturation(_recording(*names)))


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        ((), "CPU, memory, descriptors"),
        (("process_cpu_seconds_total", "process_open_fds"), "tells of memory"),
        (("process_resident_memory_bytes", "process_open_fds"), "tells of CPU"),
        (("process_cpu_seconds_total", "process_resident_memory_bytes", "process_max_fds"), "tells of descriptors"),
    ],
)
def test_a_missing_resource_fails(names: tuple[str, ...], missing: str) -> None:
    assert not holds(metrics_saturation(_recording(*names)), missing)


@pytest.mark.parametrize("facts", [{}, {"resources": {"names": [], "told": {}, "seen": []}}])
def test_without_metrics_nothing_is_known(facts: dict[str, object]) -> None:
    assert isinstance(metrics_saturation(Recording(facts=facts)), Unknown)
