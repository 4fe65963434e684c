"""What callers send does not become series: random paths and ids leave the metrics as large as they were.

Why: each series costs memory in the service and in Prometheus for as long as it lives; a scanner that tries a million paths
takes both down.
Fix: label requests with the route's pattern, and everything that has no route with one word.
Source: Prometheus, Metric and label naming: "Do not use labels to store dimensions with high cardinality".
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="monitoring",
    severity="major",
    needs="running_instance",
    capabilities=("metrics",),
    fix="Label requests with the route's pattern, never with the path; unknown paths get one word.",
)
def metric_cardinality(recording: Recording, *, objective: float = 0.05, limit: float = 0.3) -> Measured | Unknown:
    """New series per random request; lower is better. At the limit 100 000 requests of a scanner leave 30 000 (our choice)."""
    told = recording.facts.get("cardinality")
    if told is None or not told["before"] or not told["after"]:
        return Unknown("the metrics could not be read before and after random requests")
    sent = told["paths"] + told["ids"]
    if not sent:
        return Unknown("no random request was sent between the scrapes")
    grown = max(sum(told["grown"].values()), told["after"] - told["before"], 0)
    rows = tuple(told["grown"].items())
    evidence = (Table("New series", ("metric", "series"), rows),) if rows else ()
    asked = f"{told['paths']} random paths" + (
        f" and {told['ids']} random ids ({told['operation']})" if told["ids"] else ""
    )
    reason = f"{asked} added {grown} series to {told['before']}"
    reason += f"; one of them: {told['example']}" if grown and told["example"] else ""
    return Measured(grown / sent, "series/request", objective, limit, "lower", reason, evidence)
