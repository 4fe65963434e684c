"""Whether the machine could measure: what is held against a target must not be the machine's or the generator's own doing.

Where a limit has no source of its own it is derived from the 95th percentile, the tail that a gate judges first.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

import numpy as np

from readiness.measure import statistics
from readiness.measure.recording import Recording
from readiness.measure.statistics import Values
from readiness.report import Fitness

LIMITS = {
    # Above it a generator queues by itself, and the queue is what gets measured (research: gates.md 4.3).
    "generator_cpu_cores": 0.80,
    # Who stalls 50 ms in every second is late for one call in twenty, and moves the 95th percentile itself.
    "generator_lag_seconds": 0.05,
    # The same for what takes a core away in one of twenty moments.
    "steal_share": 0.05,
    "throttled_share": 0.05,
    # Where others take the share u of a machine that has work for all its cores, everything lasts 1 / (1 - u) as long:
    # 1.1 for 0.1, which is also what the control may differ by.
    "other_share": 0.10,
    "control_ratio": 1.10,
    # Two busy threads of one core slow each other down to about 1.6; what goes beyond is stolen or throttled uncounted.
    "control_spread_ratio": 2.00,
}
"""The highest value of each reading that still lets the machine count as fit."""
IDLE_SHARE = 0.50
"""While half of the machine idles, whoever has work finds a free core, and others disturb nobody."""
FEWEST = 5
"""Readings (one second) behind a claim about one phase; a median is bounded by as many."""

_SENTENCES = {
    "generator_cpu_cores": "the load generator used {value:.0%} of a core (limit {limit:.0%}): it was measured, not the target",
    "generator_lag_seconds": "the load generator stalled for {value:.2g} s in every second (limit {limit:g} s)",
    "steal_share": "the hypervisor gave {value:.0%} of the CPU time to other machines (limit {limit:.0%})",
    "throttled_share": "a CPU quota was used up in {value:.0%} of its periods (limit {limit:.0%})",
    "other_share": "other processes took {value:.0%} of the machine while less than half of it was idle (limit {limit:.0%})",
    "control_ratio": "fixed work took {value:.2f} times as long as itself (limit {limit:g}): noise looks like a change here",
    "control_spread_ratio": "fixed work took up to {value:.2f} times as long (limit {limit:g}): the cores change their speed",
}

Readings = dict[str, float | None]


def fitness_of(recordings: Iterable[Recording]) -> Fitness:
    """Judge the machine by what was read on it while times were taken; the worst recording counts.

    To be called with the recordings of load and of what else ran alone. One without calls is not looked at: there was
    nothing that the machine could spoil. Calls during which nothing at all could be read are unfit: not known is not in
    order. A single reading that the system does not offer is None and decides nothing.
    """
    known = {recording.scenario: readings_of(recording) for recording in recordings if recording.measured.n}
    if not known:
        return Fitness(fit=True)
    reasons = (*_unread(known), *_beyond(known))
    worst = {name: _worst(readings[name] for readings in known.values()) for name in (*LIMITS, "control_seconds")}
    return Fitness(fit=not reasons, reasons=reasons, readings=worst, limits=LIMITS)


def readings_of(recording: Recording) -> Readings:
    """Return each reading of one recording during its measured phases, in the units of LIMITS; None where there is none, or no number.

    - generator_cpu_cores: mean of the busiest phase of a second or more. None for a target inside the generator. Where
      several workers share the load, that of the worst of them: none hides behind the rest.
    - generator_lag_seconds: mean of the longest stall of each second. None and the worst likewise.
    - steal_share, throttled_share: means.
    - other_share: mean of what others took at moments when less than half of the machine was idle. None for a target
      that is not ours: where it runs here, its own work cannot be told from that of others.
    - control_ratio, control_spread_ratio: see ``halves_ratio`` and ``spread_ratio``.
    - control_seconds: median CPU time of the fixed work; without a limit, it tells one machine from another.
    """
    phases = [(begin, end) for name, begin, end in phases_of(recording) if not name.startswith("warm")]
    load = _Window(recording, phases)
    machine = recording.facts.get("machine")
    place = machine.get("target", "ours") if isinstance(machine, dict) else "ours"
    control = load["machine_control_seconds"]
    generator = _worst(_busiest(recording, phases, name) for name in generators(recording, "generator_cpu_cores"))
    lag = _worst(_mean(load[name]) for name in generators(recording, "generator_lag_seconds"))
    others = _others(load)
    readings = {
        "generator_cpu_cores": generator if place != "inside" else None,
        "generator_lag_seconds": lag if place != "inside" else None,
        "steal_share": _mean(load["machine_steal_share"]),
        "throttled_share": _mean(load["machine_throttled_share"]),
        "other_share": others if place != "apart" else None,
        "control_ratio": halves_ratio(control),
        "control_spread_ratio": spread_ratio(control),
        "control_seconds": float(np.median(control)) if len(control) >= FEWEST else None,
    }
    return {name: value if value is not None and not math.isnan(value) else None for name, value in readings.items()}


def phases_of(recording: Recording) -> Iterator[tuple[str, float, float]]:
    """Yield name, begin and end of each phase, in seconds since the recording began; one that was cut off has no end."""
    last = recording.seconds if recording.complete else math.inf
    for (name, begin), (_, end) in pairwise((*recording.phases, ("", last))):
        yield name, begin, end


def halves_ratio(control: Values) -> float | None:
    """Return by which factor two interleaved halves of the same work differ at least, with 95 %; 1 where they may be equal.

    The times are taken in pairs, A B, B A, A B ...; the median of log(A / B) has an order-statistic interval, and the end
    of it that lies nearest to 0 counts. None with too few pairs for an interval.
    """
    pairs = np.log(control[: len(control) // 2 * 2]).reshape(-1, 2)
    differences = (pairs[:, 0] - pairs[:, 1]) * np.where(np.arange(len(pairs)) % 2, -1.0, 1.0)
    median = statistics.percentile(differences, 50)
    if not np.isfinite((median.low, median.high)).all():
        return None
    return float(np.exp(max(0.0, median.low, -median.high)))


def spread_ratio(control: Values) -> float | None:
    """Return the ninth decile of the control over the first one; None under ten times."""
    if len(control) < 10:
        return None
    return float(np.quantile(control, 0.9) / np.quantile(control, 0.1))


class _Window:
    """The values of a recording's series during some phases; all of them where they are too short for a reading."""

    def __init__(self, recording: Recording, phases: list[tuple[float, float]]) -> None:
        self._readings = recording.readings
        self._phases = phases

    def __getitem__(self, series: str) -> Values:
        if series not in self._readings:
            return np.empty(0)
        at, values = np.array(self._readings[series].at), np.array(self._readings[series].values)
        inside = np.zeros(len(at), dtype=bool)
        for begin, end in self._phases:
            inside |= (at > begin) & (at <= end)  # a reading tells of the time before it
        return values[inside] if inside.any() else values


def generators(recording: Recording, series: str) -> Iterator[str]:
    """Yield the series of this kind: of the generator itself, and of each worker that shared its load."""
    yield from (name for name in recording.readings if name == series or name.endswith(f" {series}"))


def _busiest(recording: Recording, phases: list[tuple[float, float]], series: str) -> float | None:
    """The mean of the phase with the highest one; of all together where none is long enough; None where they are not either."""
    windows = [_Window(recording, [phase])[series] for phase in phases]
    means = [float(values.mean()) for values in windows if len(values) >= FEWEST]
    together = _Window(recording, phases)[series]
    return max(
        (mean for mean in means if not math.isnan(mean)),
        default=_mean(together) if len(together) >= FEWEST else None,
    )


def _others(load: _Window) -> float | None:
    taken, idle = load["machine_other_share"], load["machine_idle_share"]
    return _mean(np.where(idle >= IDLE_SHARE, 0.0, taken)) if len(taken) == len(idle) else None


def _mean(values: Values) -> float | None:
    return float(values.mean()) if len(values) else None


def _worst(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _unread(known: Mapping[str, Readings]) -> Iterator[str]:
    for scenario, readings in known.items():
        if all(readings[name] is None for name in LIMITS):
            yield f"{scenario}: nothing is known about the machine"


def _beyond(known: Mapping[str, Readings]) -> Iterator[str]:
    """One sentence for each limit that was passed, with the scenario where it was passed by most."""
    for name, limit in LIMITS.items():
        worst, scenario = max((readings[name] or 0.0, scenario) for scenario, readings in known.items())
        if worst > limit:
            yield f"{scenario}: {_SENTENCES[name].format(value=worst, limit=limit)}"
