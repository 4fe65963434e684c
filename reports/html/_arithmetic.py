"""How a value became a score and the score became points; the numbers are those of the report.

What holds for a whole category stands once above its findings (:func:`rules_of`), what is a finding's own beside it.
"""

from collections.abc import Iterable, Mapping
from math import isfinite

from readiness import LedgerLine, Report, Result

from .._wording import percent, percent_range, weight, with_unit  # noqa: TID252 - plugin folders have no absolute name

ERROR_SIDE = ("share", "ratio", "fraction")


def rules_of(report: Report) -> dict[str, str]:
    """Return what a finding of each category costs, or leaves open, as long as one of them counts."""
    sums = _sums(report.results)
    return {
        line.category: f"A finding costs (100 % − its score) × its weight ÷ {sums[line.category]:g}, the weights of this"
        f" category, × {weight(line.weight)}, the category's share of the whole, ÷ coverage {percent(report.coverage)}."
        for line in report.categories
        if sums.get(line.category)
    }


def sentences_of(report: Report) -> dict[int, str]:
    """Return the arithmetic of every result, by its identity."""
    cost: dict[str, LedgerLine] = {line.check: line for line in report.ledger}
    sums = _sums(report.results)
    return {id(result): _sentence(result, sums.get(result.category, 0.0), cost) for result in report.results}


def _sums(results: Iterable[Result]) -> dict[str, float]:
    """The weights in each category that count."""
    sums: dict[str, float] = {}
    for result in results:
        if result.status != "NOT_APPLICABLE" and not result.advisory:
            sums[result.category] = sums.get(result.category, 0.0) + result.weight
    return sums


def _sentence(result: Result, category_sum: float, cost: Mapping[str, LedgerLine]) -> str:
    if result.advisory:
        return "Advisory: weight 0, it does not move the score."
    if result.status == "NOT_APPLICABLE":
        return "Not applicable: it leaves both sums."
    share = f"weight {result.weight:g} of {category_sum:g}"
    if not result.decided:
        known = result.score.low > 0 or result.score.high < 1
        why = "" if known else "; nothing is known, nothing is assumed"
        return f"Score between {percent_range(result.score.low, result.score.high)}{why}. It leaves {share} open."
    line = cost.get(result.check)
    lost = "" if line is None else f": costs {line.points * 100:.2f} points"
    return f"{_from_value(result)}Score {_score(result)}, {share}{lost}."


def _score(result: Result) -> str:
    low, high = result.score.low, result.score.high
    if low == high:
        return percent(low)
    ends = "the ends of its 95 % interval" if result.interval else "what the evidence allows"
    return f"{percent_range(low, high)}, from {ends}"


def _from_value(result: Result) -> str:
    """Say on which stretch of the curve the value lies (scoring.md, part 1); nothing where the score is full anyway."""
    value, objective, limit = result.value, result.objective, result.limit
    if value is None or objective is None or limit is None or not all(map(isfinite, (value, objective, limit))):
        return ""
    if result.score.low == 1.0:
        return ""
    if result.unit in ERROR_SIDE:
        return f"{_shown(value, result)} is scored over its error side: the objective earns 100 %, the limit 70 %. "
    higher = objective > limit
    nothing = limit / 2 if higher else limit * 2
    better_than_objective = value >= objective if higher else value <= objective
    within_limit = value >= limit if higher else value <= limit
    if better_than_objective:
        place = f"reaches the objective {_shown(objective, result)}, which earns 100 %"
    elif within_limit:
        place = f"lies between the objective {_shown(objective, result)} (100 %) and the limit {_shown(limit, result)} (70 %)"
    elif limit > 0 and (value > nothing if higher else value < nothing):
        place = f"lies between the limit {_shown(limit, result)} (70 %) and {_shown(nothing, result)} (0 %)"
    else:
        return f"{_shown(value, result)} lies beyond {_shown(nothing, result)}, where nothing is earned. "
    line = "" if better_than_objective else ", on a straight line over the logarithm of the value"
    return f"{_shown(value, result)} {place}{line}. "


def _shown(value: float, result: Result) -> str:
    return with_unit(value, result.unit)
