"""It sends nothing to a dependency whose certificate is not to be trusted: self-signed, expired, or another host's.

Why: encryption without a look at the certificate protects from nobody who sits in between; keys and orders go to whoever
answers. Fix: leave verification on (`verify=True`, no `InsecureSkipVerify`, no `NODE_TLS_REJECT_UNAUTHORIZED=0`); give
the client the authority of a private certificate instead.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check

WRONG = {"self_signed": "is signed by nobody", "expired": "has expired", "wrong_name": "belongs to another host"}


@check(
    category="security",
    severity="critical",
    needs="bad_certificates",
    fix="Verify certificates and host names of every dependency; add a private authority instead of switching it off.",
)
def certificates_verified(recording: Recording) -> Fact | NotApplicable | Unknown:
    """The handshakes with each dependency and certificate; a request that was sent is a finding."""
    if problem := recording.facts.get("problem"):
        return Unknown(str(problem))
    shown = recording.facts.get("certificates")
    if not shown:
        return NotApplicable("no dependency is reached through a URL that could begin with https")
    rows = tuple(
        (one["dependency"], one["kind"], one.get("refused", 0), one["requests"], ", ".join(one.get("alerts", [])))
        for one in shown
    )
    evidence = (Table("Certificates", ("dependency", "certificate", "refused", "requests sent", "alerts"), rows),)
    for one in shown:
        if one["requests"]:
            reason = f"it sent requests to {one['dependency']!r}, whose certificate {WRONG[one['kind']]}"
            return Fact(False, reason, evidence)
    if idle := [one for one in shown if not one.get("refused")]:
        one = idle[0]
        return Unknown(
            f"it never looked at the certificate of {one['dependency']!r} ({one['kind']}): no connection, or none over TLS"
        )
    return Fact(True, f"it refused each of {len(shown)} certificates that nobody should trust", evidence)
