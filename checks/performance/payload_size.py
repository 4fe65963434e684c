"""Replies have a bounded size: what is read in one call does not hold the whole table.

Why: a list that grows with the data is slow for everyone and one day does not fit into memory.
Fix: cut lists into pages, with a largest page.
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="performance",
    severity="minor",
    needs="protocol_requests",
    fix="Cut lists into pages with a largest size; leave out fields that nobody reads.",
)
def payload_size(recording: Recording, *, objective: float = 100e3, limit: float = 1e6) -> Measured | Unknown:
    """The largest body of the described reads in bytes; lower is better.

    1 MB takes 0.8 s at 10 Mbit/s, which is the order of a mobile connection; the objective is a tenth of it (our choice).
    """
    replies = recording.facts.get("reads", {})
    sizes = {name: reply["length"] for name, reply in replies.items() if 200 <= reply["status"] < 300}
    if not sizes:
        return Unknown("no read was answered with 2xx")
    largest = sorted(sizes, key=lambda one: -sizes[one])
    evidence = Table("Size of replies", ("read", "bytes"), tuple((one, sizes[one]) for one in largest))
    name = largest[0]
    reason = f"the largest of {len(sizes)} replies is {name} with {sizes[name] / 1e3:.1f} kB"
    return Measured(float(sizes[name]), "B", objective, limit, "lower", reason, (evidence,))
