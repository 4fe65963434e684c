"""The put that is advised is the one whose delta lies nearest to the target.

Why: the delta of the sold put is the risk that was agreed; a sign that is read wrongly sells the farthest strike
instead. The choice is made again here, from the chain that was served. Fix: compare |delta|, not delta, with the
target.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="major",
    needs="trading_workflow",
    fix="Compare the absolute delta of puts with the target when a strike is chosen.",
    effort="minutes",
)
def strike_selection(
    recording: Recording,
    *,
    target_delta: float = 0.30,
    lowest: float = 0.15,
    highest: float = 0.45,
    slack: float = 0.02,
) -> Fact | Unknown:
    """|delta| from 0.15 to 0.45, and at most ``slack`` farther from 0.30 than the best put of the same expiry."""
    advice = recording.facts.get("advice", {})
    options = (recording.facts.get("chain", {}).get("body") or {}).get("options")
    body = advice.get("body") or {}
    if advice.get("status") != 200 or not options:
        return Unknown(f"no advice or no chain: the advice answered {advice.get('error') or advice.get('status')}")
    if not (contract := body.get("contract")):
        return Unknown(f"no contract was advised: {body.get('action')}, {str(body.get('rationale'))[:160]}")
    chosen = next((option for option in options if option.get("contract") == contract), None)
    if chosen is None:
        return Fact(False, f"the advised contract {contract} is not in the chain that was served")
    if chosen["kind"] != "put":
        return Fact(False, f"{body.get('action')} names {contract}, which is a {chosen['kind']}")
    same = [o for o in options if o["kind"] == "put" and o["expires"] == chosen["expires"]]
    near = sorted(same, key=lambda option: _distance(option, target_delta))
    rows = tuple((o["contract"], o["strike"], o["delta"]) for o in [*near[:5], chosen])
    evidence = (Table("The best puts of this expiry, and the advised one", ("contract", "strike", "delta"), rows),)
    delta, best = abs(float(chosen["delta"])), near[0]
    told = f"{contract} has |delta| {delta:.3f}"
    if not lowest <= delta <= highest:
        return Fact(False, f"{told}; right would be {lowest:g} to {highest:g}, like {best['contract']}", evidence)
    if _distance(chosen, target_delta) > _distance(best, target_delta) + slack:
        reason = f"{told}; {best['contract']} with {abs(float(best['delta'])):.3f} is nearer to {target_delta:g}"
        return Fact(False, reason, evidence)
    return Fact(True, f"{told}, the nearest to {target_delta:g} of {len(same)} puts of its expiry", evidence)


def _distance(option: dict[str, Any], target_delta: float) -> float:
    return abs(abs(float(option["delta"])) - target_delta)
