"""How every format says the same thing: percentages, values against limits, states, strings that need no trust."""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import ROUND_FLOOR, Decimal
from hashlib import sha256
from math import inf, isfinite, isnan

from readiness import SEVERITIES, Comparison, Report, Result, ResultChange, SuiteResult, Waiver, WaiverState

CHANGE_ORDER = ("worse", "removed", "changed", "added", "better")
WORST_FIRST = ("FAIL", "ERROR", "INCONCLUSIVE", "UNKNOWN", "WARN", "PASS", "SKIPPED", "NOT_APPLICABLE")
UNDECIDED = ("ERROR", "INCONCLUSIVE", "UNKNOWN", "SKIPPED")
STATE_WORDS = {
    "FAIL": "Failed",
    "ERROR": "Error",
    "INCONCLUSIVE": "Inconclusive",
    "UNKNOWN": "Unknown",
    "WARN": "Warning",
    "PASS": "Passed",
    "SKIPPED": "Skipped",
    "NOT_APPLICABLE": "Not applicable",
}
NOT_MEASURED = "not measured"
LINE = 600

# Whole terminal sequences first, so that no "[31m" is left; then every control character, bidirectional override,
# surrogate and non-character.
_SEQUENCES = re.compile(r"\x1b\[[0-9:;<=>?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)


def clean(text: object, limit: int = LINE) -> str:
    """Return one line without control characters, cut to ``limit`` characters with a note of how many were left out."""
    return " ".join(clean_lines(text, limit).split())


def clean_lines(text: object, limit: int = LINE) -> str:
    """Like :func:`clean`, but line breaks and tabs stay."""
    whole = str(text)
    kept = whole if len(whole) <= limit else whole[:limit]
    plain = _INVISIBLE.sub("", _SEQUENCES.sub("", kept.replace("\r\n", "\n").replace("\r", "\n")))
    if len(whole) > limit:
        more = f"{len(whole) - limit:,}"
        plain += f" … ({more} more characters; the JSON report has them all)" if limit >= LINE else f" … (+{more})"
    return plain


def words(identifier: str) -> str:
    """Turn ``data_integrity`` into ``Data integrity``."""
    text = clean(identifier, 120).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def percent(share: float | None) -> str:
    """Write a share in percent, never rounded up: 0.69999 is 69.99 %, so that no number contradicts its verdict."""
    if share is None:
        return NOT_MEASURED
    if isnan(share):
        return number(share)
    if abs(share) >= 1e15:
        return f"{number(share)} × 100 %"
    return f"{(Decimal(repr(float(share))) * 100).quantize(Decimal('0.01'), ROUND_FLOOR)} %"


def weight(share: float) -> str:
    """Write a normalised weight; weights decide nothing by themselves, so they are rounded as usual."""
    return f"{share * 100:.1f} %" if isfinite(share) else number(share)


def percent_range(low: float, high: float) -> str:
    """Write an interval of shares."""
    return f"{percent(low).removesuffix(' %')} – {percent(high)}"


def points(share: float) -> str:
    """Write what a finding costs, in points of 100."""
    return f"{share * 100:.2f}" if isfinite(share) else number(share)


def number(value: float) -> str:
    """Write a value with the digits that a reader can use; infinity and not-a-number by name."""
    if isnan(value):
        return "not a number"
    if not isfinite(value):
        return "∞" if value == inf else "−∞"
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if abs(value) >= 1000:
        return f"{value:,.1f}" if abs(value) < 1e15 else f"{value:.4g}"
    return f"{value:.3f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.4g}"


def with_unit(value: float, unit: str) -> str:
    """Write a value with its unit; a share in percent."""
    if unit in ("share", "ratio", "fraction"):
        return percent(value)
    return f"{number(value)} {clean(unit, 30)}".strip()


def observed(result: Result) -> str:
    """Write the value that was seen; empty for a fact. It never looks equal to a limit that it is not equal to."""
    if result.value is None:
        return ""
    text = with_unit(result.value, result.unit)
    if result.limit is not None and result.value != result.limit and text == with_unit(result.limit, result.unit):
        return f"{result.value!r} {clean(result.unit, 30)}".strip()
    return text


def required(result: Result) -> str:
    """Write the limit with its direction, which is the side of the limit where the objective lies."""
    if result.limit is None:
        return ""
    sign = "≥" if result.objective is not None and result.objective > result.limit else "≤"
    return f"{sign} {with_unit(result.limit, result.unit)}"


def duration(seconds: float) -> str:
    """Write a duration as a person would."""
    if not isfinite(seconds) or seconds < 0:
        return number(seconds)
    if seconds < 60:
        return f"{seconds:.3g} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min {rest:02d} s"


def worst_first(results: Iterable[Result]) -> list[Result]:
    """Order results as a reader needs them: by state, then severity, then name."""
    return sorted(results, key=lambda r: (WORST_FIRST.index(r.status), SEVERITIES.index(r.severity), r.check, r.suite))


def tally(results: Iterable[Result]) -> dict[str, int]:
    """Count results by state, worst first; states without results are left out."""
    counts = Counter[str](result.status for result in results)
    return {status: counts[status] for status in WORST_FIRST if counts[status]}


def tally_sentence(results: Iterable[Result]) -> str:
    """Say how many results there are of each state."""
    counts = tally(results)
    return ", ".join(f"{count} {_plural(status, count)}" for status, count in counts.items()) or "no results"


def _plural(status: str, count: int) -> str:
    word = STATE_WORDS[status].lower()
    return f"{word}s" if count != 1 and status in ("WARN", "ERROR") else word


def suite_details(suite: SuiteResult) -> str:
    """Say in one line how a suite went."""
    parts = [clean(suite.error, 200)] if suite.error else []
    if suite.results or not parts:
        parts.append(tally_sentence(suite.results))
    if suite.duration_seconds > 0:
        parts.append(duration(suite.duration_seconds))
    return " · ".join(parts)


def flags(result: Result) -> list[str]:
    """Name what stands beside the state."""
    return [name for name in ("waived", "flaky", "advisory") if getattr(result, name)]


def origin_sentence(result: Result) -> str:
    """Say how the evidence of a result came about, where it is no experiment of this run; empty where it is one."""
    if result.origin:
        return f"{result.strength}, brought by {clean(result.origin, 200)}"
    return "" if result.strength == "experimental" else result.strength


def why(result: Result) -> str:
    """Return the reason of a result, and how its evidence came about where it is no experiment of this run."""
    origin = origin_sentence(result)
    return f"{result.reason} (evidence: {origin})" if origin else result.reason


def first_lines(report: Report) -> list[str]:
    """Return what must be said before anything else: that the run was a part, or that it was cut short."""
    lines = [f"SCOPED: {clean(report.scope.sentence)}"] if report.scope.partial else []
    if report.interrupted:
        lines.append("INTERRUPTED: the run was cut short; what follows is what had been measured until then.")
    return lines


def named(report: Report, entry: str) -> Result | None:
    """Find the result that an entry of a list of check ids means; a finding that failed comes first."""
    return next((result for result in worst_first(report.results) if result.check == entry), None)


def signed_points(share: float) -> str:
    """Write by how many points of 100 a score moved, with its sign."""
    return f"{share * 100:+.2f} points" if isfinite(share) else number(share)


def score_change(change: Comparison) -> str:
    """Say how the score moved since the baseline."""
    before, after = change.score_before, change.score_after
    moved = f" ({signed_points(after - before)})" if before is not None and after is not None else ""
    return f"score {percent(before)} → {percent(after)}{moved}"


def verdict_change(change: Comparison) -> str:
    """Say whether the verdict is another one than before."""
    if change.verdict_before == change.verdict_after:
        return f"still {change.verdict_after}"
    return f"{change.verdict_before} → {change.verdict_after}"


def changes_worst_first(change: Comparison) -> list[ResultChange]:
    """Order changes as a reader needs them: what got worse first."""
    return sorted(change.changes, key=lambda one: (CHANGE_ORDER.index(one.kind), one.check))


def status_change(change: ResultChange) -> str:
    """Write the state before and after; one word where it stayed."""
    before = STATE_WORDS[change.before] if change.before else "not there"
    after = STATE_WORDS[change.after] if change.after else "not there"
    return before if before == after else f"{before} → {after}"


def value_change(change: ResultChange) -> str:
    """Write the measured value before and after; empty where nothing was measured."""
    sides = [change.value_before, change.value_after]
    if all(side is None for side in sides):
        return ""
    before, after = (NOT_MEASURED if side is None else with_unit(side, change.unit) for side in sides)
    return f"{before} → {after}"


def loud_waivers(report: Report) -> list[WaiverState]:
    """Return the waivers that a reader must know about: everything but quietly active ones, soonest end first."""
    return sorted((s for s in report.waiver_states if s.status != "active"), key=lambda s: (s.days_left, s.waiver.id))


def waiver_of(report: Report, result: Result) -> Waiver | None:
    """Return the waiver that covers a waived finding: of those in force the one that holds longest."""
    holding = [s for s in report.waiver_states if s.waiver.check == result.check and s.status in ("active", "expiring")]
    longest = max(holding, key=lambda s: (s.days_left, s.waiver.id), default=None)
    return longest.waiver if longest else None


def waiver_sentence(state: WaiverState) -> str:
    """Say what became of a waiver."""
    waiver = state.waiver
    return clean(f"{waiver.id} for {waiver.check}: {state.status}, last day {waiver.expires}. {state.reason}")


def unfit_sentence(report: Report) -> str:
    """Say why the machine could not measure; empty where it could."""
    if report.fitness.fit:
        return ""
    reasons = "; ".join(report.fitness.reasons) or "no reason was recorded"
    return clean(f"This machine was unfit to measure, so performance and scalability are undecided: {reasons}")


_CREDENTIALS = re.compile(r"(?<=//)[^/?#@\s]*@|[?#]\S*")


def without_credentials(address: str) -> str:
    """Cut user, password and query out of an address; what is left may be published."""
    return _CREDENTIALS.sub("", address)


def check_id(result: Result) -> str:
    """Return the id of a check for machines: one line, and where it must be cut still another one than its neighbour's."""
    plain = clean(result.check, 120)
    if len(result.check) <= 120:
        return plain
    return f"{clean(result.check[:100])}~{sha256(result.check.encode('utf-8', 'backslashreplace')).hexdigest()[:12]}"
