"""The request times in the metrics are those that callers see.

Why: objectives, alerts and dashboards are made of them; a counter that misses half of the requests, or a clock that starts
when the work is done, shows a healthy service while users wait.
Fix: measure in the outermost middleware, from the first byte of the request to the last of the reply, and each request once.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check

CALLS = 500
MISSED, DOUBLED = 0.02, 1.5
SLACK_SECONDS, UNSEEN_SECONDS = 0.002, 0.005
"""Below these a difference is the way there and back, not a wrong clock."""


@check(
    category="monitoring",
    severity="major",
    needs="steady_load",
    capabilities=("metrics",),
    fix="Measure each request once, in the outermost middleware; with several workers sum over all of them.",
)
def latency_metrics_true(recording: Recording) -> Fact | NotApplicable | Unknown:
    """The count within 2 % of the answered calls; the mean at most a quarter above the client's.

    And at least a fifth of what the fastest tenth of the calls took: waiting before the server reads is not its to see,
    and the fastest calls did not wait.
    """
    told = recording.facts.get("server_times")
    if told is None or told["before"] is None or told["after"] is None:
        return Unknown("the metrics were not read before and after the load")
    rises = _rises(told["before"], told["after"])
    if not rises:
        return NotApplicable("the metrics hold no request times (a histogram or summary with `request` and its unit)")
    calls = [row.latency - row.late for row in recording.samples.where(phase="steady").rows if row.status]
    if len(calls) < CALLS:
        return Unknown(f"{len(calls)} calls were answered; right would be {CALLS} or more")
    name, (count, seconds) = max(rises.items(), key=lambda item: item[1][0])
    fastest, mean = float(np.percentile(calls, 10)), float(np.mean(calls))
    server = seconds / count if count else 0.0
    rows = (
        ("requests", count, len(calls)), ("mean, ms", round(server * 1e3, 3), round(mean * 1e3, 3)),
        ("fastest tenth, ms", None, round(fastest * 1e3, 3)),
    )  # fmt: skip
    table = (Table(name, ("what", "server", "client"), rows),)
    if count < (1 - MISSED) * len(calls):
        return Fact(False, f"{len(calls)} calls were answered, and {name} counts {count:.0f}", table)
    if told["alone"] and count > DOUBLED * len(calls):
        return Fact(False, f"{len(calls)} calls were answered, and {name} counts {count:.0f}", table)
    if server > 1.25 * mean + SLACK_SECONDS:
        return Fact(False, f"{name} has a mean of {_shown(server)}; callers saw {_shown(mean)}", table)
    if fastest > UNSEEN_SECONDS and server < fastest / 5:
        reason = f"{name} has a mean of {_shown(server)}; for callers even the fastest tenth took {_shown(fastest)}"
        return Fact(False, reason, table)
    return Fact(True, f"{name}: {count:.0f} of {len(calls)} calls, mean {_shown(server)} beside {_shown(mean)}", table)


def _rises(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> dict[str, tuple[float, float]]:
    """Metric -> requests and their seconds since the first scrape, where both are told."""
    rises = {}
    for name, now in after.items():
        if {"count", "sum"} <= now.keys():
            then = before.get(name, {})
            unit = 1.0 if name.endswith("_seconds") else 1e-3
            rises[name] = (now["count"] - then.get("count", 0.0), unit * (now["sum"] - then.get("sum", 0.0)))
    return rises


def _shown(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"
