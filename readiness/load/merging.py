"""What came of the parts of a load, as one: counts and histograms are added, samples are put into one file. Nothing is lost."""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from readiness.load.pace import Pace
from readiness.load.session import LoadResult
from readiness.measure.histogram import Histogram
from readiness.measure.sample_log import Kind, Rows, Spool, read_spool


def merged(results: Sequence[LoadResult], incomplete: tuple[str, ...] = ()) -> LoadResult:
    """Return the results of several workers as one; ``incomplete`` says what is missing.

    Counts are sums, and so are connections, memory and CPU (then shares of a core of all processes together); ``seconds``
    is that of the longest.
    """
    counts: Counter[Kind] = Counter()
    operations: dict[str, Histogram] = {}
    for result in results:
        counts.update(result.counts)
        for name, found in result.operations.items():
            operations[name] = operations[name] + found if name in operations else found
    paces = [result.pace for result in results if result.pace is not None]
    return LoadResult(
        pace=merged_pace(paces) if paces else None,
        seconds=max((result.seconds for result in results), default=0.0),
        counts=dict(counts),
        operations=operations,
        connects=sum(result.connects for result in results),
        stale=sum(result.stale for result in results),
        unasked=sum(result.unasked for result in results),
        memory=sum(result.memory for result in results),
        cpu=sum(result.cpu for result in results),
        cut=sum(result.cut for result in results),
        incomplete=(*incomplete, *(text for result in results for text in result.incomplete)),
    )


def merged_pace(paces: Sequence[Pace]) -> Pace:
    """Return how all generators did: counts are sums; lateness and CPU are those of the worst, so that none hides behind the rest.

    The percentile of all starts together is never above the largest of the parts' percentiles.
    """
    return Pace(
        executor=paces[0].executor,
        asked=sum(pace.asked for pace in paces),
        started=sum(pace.started for pace in paces),
        seconds=max(pace.seconds for pace in paces),
        took=max(pace.took for pace in paces),
        users=sum(pace.users for pace in paces),
        cut=sum(pace.cut for pace in paces),
        queued=sum(pace.queued for pace in paces),
        longest_queue=sum(pace.longest_queue for pace in paces),
        late_p50=max(pace.late_p50 for pace in paces),
        late_p99=max(pace.late_p99 for pace in paces),
        late_most=max(pace.late_most for pace in paces),
        cpu=max(pace.cpu for pace in paces),
    )


def salvaged(spool: Path, pace: Pace | None = None) -> LoadResult:
    """Return what a worker that ended too early had recorded: every call that had reached its spool."""
    calls = read_spool(spool) if spool.is_file() else Spool()
    counts: Counter[Kind] = Counter()
    operations: dict[str, Histogram] = {}
    end = 0.0
    for call in calls:
        counts[Kind(call.operation, call.phase, call.status, call.error)] += 1
        end = max(end, call.at + call.latency)
        if not call.error:
            operations.setdefault(call.operation, Histogram()).record(call.latency)
    return LoadResult(pace, end, dict(counts), operations, 0, 0, 0, 0, 0.0)


class MergedSpools:
    """The spools of several workers as the source of one sample file; their kinds are numbered anew."""

    def __init__(self, spools: Iterable[Spool]) -> None:
        self.kinds: list[Kind] = []
        self._spools = list(spools)
        self._numbers = [self._numbered(spool.kinds) for spool in self._spools]

    @property
    def amended(self) -> Mapping[int, int]:
        """Row -> number of the kind that it turned out to be."""
        found: dict[int, int] = {}
        first = 0
        for spool, numbers in zip(self._spools, self._numbers, strict=True):
            size = sum(len(rows.kind) for rows in spool.chunks())
            found.update((first + row, numbers[kind]) for row, kind in spool.amended.items() if row < size)
            first += size
        return found

    def chunks(self) -> Iterator[Rows]:
        """Every row: all spools count from the same instant."""
        for spool, numbers in zip(self._spools, self._numbers, strict=True):
            for rows in spool.chunks():
                yield rows._replace(kind=array("I", [numbers[kind] for kind in rows.kind]))

    def _numbered(self, kinds: Sequence[Kind]) -> list[int]:
        known = {kind: number for number, kind in enumerate(self.kinds)}
        for kind in kinds:
            if kind not in known:
                known[kind] = len(self.kinds)
                self.kinds.append(kind)
        return [known[kind] for kind in kinds]


def write_merged(spools: Sequence[Path], path: Path) -> None:
    """Write the samples of several spools into one Parquet file."""
    from readiness.measure.sample_file import write_samples

    write_samples(path, MergedSpools(read_spool(spool) for spool in spools if spool.is_file()))


if __name__ == "__main__":  # python -m readiness.load.merging SPOOL... FILE
    write_merged([Path(spool) for spool in sys.argv[1:-1]], Path(sys.argv[-1]))
