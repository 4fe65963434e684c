"""Stop a load phase as soon as its limits are decided, at a few fixed looks. Standard library only.

**Failing** early is cheap. **Passing** early is where naive methods lie: calls of one stall are no independent evidence, and
a stall that has not come yet leaves no trace at all. So evidence is counted in blocks of time (`blocks.py`), a pass takes a
shortest duration, and what that duration excludes is said with it: where stalls come at random every D seconds, none is
seen in T seconds with probability exp(-T / D), so T >= D * ln(2 / alpha) excludes them (3.7 D for 5 %).

What is promised, for a phase whose blocks vary alike from its begin to its end:

- a limit that is broken passes with probability alpha at most, be the bad calls independent or in stalls that come at least
  as often as the claim says: half of alpha pays for the looks, half for the claim;
- a limit that is kept fails with probability alpha at most, over all limits and looks together.

Not promised: what lasts longer than the first look (a stall, a slow spell) can fail a phase that would have kept its limit
in the end, or pass one that would have broken it. Simulations of all this: ``benchmarks/stopping.py``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from readiness.measure.blocks import Block, Counter, mean_interval, share_interval


@dataclass(frozen=True)
class LatencyLimit:
    """At least ``percent`` % of the calls are answered, and within ``seconds``."""

    percent: float
    seconds: float

    @property
    def name(self) -> str:
        """How it is called in facts."""
        return f"p{self.percent:g} <= {self.seconds:g} s"

    @property
    def share(self) -> float:
        """The share of calls that may be slower."""
        return 1 - self.percent / 100


@dataclass(frozen=True)
class ErrorLimit:
    """At most this share of the calls fails."""

    share: float

    @property
    def name(self) -> str:
        """How it is called in facts."""
        return f"errors <= {100 * self.share:g} %"


@dataclass(frozen=True)
class ThroughputLimit:
    """At least this many verified operations per second."""

    per_second: float

    @property
    def name(self) -> str:
        """How it is called in facts."""
        return f"throughput >= {self.per_second:g}/s"


Limit = LatencyLimit | ErrorLimit | ThroughputLimit


class Claim(NamedTuple):
    """What a pass excludes of stalls, since no more of them were seen."""

    stall: float
    """Seconds."""
    every: float
    """Seconds from one stall to the next, on average."""
    confidence: float

    def __str__(self) -> str:
        return f"no stall longer than {self.stall:g} s more often than every {self.every:.3g} s, with {self.confidence:.0%}"


@dataclass(frozen=True)
class Undecided:
    """Some limits are open."""

    open: tuple[str, ...]
    verdict: Literal["undecided"] = "undecided"


@dataclass(frozen=True)
class Passed:
    """Every limit is kept, as far as the claim goes."""

    seconds: float
    claim: Claim
    verdict: Literal["passed"] = "passed"


@dataclass(frozen=True)
class Failed:
    """A limit is broken."""

    seconds: float
    reason: str
    verdict: Literal["failed"] = "failed"


StopDecision = Undecided | Passed | Failed


class Look(NamedTuple):
    """A moment at which to decide, and what each decision may cost there."""

    at: float
    """Seconds since the phase began."""
    alpha_fail: float
    """For each limit."""
    alpha_pass: float
    """0 before the shortest duration."""


class Standing(NamedTuple):
    """What is known of one limit at a look: the interval of its share or rate, as cut down by all looks so far."""

    limit: str
    low: float
    high: float
    kept: bool | None
    """None while it is open."""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; an end that is not known is None."""
        return {name: None if value in (-math.inf, math.inf) else value for name, value in self._asdict().items()}


def look_times(first: float, longest: float, ratio: float = 1.5) -> tuple[float, ...]:
    """Return moments from ``first`` to ``longest`` seconds, each about ``ratio`` times the one before."""
    if not 0 < first <= longest:
        raise ValueError(f"the first look must lie in the phase, after 0 and up to {longest:g} s; not at {first:g} s")
    steps = max(1, round(math.log(longest / first) / math.log(ratio)))
    return tuple(sorted({first * (longest / first) ** (step / steps) for step in range(steps)} | {longest}))


def seconds_to_exclude(every: float, alpha: float = 0.05) -> float:
    """Return the shortest phase whose clean end excludes stalls that come every so many seconds, within half of alpha.

    A limit with a share q withstands stalls of s seconds of bad calls that come every s / q seconds or less often: so
    ``every = s / q`` guards it against all stalls up to s.
    """
    return every * math.log(2 / alpha)


def plan_looks(times: Sequence[float], shortest: float, limits: int, alpha: float) -> tuple[Look, ...]:
    """Share alpha among the looks: evenly to fail; to pass half of it, the first eligible look taking half of what is left.

    A healthy target is decided at the first look that may pass it, so that one should be the sharpest.
    """
    eligible = [at for at in times if at >= shortest - 1e-9]
    passing = {at: alpha / 2 * 0.5 ** (number + 1) for number, at in enumerate(eligible)}
    if eligible:
        passing[eligible[-1]] *= 2  # the last one has nobody to leave the rest to
    return tuple(Look(at, alpha / (len(times) * limits), passing.get(at, 0.0)) for at in times)


@dataclass
class Stopper:
    """Watches the blocks of one phase; ``observe`` each in order, ask for the ``decision`` after it.

    ``looks`` are seconds since the phase began; a pass is possible from ``shortest`` on; ``longest`` is the last look.
    """

    limits: tuple[Limit, ...]
    looks: tuple[float, ...]
    alpha: float = 0.05
    shortest: float = 0.0
    longest: float = math.inf
    stall: float = 0.5
    """Seconds; a call that takes longer was in a stall. For the claim only."""
    block: float = 1.0
    """Seconds of a block: twice as long as most stalls, so that few fall into two."""
    history: list[tuple[float, tuple[Standing, ...]]] = field(default_factory=list, init=False)
    """What every look so far found: seconds, and a standing for each limit."""

    def __post_init__(self) -> None:
        """Refuse what cannot decide anything."""
        if not self.limits or len({limit.name for limit in self.limits}) < len(self.limits):
            raise ValueError(f"a stopper needs limits, each once; not {[limit.name for limit in self.limits]}")
        times = tuple(sorted({at for at in self.looks if at <= self.longest + 1e-9}))
        if not times or times[0] <= 0 or not 0 < self.alpha < 1:
            raise ValueError(f"looks lie between 0 and {self.longest:g} s, alpha between 0 and 1; not {self.looks}")
        self._plan = plan_looks(times, self.shortest, len(self.limits), self.alpha)
        self._blocks: list[Block] = []
        self._elapsed = 0.0
        self._decision: StopDecision = Undecided(tuple(limit.name for limit in self.limits))

    @property
    def latency_limits(self) -> tuple[float, ...]:
        """Seconds of each latency limit, in the order of ``Block.slow``."""
        return tuple(limit.seconds for limit in self.limits if isinstance(limit, LatencyLimit))

    @property
    def elapsed(self) -> float:
        """Seconds observed."""
        return self._elapsed

    @property
    def decided(self) -> bool:
        """Whether the phase may end."""
        return not isinstance(self._decision, Undecided)

    def counter(self) -> Counter:
        """Return what sorts the calls of an executor into the blocks of this stopper."""
        return Counter(self.block, self.latency_limits)

    def observe(self, block: Block) -> None:
        """Take the next block; at a look, decide what can be decided. What is decided stays decided."""
        if len(block.slow) != len(self.latency_limits):
            raise ValueError(f"{len(self.latency_limits)} latency limits, but the block counts {len(block.slow)}")
        self._blocks.append(block)
        before, self._elapsed = self._elapsed, round(self._elapsed + block.seconds, 9)
        passed = [look for look in self._plan if before < look.at - 1e-9 <= self._elapsed]
        if passed and not self.decided:
            self._decide(passed[-1])

    def decision(self) -> StopDecision:
        """Return what is decided so far."""
        return self._decision

    def _decide(self, look: Look) -> None:
        known = {standing.limit: standing for standing in (self.history[-1][1] if self.history else ())}
        standings = tuple(self._standing(limit, look, known.get(limit.name)) for limit in self.limits)
        self.history.append((self._elapsed, standings))
        broken = [standing for standing in standings if standing.kept is False]
        if broken:
            self._decision = Failed(self._elapsed, "; ".join(self._reason(standing) for standing in broken))
        elif all(standing.kept for standing in standings):
            self._decision = Passed(self._elapsed, self.claim())
        else:
            self._decision = Undecided(tuple(standing.limit for standing in standings if standing.kept is None))

    def _standing(self, limit: Limit, look: Look, before: Standing | None) -> Standing:
        if before is not None and before.kept is not None:
            return before
        low, high = self._interval(limit, look)
        if before is not None:
            low, high = max(low, before.low), min(high, before.high)
        if isinstance(limit, ThroughputLimit):
            kept = True if low > limit.per_second else (False if high < limit.per_second else None)
        else:
            kept = True if high < limit.share else (False if low > limit.share else None)
        return Standing(limit.name, low, high, kept)

    def _interval(self, limit: Limit, look: Look) -> tuple[float, float]:
        calls = [block.calls for block in self._blocks]
        match limit:
            case ThroughputLimit():
                rates = [(block.calls - block.failed) / block.seconds for block in self._blocks]
                return mean_interval(rates, look.alpha_pass, look.alpha_fail)
            case ErrorLimit():
                bad = [block.failed for block in self._blocks]
            case LatencyLimit():
                place = [one for one in self.limits if isinstance(one, LatencyLimit)].index(limit)
                bad = [block.slow[place] for block in self._blocks]
        return share_interval(bad, calls, look.alpha_fail, look.alpha_pass)

    def _reason(self, standing: Standing) -> str:
        calls = sum(block.calls for block in self._blocks)
        if standing.limit.startswith("throughput"):
            return f"{standing.limit}: at most {standing.high:.4g}/s over {calls} calls in {self._elapsed:g} s"
        return f"{standing.limit}: at least {standing.low:.3%} of {calls} calls in {self._elapsed:g} s are over it"

    def claim(self) -> Claim:
        """Return how often stalls can come at most, from those seen: half of alpha is spent on it.

        Neighbouring blocks with one are one stall. Poisson counts (Garwood, Biometrika 28, 1936).
        """
        stalled = [False, *(self._stalled(block) for block in self._blocks)]
        seen = sum(here and not before for before, here in pairwise(stalled))
        return Claim(self.stall, self._elapsed / most_events(seen, self.alpha / 2), 1 - self.alpha)

    def _stalled(self, block: Block) -> bool:
        """A call took that long, or so many failed as an outage of that length leaves in one of two blocks at least."""
        outage = block.failed > 0 and block.failed / block.calls >= self.stall / block.seconds / 2
        return outage or block.slowest > self.stall

    def facts(self) -> dict[str, Any]:
        """Return decision, claim and looks as JSON values, for the recording.

        ``guarded_against`` says for each limit of a pass which bursts of bad calls, in seconds, could not have broken it
        unseen: those that come as often as the claim excludes.
        """
        looked = [(at, [standing.to_json() for standing in standings]) for at, standings in self.history]
        plan = {
            "alpha": self.alpha,
            "planned_looks": [round(look.at, 3) for look in self._plan],
            "looks": [{"seconds": at, "limits": limits} for at, limits in looked],
        }
        match self._decision:
            case Passed(seconds, claim, verdict):
                shares = {limit.name: limit.share for limit in self.limits if not isinstance(limit, ThroughputLimit)}
                guarded = {name: round(share * claim.every, 4) for name, share in shares.items()}
                return {"verdict": verdict, "seconds": seconds, "claim": str(claim), "guarded_against": guarded, **plan}
            case Failed(seconds, reason, verdict):
                return {"verdict": verdict, "seconds": seconds, "reason": reason, **plan}
            case Undecided(still_open, verdict):
                return {"verdict": verdict, "seconds": self._elapsed, "open": list(still_open), **plan}


def most_events(seen: int, alpha: float) -> float:
    """Return the largest Poisson mean under which ``seen`` events or fewer still have probability alpha; ln(1 / alpha) for 0."""
    low, high = float(seen), seen + 10 * math.sqrt(seen + 1) - 10 * math.log(alpha)
    for _ in range(60):
        mean = (low + high) / 2
        total = math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(seen + 1))
        low, high = (mean, high) if total > alpha else (low, mean)
    return (low + high) / 2
