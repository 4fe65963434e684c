"""Nothing is advised or traded on stale market data.

Why: a feed that lags by hours still answers, and its prices look like any others. Fix: compare the time of the data
with the exchange's clock wherever it is used, and refuse (409 or 503) beyond the limit.
"""

from datetime import datetime
from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="high_volatility",
    fix="Check the age of quote and chain where they are used, and refuse orders and advice beyond the limit.",
)
def stale_data_refused(recording: Recording, *, stale_seconds: float = 3600.0) -> Fact | Unknown:
    """With a source two hours behind, advice and order are refused; the limit is 60 minutes (requirement 002)."""
    calm, stale = recording.facts.get("calm"), recording.facts.get("stale")
    if not calm or not stale:
        return Unknown("the calm or the stale condition was not recorded")
    for what in ("advice", "order"):
        if not 200 <= calm[what]["status"] < 300:
            told = calm[what]["error"] or calm[what]["status"]
            return Unknown(f"{what} is refused even in a calm market ({told}); a refusal of stale data says nothing")
    behind = _behind(calm, stale)
    if behind is None or behind < stale_seconds:
        return Unknown(f"the stale source did not show: chain or quote is {behind} s behind the calm one")
    rows = tuple(
        (what, stale[what]["status"], stale[what]["error"], _code(stale[what])) for what in ("advice", "order")
    )
    evidence = (Table("Answers on stale data", ("what", "status", "error", "code"), rows),)
    if taken := [what for what, status, _, _ in rows if 200 <= status < 300]:
        reason = f"{' and '.join(taken)} went through on data that was {behind / 60:.0f} minutes old"
        return Fact(False, reason, evidence)
    if odd := [f"{what} answered {error or status}" for what, status, error, _ in rows if status not in (409, 503)]:
        return Fact(False, f"{'; '.join(odd)}; right would be a refusal with 409 or 503", evidence)
    return Fact(True, f"advice and order were refused on data {behind / 60:.0f} minutes old", evidence, len(rows))


def _behind(calm: dict[str, Any], stale: dict[str, Any]) -> float | None:
    """Seconds by which the stale condition's data is older than the calm one's: the less stale of quote and chain."""
    try:
        pairs = [[datetime.fromisoformat(c[what]["body"]["at"]) for c in (calm, stale)] for what in ("quote", "chain")]
        return min((before - after).total_seconds() for before, after in pairs)
    except (KeyError, TypeError, ValueError):
        return None


def _code(answer: dict[str, Any]) -> str:
    body = answer["body"]
    error = body.get("error") if isinstance(body, dict) else None
    return str(error.get("code", "")) if isinstance(error, dict) else ""
