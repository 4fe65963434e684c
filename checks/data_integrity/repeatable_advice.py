"""The same account in the same market gets the same advice, however often and by whom it is asked.

Why: advice that differs for no reason can be neither explained nor replayed after a loss. Fix: let it depend on its
inputs alone; order ties by a stated rule, never by chance or by the order of a set.
"""

from typing import Any

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="data_integrity",
    severity="critical",
    needs="midday",
    fix="Compute advice from account and market alone; break ties by a rule, and seed nothing by time or chance.",
)
def repeatable_advice(recording: Recording) -> Fact | Unknown:
    """Action and contract of equal accounts, compared only where one chain was served before and after."""
    rounds = [seen for seen in recording.facts.get("rounds") or () if _comparable(seen)]
    if not rounds:
        return Unknown("in no round was advice given while the market stood still")
    rows = [(seen["now"], *sorted({_advice(answer) for answer in seen["advice"]})) for seen in rounds]
    differing = [row for row in rows if len(row) > 2]
    if differing:
        now, *given = differing[0]
        told = f"in {len(differing)} of {len(rounds)} rounds equal accounts got different advice"
        table = Table("Advice", ("time", "given"), tuple((row[0], ", ".join(row[1:])) for row in differing))
        return Fact(False, f"{told}; at {now}: {' and '.join(given)}", (table,))
    asked = sum(len(seen["advice"]) for seen in rounds)
    return Fact(True, f"{asked} answers in {len(rounds)} rounds: equal accounts got equal advice", rounds=len(rounds))


def _comparable(seen: dict[str, Any]) -> bool:
    still = seen["before"]["chain"] == seen["after"]["chain"] != ""
    return still and all(answer["status"] == 200 for answer in seen["advice"])


def _advice(answer: dict[str, Any]) -> str:
    body = answer["body"] if isinstance(answer["body"], dict) else {}
    return f"{body.get('action')} {body.get('contract') or ''}".strip()
