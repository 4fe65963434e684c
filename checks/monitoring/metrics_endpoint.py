"""Metrics can be scraped: the path answers, every line can be read, and no series comes twice.

Why: Prometheus refuses the whole scrape for one bad line or one duplicate, and then nobody sees the outage.
Fix: serve the text format 0.0.4 from the client library of your language; register each metric once.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="monitoring",
    severity="critical",
    needs="inspection",
    capabilities=("metrics",),
    fix="Serve Prometheus' text format at the described path, each series once.",
)
def metrics_endpoint(recording: Recording) -> Fact | Unknown:
    """The scrape after the known requests is judged."""
    told = recording.facts.get("metrics")
    if told is None:
        return Unknown("the scenario scraped no metrics")
    if not told["described"]:
        return Unknown("readiness.yaml describes no metrics path (`metrics`)")
    scrape, path = told["after"], told["path"]
    if scrape["error"] or scrape["status"] != 200:
        return Fact(False, f"{path} answered {scrape['error'] or scrape['status']}; right would be 200")
    bad = [(line, "cannot be read") for line in scrape["unreadable"]]
    bad += [(name, "comes twice") for name in scrape["duplicates"]]
    if bad:
        table = Table("Bad lines", ("line", "problem"), tuple(bad[:50]))
        return Fact(False, f"{path}: {len(bad)} bad lines; the first {bad[0][1]}: {bad[0][0]!r}", (table,))
    if not scrape["series"]:
        return Fact(False, f"{path} answered 200 but holds no series")
    return Fact(True, f"{path} holds {len(scrape['series'])} series, each readable and unique")
