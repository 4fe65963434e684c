"""More and more users at once, each calling again as soon as he is answered; then all of them in one moment.

Why: what serialises, runs out or refuses shows only when users meet, and the step at which it shows says how much
room is left.
Fix: nothing; this scenario only records. The checks that read it say what to do.
"""

from readiness import Recorder, Samples, Target, per_vu_iterations, scenario


@scenario(
    suite="stress_testing",
    effect="load",
    capabilities=("http", "load"),
    quick={"operations": 5},
    full={"operations": 40, "repeats": 10},
)
async def user_grid(
    target: Target,
    recorder: Recorder,
    *,
    users: tuple[int, ...] = (1, 5, 10, 25, 50),
    operations: int = 10,
    at_once: tuple[int, ...] = (10, 50),
    repeats: int = 3,
) -> None:
    """Let each number of ``users`` make ``operations`` calls each; then let ``at_once`` users call in one moment.

    10 users calling together are what the requirements name; the largest crowd finds limits that lie above them.
    """
    recorder.phase("warm up", 1.0)
    await per_vu_iterations(target, recorder, users=max(users), iterations=2)
    grid = []
    for number in sorted({min(count, recorder.users) for count in users}):
        recorder.phase(f"users {number}", 2.0, users=number)
        await per_vu_iterations(target, recorder, users=number, iterations=operations)
        step = Samples(tuple(recorder.samples)).where(phase=f"users {number}")
        grid.append(
            {
                "users": number,
                "operations": step.n,
                "seconds": round(step.seconds, 3),
                "p95": round(step.latency.percentile(95).value, 4) if step.n else None,
                "errors": step.failed,
                "throughput": round(step.throughput, 1),
            }
        )
    recorder.fact("grid", grid)
    recorder.phase("at once", 1.0)
    for number in at_once:
        for _ in range(repeats):
            await per_vu_iterations(target, recorder, users=number, iterations=1)
    together = Samples(tuple(recorder.samples)).where(phase="at once")
    crowds = sorted({min(number, recorder.users) for number in at_once})
    recorder.fact("concurrent", {"good": together.n - together.failed, "tries": together.n, "users": crowds})
