"""A running instance says which version it is.

Why: the first question of every incident is what changed; nobody should have to guess it from the time of a deployment.
Fix: put version or commit into the answer of health, or into a series like `app_build_info{version="1.4.2"} 1`.
"""

import re

from readiness import Fact, Recording, Unknown, check

LABEL = re.compile(r'(?:version|release|commit|revision|tag|build|sha)\w*="([^"]*)"', re.IGNORECASE)
EMPTY = ("", "unknown", "dev", "none", "null", "snapshot", "0", "0.0.0", "undefined", "(devel)")


@check(
    category="monitoring",
    severity="info",
    needs="running_instance",
    fix='Add the version to the answer of health, or expose `app_build_info{version="..."} 1`.',
    effort="minutes",
)
def version_told(recording: Recording) -> Fact | Unknown:
    """In the answer of health, /version or /info, or as a label of a build series; an empty one does not count."""
    told = recording.facts.get("version")
    if told is None or not (told["asked"] or told["scraped"]):
        return Unknown("neither health nor metrics answered")
    for path, found in told["found"].items():
        for key, text in found.items():
            if _says(text):
                return Fact(True, f"{path} tells {key} {text!r}")
    for series in told["series"]:
        if any(_says(text) for text in LABEL.findall(series)):
            return Fact(True, f"the metrics tell {series}")
    places = ", ".join(told["asked"]) + (" or in a build series" if told["scraped"] else "")
    return Fact(False, f"no version in {places}")


def _says(text: str) -> bool:
    return text.strip().lower() not in EMPTY
