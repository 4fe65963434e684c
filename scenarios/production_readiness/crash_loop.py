"""It is killed again and again, also while it starts: does it come back whole, and without leftovers that grow?"""

from typing import Any

from readiness import Counter, CrashLoop, Recorder, Target, TargetError, own_folder, scenario

ADDITIONS = 5
PAUSES = (0.2, 0.5, 1.0, 2.0)


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("process", "counter"),
    quick={"crashes": 2},
    full={"crashes": 12},
    deadline=300.0,
    least="standard",
)
async def crash_loop(target: Target, recorder: Recorder, *, crashes: int = 4) -> None:
    """``crashes`` kills in a row, 0.2 to 2 s after each start; then it is started and looked at."""
    recorder.phase("write")
    try:
        counter = await Counter.prepared(target, "crash loop")
    except TargetError as problem:
        recorder.fact("problem", str(problem))
        return
    before = await counter.amount()
    for _ in range(ADDITIONS):
        await counter.add()
    files = _files(target)
    recorder.phase("crash")
    pauses = [PAUSES[number % len(PAUSES)] for number in range(crashes - 1)]
    async with recorder.fault(CrashLoop(target.process, after=pauses)):
        pass
    recorder.phase("return")
    begin = recorder.now
    told: dict[str, Any] = {"crashes": crashes, "before": str(before), **counter.sums()}
    try:
        await target.process.start()
    except TargetError as problem:
        recorder.fact("return", {**told, "problem": str(problem)[:500]})
        return
    took = recorder.now - begin
    after = await counter.amount()
    left = sorted(_files(target) - files)
    recorder.fact("return", {**told, "problem": "", "seconds": took, "after": str(after), "new_files": left})


def _files(target: Target) -> set[str]:
    """The names of the files in its folder."""
    return {str(file.relative_to(own_folder(target))) for file in own_folder(target).rglob("*") if file.is_file()}
