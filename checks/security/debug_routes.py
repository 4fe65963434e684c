"""No debug page, configuration file or repository is served.

Why: they show variables, keys and source, and scanners ask for them within minutes of a start.
Fix: leave debug routes out of production builds; serve static files from a folder that holds nothing else.
Source: OWASP Web Security Testing Guide, WSTG-CONF-04 and -05.
"""

import re

from readiness import Fact, Recording, Unknown, check

SIGNS = {
    "/.env": r"(?m)^[A-Z][A-Z0-9_]+=",
    "/.git/config": r"\[core\]",
    "/actuator/env": r"propertySources",
    "/actuator/heapdump": r"JAVA PROFILE",
    "/console": r"(?i)(werkzeug|interactive console|h2 console)",
    "/debug/pprof/": r"(?i)(full goroutine stack dump|/debug/pprof)",
    "/debug/vars": r"memstats|cmdline",
    "/phpinfo.php": r"phpinfo\(\)|PHP Version",
    "/server-status": r"Apache Server Status",
    "/__debug__/": r"(?i)debug toolbar",
    "/_profiler": r"Symfony Profiler",
    "/config.json": r"(?i)\"(password|secret|api_?key|database_url)\"",
}
"""Path -> what its body shows when it really is that page: a service that answers everything is not one of them."""


@check(
    category="security",
    severity="critical",
    needs="protocol_requests",
    fix="Leave the route out of production builds, or bind it to a port of its own on the loopback interface.",
)
def debug_routes(recording: Recording) -> Fact | Unknown:
    """Each path is asked for without credentials; found is 2xx with the page's own words."""
    replies = {path: reply for path, reply in recording.facts.get("debug", {}).items() if reply["status"]}
    if not replies:
        return Unknown("no debug path was asked for, or none answered")
    found = [
        path
        for path, reply in replies.items()
        if 200 <= reply["status"] < 300 and re.search(SIGNS[path], reply["body"])
    ]
    if found:
        return Fact(False, f"open to anyone: {', '.join(found)}")
    return Fact(True, f"none of {len(replies)} usual debug paths is open", rounds=len(replies))
