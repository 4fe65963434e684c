"""Metrics move: after a known number of requests request counters have risen by at least as many, failures included.

Why: a counter that stands still looks like a quiet night; alerts on it never fire.
Fix: count in the outermost middleware, so that refused and failed requests are counted too.
"""

import re
from collections.abc import Mapping

from readiness import Fact, Measured, Recording, Table, Unknown, check

LABEL = re.compile(
    r'[{,]\s*(?:(?:\w*_|http)?(?:status|status_?code|response_?code)(?:_?class)?|(?:http_?)?code)="([1-5])(?:\d\d|xx)?"',
    re.IGNORECASE,
)
"""A label that holds an HTTP status or its class; in a "status" there may stand something else."""


@check(
    category="monitoring",
    severity="critical",
    needs="inspection",
    capabilities=("metrics",),
    fix="Count every request, with its status, where all of them pass.",
)
def metrics_move(recording: Recording, *, counter: str = r"request.*_(total|count)$") -> Fact | Measured | Unknown:
    """``counter`` is a regular expression for the names of request counters (Prometheus, Micrometer, OpenTelemetry).

    The failures are requests for paths that do not exist. A counter for each route (Go's promhttp) does not see them, which
    hides scans and dead links but no user's failure: that warns, and only a request for a described path that is not counted
    fails. Where none of them was refused, as by a page for everything, nothing is said of how a refusal is counted.
    """
    told = recording.facts.get("metrics")
    if told is None or not told["described"]:
        return Unknown("no metrics were scraped")
    before, after, sent = told["before"], told["after"], told["sent"]
    if before["status"] != 200 or after["status"] != 200:
        answered = after["error"] or after["status"]
        return Unknown(f"{told['path']} answered {before['error'] or before['status']}, later {answered}")
    total = sent["known"] + sent["failing"]
    if not total:
        return Unknown("no request was sent between the scrapes")
    rises = _rises(before["series"], after["series"], re.compile(counter))
    rows = tuple((name, all_, failed) for name, (all_, failed, _) in sorted(rises.items()))
    evidence = (Table("Counters", ("counter", "rise", "rise of 4xx"), rows),) if rows else ()
    if not rises:
        return Fact(False, f"{total} requests were sent, but no series matches the request counter {counter!r}")
    name, (rise, failed, labelled) = max(rises.items(), key=lambda item: item[1][0])
    if sent["known"] and sent["known"] <= rise - failed and rise < total:
        reason = f"{total} requests were sent and {name} rose by {rise:g}: paths that do not exist are left out"
        return Measured(rise / total, "share", 1.0, sent["known"] / total, "higher", reason, evidence)
    if rise < total:
        return Fact(False, f"{total} requests were sent, but {name} rose by {rise:g}", evidence)
    refused = sum(count for status, count in sent["failures"].items() if status.startswith("4"))
    if labelled and failed < refused:
        reason = f"{refused} requests were answered 4xx, but {name} counts {failed:g} of them"
        return Fact(False, reason, evidence)
    undecided = "" if refused else "; none of them was answered 4xx, so how a refusal is counted was not seen"
    return Fact(True, f"{total} requests were sent and {name} rose by {rise:g}{undecided}", evidence, rounds=total)


def _rises(
    before: Mapping[str, float], after: Mapping[str, float], counter: re.Pattern[str]
) -> dict[str, tuple[float, float, bool]]:
    """Name -> how much it rose over all label sets, over those of a 4xx, and whether it has a status at all."""
    rises: dict[str, tuple[float, float, bool]] = {}
    for series, value in after.items():
        name = series.partition("{")[0]
        if counter.search(name):
            rise = value - before.get(series, 0.0)
            all_, failed, labelled = rises.get(name, (0.0, 0.0, False))
            statuses = LABEL.findall(series)
            rises[name] = (all_ + rise, failed + rise * ("4" in statuses), labelled or bool(statuses))
    return rises
