"""What people send does not end in the log.

Why: logs are copied, kept for years and read by many; an e-mail address or a card number there is a leak that nobody notices
and that the law counts.
Fix: log which field was refused and why, never its value, and never a whole body.
Source: OWASP Logging Cheat Sheet, "Data to exclude"; PCI DSS 4.0, 3.5.
"""

from readiness import Fact, NotApplicable, Recording, Unknown, check


@check(
    category="security",
    severity="major",
    needs="inspection",
    capabilities=("logs",),
    fix="Log the name of the field and the reason, never its value or the whole body.",
    effort="minutes",
)
def personal_data_logged(recording: Recording) -> Fact | NotApplicable | Unknown:
    """An e-mail address and a card number, both made up, in bodies that are refused: neither may be in the log."""
    told = recording.facts.get("personal_data")
    if told is None:
        return Unknown("no personal data were sent")
    if not told["sent"]:
        if taking := told.get("taking", 0):
            return Unknown(f"no body was sent: {taking} described operations take one, and none of them a JSON object")
        return NotApplicable("no described operation takes a body")
    if told["shown"] is None:
        return Unknown("the log cannot be read")
    if told["shown"]:
        shown = ", ".join(f"{what} {times} times" for what, times in told["shown"].items())
        return Fact(False, f"the log shows {shown} from {told['sent']} refused bodies")
    return Fact(True, f"the log shows nothing personal from {told['sent']} refused bodies", rounds=told["sent"])
