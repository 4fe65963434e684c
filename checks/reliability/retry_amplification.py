"""A call makes few tries at a dependency that refuses: an outage is not answered with many times the usual traffic.

Why: whoever tries ten times sends ten times the load to a dependency that is just trying to come back, and layers multiply.
Fix: few tries, with a growing and random pause, in one layer only; a budget for all of them, and a breaker above.
"""

from readiness import Fact, Measured, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="dependency_trouble",
    fix="Bound the tries of a call over all layers, clients and drivers included; most of them try again by themselves.",
    effort="minutes",
)
def retry_amplification(
    recording: Recording, *, objective: float = 2.0, limit: float = 4.0
) -> Measured | Fact | Unknown:
    """Connections tried per call, what the target tries by itself taken off; lower is better.

    A call and three more tries is the default of several clients (AWS SDKs: three to five in all); Google's *Site
    Reliability Engineering*, chapter 21, allows three in all.
    """
    dependencies = recording.facts.get("dependencies") or []
    met = [told for told in dependencies if told.get("refused", {}).get("witness")]
    if not met:
        problems = [told["problem"] for told in dependencies if told.get("problem")]
        return Unknown(problems[0] if problems else "no call met a dependency that refuses")
    rows = []
    for told in met:
        one = told["refused"]
        tries = max(0.0, one["tried"] - one["own_rate"] * one["seconds"]) / one["counted"]
        rows.append((told["dependency"], told["operation"], one["counted"], one["tried"], one["own_rate"], tries))
    columns = ("dependency", "operation", "calls", "tries", "own tries a second", "tries per call")
    evidence = (Table("Tries", columns, tuple(rows)),)
    dependency, name, calls, _, _, most = max(rows, key=lambda row: float(row[-1]))
    reason = f"each of {calls} calls of {name} tried {most:.1f} times to reach {dependency}, which refused"
    return Measured(most, "tries", objective, limit, reason=reason, evidence=evidence)
