"""What came before a run: the baseline that its report is held against, and the trend.

Both lie in ``earlier.json`` beside the recordings from the first judging on, so that judging again says the same, whatever
became of the older runs.
"""

import json
from pathlib import Path

from pydantic import ValidationError

from readiness import events
from readiness.archive import last_run, read_report, report_file, trend_of
from readiness.attribution import attribute, unattributed
from readiness.comparison import compare
from readiness.errors import ReadinessError, UsageError
from readiness.judging import Finish, judge_stored
from readiness.policy import Policy
from readiness.report import Frozen, Report, TrendPoint
from readiness.stored import PLAN, read, read_plan, write

EARLIER = "earlier.json"
CANNOT_JUDGE = (ReadinessError, ValidationError)
"""What judging an older run again raises where its plugins, its policy or its files are no longer what they were."""


class Earlier(Frozen):
    """The older evidence as it was judged, and as today's catalogue and policy judge it; None where that is the same."""

    baseline: Report | None = None
    new_catalogue: Report | None = None
    new_rules: Report | None = None
    judged_again: bool = True
    """Whether the older evidence could be judged again where that was needed."""
    trend: tuple[TrendPoint, ...] = ()


def completed(folder: Path, archive: Path, baseline: Path | None = None) -> Finish:
    """Return what adds change and trend to the report of the run in ``folder``.

    The older run is the one whose report file is ``baseline``, else the last one in ``archive`` of the same target, scope and
    profile.
    """

    async def finish(report: Report) -> Report:
        earlier = _read(folder)
        if earlier is None:
            earlier = await _look_back(report, archive, baseline)
            write(folder, EARLIER, earlier)
        return _with_earlier(report, earlier)

    return finish


def under_other_rules(folder: Path) -> Finish:
    """Return what holds the report of a run under another policy against its own: the evidence is the same, so only rules moved it."""

    async def finish(report: Report) -> Report:
        planned = read_plan(folder)
        own = read_report(report_file(folder))
        new_catalogue, again = None, True
        if _catalogue(own) != _catalogue(report):
            try:
                new_catalogue = await judged_again(folder, planned.policy)
            except CANNOT_JUDGE:
                again = False
        known = _read(folder)
        trend = known.trend if known else ()
        earlier = Earlier(baseline=own, new_catalogue=new_catalogue, new_rules=report, judged_again=again, trend=trend)
        return _with_earlier(report, earlier)

    return finish


def _read(folder: Path) -> Earlier | None:
    if not (folder / EARLIER).exists():
        return None
    try:
        return read(folder / EARLIER, Earlier)
    except UsageError as error:
        raise UsageError(f"{error}; remove it and judge again") from None


async def _look_back(report: Report, archive: Path, baseline: Path | None) -> Earlier:
    profile = report.environment["profile"]
    trend = trend_of(archive, report.target, report.scope, profile=profile, before=report.timestamp)
    if baseline is None:
        last = last_run(archive, report.target, report.scope, profile=profile, before=report.timestamp)
        if last is None:
            return Earlier(trend=trend)
        baseline = report_file(last)
    old = read_report(baseline)
    if (_catalogue(old), _policy(old)) == (_catalogue(report), _policy(report)):
        return Earlier(baseline=_slim(old), trend=trend)
    again = await _under_new_rules(baseline.parent, old, report)
    if again is None:
        return Earlier(baseline=_slim(old), judged_again=False, trend=trend)
    return Earlier(baseline=_slim(old), new_catalogue=_slim(again[0]), new_rules=_slim(again[1]), trend=trend)


async def _under_new_rules(folder: Path, old: Report, report: Report) -> tuple[Report, Report] | None:
    """Return the older evidence under the checks of a report, and then under its policy too; None where that cannot be done.

    A run must not fail for it: the plugins of the older one may be gone, or what its policy sets have another name today.
    """
    if not (folder / PLAN).is_file():
        return None
    new_catalogue = old
    try:
        if _catalogue(old) != _catalogue(report):
            new_catalogue = await judged_again(folder, read_plan(folder).policy)
        if _policy(old) == _policy(report):
            return new_catalogue, new_catalogue
        return new_catalogue, await judged_again(folder, Policy.model_validate_json(json.dumps(report.policy)))
    except CANNOT_JUDGE:
        return None


def _with_earlier(report: Report, earlier: Earlier) -> Report:
    old = earlier.baseline
    if old is None:
        return report.model_copy(update={"trend": earlier.trend})
    if earlier.judged_again:
        checks = earlier.new_catalogue or old
        attribution = attribute(old, checks, earlier.new_rules or checks, report)
    else:
        attribution = unattributed(old, report)
    change = compare(old, report, attribution=attribution)
    return report.model_copy(update={"change": change, "trend": earlier.trend})


async def judged_again(folder: Path, policy: Policy) -> Report:
    """Return what today's catalogue says of a stored run under a policy; nothing of the run is written anew."""
    report: Report | None = None
    async for event in judge_stored(folder, policy=policy, reports=False):
        if isinstance(event, events.RunFinished):
            report = event.report
    assert report is not None, "judging always ends with a report"
    return report


def _slim(report: Report) -> Report:
    """Without what a comparison never looks at: evidence, scenarios, its own past."""
    suites = {
        name: suite.model_copy(
            update={"results": tuple(r.model_copy(update={"evidence": (), "witnesses": ()}) for r in suite.results)}
        )
        for name, suite in report.detailed_results.items()
    }
    return report.model_copy(update={"detailed_results": suites, "scenarios": (), "trend": (), "change": None})


def _catalogue(report: Report) -> object:
    return report.environment.get("catalogue_version")


def _policy(report: Report) -> object:
    return report.environment.get("policy_hash")
