"""It runs as in production: no development server, no debugger, no reloader.

Why: a debugger runs what a stranger sends; a reloader restarts in the middle of requests; and what is graded here must be
what is deployed there.
Fix: start it with its production server and settings (gunicorn, uvicorn without --reload, NODE_ENV=production ...).
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="configuration",
    severity="major",
    needs="running_instance",
    capabilities=("logs",),
    fix="Start it with its production server and settings, here as well as in production.",
    effort="minutes",
)
def production_mode(recording: Recording) -> Fact | Unknown:
    """Signs in its commands, its own environment variables, and what frameworks write when they start."""
    told = recording.facts.get("development")
    if told is None or not told["processes"]:
        return Unknown("its processes could not be seen")
    if told["signs"]:
        return Fact(False, f"signs of a development mode: {'; '.join(told['signs'])}")
    looked = f"{told['processes']} processes and {told['log_characters']} characters of its log"
    return Fact(True, f"no sign of a development mode in {looked}")
