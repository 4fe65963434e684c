"""A script in the path or query does not come back in a page.

Why: it would run in the name of whoever follows the link.
Fix: escape everything that is written into HTML; let a template do it.
Source: CWE-79.
"""

from readiness import Fact, Recording, Unknown, check

SCRIPT = "<script>canary</script>"


@check(
    category="security",
    severity="critical",
    needs="protocol_requests",
    fix="Escape what is written into HTML, error pages included; let the template engine do it.",
    effort="minutes",
)
def reflected_script(recording: Recording) -> Fact | Unknown:
    """A script in an unknown path and in a query; found is the same text in a reply that a browser shows as a page."""
    replies = recording.facts.get("script", {})
    answered = {path: reply for path, reply in replies.items() if reply["status"] or reply["ended"]}
    if not answered:
        return Unknown("no such request was answered")
    for path, reply in answered.items():
        kind = reply["headers"].get("content-type", "text/html")
        if "html" in kind and SCRIPT in reply["body"]:
            return Fact(False, f"{path} comes back unescaped in a page ({reply['status']})")
    return Fact(True, f"{len(answered)} scripts in paths and queries do not come back in a page", rounds=len(answered))
