"""History is ingested quickly, a little of it as well as much.

Why: what takes hours to load is not reloaded after a fault, and a fixed wait for each ingestion makes small ones hopeless.
Fix: insert in bulk, in one transaction, and hold no lock while data is fetched.
"""

from readiness import Measured, Recording, Table, Unknown, check


@check(
    category="performance",
    severity="major",
    needs="data_pipeline",
    fix="Insert rows in bulk and in one transaction; do not wait for locks or for the disk once a row.",
)
def ingest_rate(recording: Recording, *, objective: float = 5000.0, limit: float = 1000.0) -> Measured | Unknown:
    """Rows a second as the caller sees them, the slower of a small and a large ingestion; 1000/s is requirement 002's."""
    rates, rows = [], []
    for step in ("few", "ingest"):
        seen = recording.facts.get(step, {})
        if seen.get("status") != 200 or not isinstance(seen.get("body"), dict):
            return Unknown(f"step {step!r} answered {seen.get('error') or seen.get('status', 'nothing')}")
        try:
            stored, seconds = int(seen["body"]["stored"]), float(seen["seconds"])
        except (KeyError, TypeError, ValueError) as error:
            return Unknown(f"step {step!r} names no count ({type(error).__name__}: {error})")
        if not stored or not seconds:
            return Unknown(
                f"step {step!r} stored {stored} rows in {seconds:g} s: nothing that had not been there before"
            )
        rates.append(stored / seconds)
        rows.append((step, stored, round(seconds, 3), round(stored / seconds)))
    reason = "; ".join(f"{stored} rows in {seconds:g} s" for _, stored, seconds, _ in rows)
    evidence = (Table("Ingestions", ("step", "rows", "seconds", "rows/s"), tuple(rows)),)
    return Measured(min(rates), "rows/s", objective, limit, "higher", reason, evidence)
