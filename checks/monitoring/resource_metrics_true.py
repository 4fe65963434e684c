"""The memory and the descriptors in the metrics are those that the system sees.

Why: an alert on a gauge that is stuck, cached, or in another unit never fires, or always.
Fix: read them when the metrics are scraped, and with several workers sum over them.
"""

from typing import Any

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check

GAUGES = {"process_resident_memory_bytes": "rss", "process_open_fds": "descriptors"}
SLACK = {"rss": 10e6, "descriptors": 10.0}
"""What may come and go between the scrape and the look."""


@check(
    category="monitoring",
    severity="minor",
    needs="running_instance",
    capabilities=("metrics", "process"),
    fix="Read the values at the time of the scrape, in bytes; with several workers sum over all of them.",
)
def resource_metrics_true(recording: Recording, *, tolerance: float = 0.25) -> Fact | NotApplicable | Unknown:
    """Each gauge agrees within ``tolerance`` with one of its processes, or with all of them together."""
    told = recording.facts.get("resources")
    if told is None or not told["names"]:
        return Unknown("no metrics could be read")
    if not told["seen"]:
        return Unknown("its processes could not be seen")
    gauges = {name: told["told"][name] for name in GAUGES if name in told["told"]}
    if not gauges:
        return NotApplicable(f"the metrics hold none of {', '.join(GAUGES)}")
    rows = tuple((name, value, ", ".join(f"{one:.0f}" for one in _seen(told, name))) for name, value in gauges.items())
    table = (Table("Gauges", ("metric", "told", "seen"), rows),)
    for name, value in gauges.items():
        seen = _seen(told, name)
        if not any(abs(value - one) <= max(tolerance * one, SLACK[GAUGES[name]]) for one in seen):
            return Fact(False, f"{name} is {value:.0f}, but the system sees {seen[-1]:.0f}", table)
    return Fact(True, f"{', '.join(gauges)}: as the system sees them", table, rounds=len(gauges))


def _seen(told: dict[str, Any], name: str) -> list[float]:
    """What the system saw of each process, and of all together."""
    each = [float(one[GAUGES[name]]) for one in told["seen"]]
    return [*each, sum(each)] if len(each) > 1 else each
