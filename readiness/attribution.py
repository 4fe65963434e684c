"""Why the score moved: the service, the policy, the catalogue of checks or the machine (docs/scoring.md §6). Pure.

The old evidence is judged again under the new catalogue, then also under the new policy. Each step changes one cause, so the
differences between the four scores are the four parts:

    before -- catalogue --> old evidence, new checks -- policy --> old evidence, new rules -- service, machine --> after
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from readiness.model import SPEED_BOUND
from readiness.report import Attribution, Report

MACHINE = ("cpus", "memory_bytes", "machine", "system", "cpu_model", "python")
"""What of the environment identifies the machine."""
MEMORY_TOLERANCE = 0.05
"""Kernels and hypervisors report the same module with slightly different sizes."""
CONTROL_TOLERANCE = 0.10
"""The machine control runs the same work every time; beyond this its machine was another one in effect."""

_GRID = 2.0**53


def attribute(before: Report, new_catalogue: Report, new_rules: Report, after: Report) -> Attribution:
    """Return what moved the score from ``before`` to ``after``; the four parts sum to the difference exactly.

    ``new_catalogue`` is the evidence of ``before`` judged by the checks of ``after`` under the old policy, ``new_rules`` the same under the
    new policy. What the rules leave belongs to the service, unless the machine is another one: then the part that comes
    from performance and scalability is the machine's, since one run on each cannot tell the two apart.
    """
    scores = [report.overall_score for report in (before, new_catalogue, new_rules, after)]
    known = [_on_grid(score) for score in scores if score is not None]
    if len(known) < len(scores):
        return Attribution(
            service=0.0, policy=0.0, catalogue=0.0, machine=0.0,
            sentence=f"{_which_lacks(scores)} has no score, so nothing can be attributed.",
        )  # fmt: skip
    start, checks, rules, end = known
    differences = machine_differences(before, after)
    machine = _on_grid(_machine_bound(new_rules, after)) if differences else 0.0
    parts = {
        "service": end - rules - machine,
        "policy": rules - checks,
        "catalogue": checks - start,
        "machine": machine,
    }
    caveats = list(_caveats(before, new_rules, after, parts, differences))
    return Attribution(**parts, sentence=_sentence(before, after, parts, caveats))


def unattributed(before: Report, after: Report) -> Attribution:
    """Return the attribution of a change whose old evidence was not judged again: nothing is claimed, and it says so."""
    moved = [
        f"{what} {old} -> {new}"
        for what, old, new in (
            ("policy", _policy(before), _policy(after)),
            ("catalogue", before.environment.get("catalogue_version"), after.environment.get("catalogue_version")),
        )
        if old != new or old is None
    ]
    because = f"the rules are not the same ({', '.join(moved)})"
    return Attribution(
        service=0.0, policy=0.0, catalogue=0.0, machine=0.0,
        sentence=f"Nothing is attributed: {because}, and the old evidence was not judged again under the new ones.",
    )  # fmt: skip


def machine_differences(before: Report, after: Report) -> tuple[str, ...]:
    """Return in which ways two runs had different machines; what one of them does not know is not compared."""
    old, new = _fingerprint(before.environment), _fingerprint(after.environment)
    found = [
        f"{name} {old[name]} -> {new[name]}"
        for name in MACHINE
        if name in old and name in new and not _alike(name, old[name], new[name])
    ]
    first, second = before.fitness.readings, after.fitness.readings
    for name in sorted(first.keys() & second.keys()):
        was, now = first[name], second[name]
        if _is_control(name) and was and now and abs(now / was - 1.0) > CONTROL_TOLERANCE:
            found.append(f"{name} {was:.4g} -> {now:.4g}")
    return tuple(found)


def machine_key(environment: Mapping[str, Any]) -> str:
    """Return one text for the machine that an environment describes."""
    return json.dumps(_fingerprint(environment), sort_keys=True, default=str)


def _fingerprint(environment: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: environment[name] for name in MACHINE if environment.get(name) is not None}
    if "python" in known:
        known["python"] = ".".join(str(known["python"]).split(".")[:2])  # patches do not change the speed
    return known


def _alike(name: str, old: Any, new: Any) -> bool:
    if name == "memory_bytes" and isinstance(old, int | float) and isinstance(new, int | float):
        return abs(new - old) <= MEMORY_TOLERANCE * max(old, new)
    return bool(old == new)


def _is_control(reading: str) -> bool:
    """Whether a reading times fixed work; a ratio of two of them within one run says nothing about the machine."""
    return reading.startswith("control") and not reading.endswith("ratio")


# --- the parts ------------------------------------------------------------------------------------------------------


def _on_grid(score: float) -> float:
    """Multiples of 2^-53 up to 1 and their differences are exact floats, so that parts sum exactly in any order."""
    return round(score * _GRID) / _GRID


def _machine_bound(old: Report, new: Report) -> float:
    """Points won between two reports under the same rules by checks that depend on the machine."""
    return _machine_bound_loss(old) - _machine_bound_loss(new)


def _machine_bound_loss(report: Report) -> float:
    """The ledger sums to what the score lacks; the cap's line belongs to the blockers that are open."""
    categories = {result.check: result.category for result in report.results}
    blockers = {categories[check] for check in report.deployment_blockers if check in categories}
    capped_by_machine = bool(blockers) and blockers <= set(SPEED_BOUND)
    return sum(
        line.points
        for line in report.ledger
        if (categories[line.check] in SPEED_BOUND if line.check in categories else capped_by_machine)
    )


# --- the sentence ---------------------------------------------------------------------------------------------------


def _sentence(before: Report, after: Report, parts: Mapping[str, float], caveats: Iterable[str]) -> str:
    total = sum(parts.values())
    scores = f"from {before.overall_score:.3f} to {after.overall_score:.3f} ({total:+.4f})"
    largest_first = sorted((name for name in parts if parts[name]), key=lambda name: (-abs(parts[name]), name))
    said = ", ".join(f"{_cause(name, before, after)} {parts[name]:+.4f}" for name in largest_first)
    if not said:
        text = f"The score stayed at {after.overall_score:.3f}"
    else:
        way = "rose" if total > 0 else "fell" if total < 0 else "came back"
        text = f"The score {way} {scores}: {'mostly ' if len(largest_first) > 1 else ''}the {said}"
    return ". ".join([text, *caveats]) + "."


def _cause(name: str, before: Report, after: Report) -> str:
    if name == "policy":
        return f"policy ({_policy(before)} -> {_policy(after)})"
    if name == "catalogue":
        versions = [str(report.environment.get("catalogue_version")) for report in (before, after)]
        return f"catalogue ({' -> '.join(versions)})"
    return name


def _caveats(
    before: Report, new_rules: Report, after: Report, parts: Mapping[str, float], differences: tuple[str, ...]
) -> Iterable[str]:
    if differences:
        yield (
            f"The machine is another one ({'; '.join(differences)}): what changed in performance and scalability "
            "is counted as the machine's and cannot be told from the service"
        )
    for when, report in (("earlier", before), ("later", after)):
        if not report.fitness.fit:
            yield f"In the {when} run the machine was unfit to measure"
        if report.interrupted:
            yield f"The {when} run was interrupted"
    if not parts["service"]:
        return
    low, high = new_rules.overall_interval, after.overall_interval
    if low.low <= high.high and high.low <= low.high:
        yield "The intervals of the two scores overlap: the service's part may be noise"
    revisions = [report.environment.get("git_revision") for report in (before, after)]
    if revisions[0] is not None and revisions[0] == revisions[1]:
        yield "The git revision is the same: the service's part comes from noise, its settings or its surroundings"


def _policy(report: Report) -> str:
    return f"{report.policy.get('name', 'unnamed')} {report.environment.get('policy_hash', '')}".rstrip()


def _which_lacks(scores: Iterable[float | None]) -> str:
    names = ("The earlier run", "The earlier run under the new catalogue", "The earlier run under the new rules",
             "The later run")  # fmt: skip
    return next(name for name, score in zip(names, scores, strict=True) if score is None)
