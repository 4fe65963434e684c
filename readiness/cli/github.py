"""What a run says to GitHub Actions: annotations on the terminal, the summary appended to that of the job."""

from collections.abc import Mapping
from pathlib import Path

SUMMARY_LIMIT = 1024 * 1024
"""Bytes that one step may add to the job summary; GitHub drops a larger one whole."""


def publish(folder: Path, environment: Mapping[str, str]) -> str:
    """Append ``summary.md`` of a run's folder to ``$GITHUB_STEP_SUMMARY``; return the annotations to print.

    Empty outside GitHub Actions. It never raises: what CI shows must not change the exit code of a verdict.
    """
    if environment.get("GITHUB_ACTIONS") != "true":
        return ""
    said = _read(folder / "annotations.txt")
    complaint = _append(_read(folder / "summary.md"), environment.get("GITHUB_STEP_SUMMARY", ""))
    if complaint:
        # The path stays out: it could hold characters that mean something to the runner.
        said += f"::warning title=readiness::The job summary was not written: {complaint}\n"
    return said


def _append(text: str, place: str) -> str:
    """Append to the job summary; return what went wrong, empty if nothing did."""
    if not place or not text:
        return ""
    path = Path(place)
    try:
        taken = path.stat().st_size if path.exists() else 0
        if taken + len(text.encode()) > SUMMARY_LIMIT:
            return "it would be larger than 1 MiB"
        with path.open("a", encoding="utf-8") as summary:
            summary.write(text)
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
