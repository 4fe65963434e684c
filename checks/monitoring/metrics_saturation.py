"""Metrics tell how full the process is: CPU, memory and file descriptors.

Why: requests and errors show that it hurts; only these show what ran out, and that it will tomorrow.
Fix: register the process collector of your language's client library: its names are standard.
Source: Google, Site Reliability Engineering, chapter 6, the four golden signals; Prometheus, Writing client libraries.
"""

import re

from readiness import Fact, Recording, Table, Unknown, check

WANTED = {
    "CPU": r"process_cpu_(seconds|time|usage|user_seconds)|process_cpu_utilization|container_cpu",
    "memory": r"process_(resident|working|virtual|private)_?\w*|process_memory|_memory_\w*bytes|_heap_\w*bytes|memstats",
    "descriptors": r"process_(open_fds|files_open|open_file|open_handles|unix_file_descriptor)|_open_fds|_open_handles",
}
"""What the client libraries of Prometheus (Go, Python, Java, Node, .NET), Micrometer and OpenTelemetry call them."""


@check(
    category="monitoring",
    severity="minor",
    needs="running_instance",
    capabilities=("metrics",),
    fix="Register the process collector of the client library, so that the names are the usual ones.",
    effort="minutes",
)
def metrics_saturation(recording: Recording) -> Fact | Unknown:
    """One series each whose name says so."""
    told = recording.facts.get("resources")
    if told is None or not told["names"]:
        return Unknown("no metrics could be read")
    found = {what: [name for name in told["names"] if re.search(names, name)] for what, names in WANTED.items()}
    table = (
        Table("Saturation", ("resource", "metrics"), tuple((what, ", ".join(n[:5])) for what, n in found.items())),
    )
    missing = [what for what, names in found.items() if not names]
    if missing:
        return Fact(False, f"none of {len(told['names'])} metrics tells of {', '.join(missing)}", table)
    return Fact(True, ", ".join(f"{what}: {names[0]}" for what, names in found.items()), table)
