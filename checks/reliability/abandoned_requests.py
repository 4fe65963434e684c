"""Clients that go away before their answer do no harm.

Why: users close tabs and callers time out all day; what breaks on the first write to a closed connection breaks often.
Fix: treat a closed connection as the end of that request, never of the worker or the process.
"""

from readiness import Fact, Recording, Unknown, check


@check(
    category="reliability",
    severity="major",
    needs="many_connections",
    fix="Catch the error of writing to a closed connection where the connection is handled; free its worker.",
)
def abandoned_requests(recording: Recording) -> Fact | Unknown:
    """Requests whose connection is reset at once; every plain request afterwards is answered."""
    told, plain = recording.facts.get("abandoned"), recording.facts.get("plain")
    if told is None or plain is None or not told["sent"]:
        return Unknown("no request was abandoned")
    if plain["good"] < plain["asked"]:
        return Unknown("plain requests were not all answered before either")
    good = told["good"] == told["asked"]
    reason = f"after {told['sent']} abandoned requests {told['good']} of {told['asked']} plain ones were answered"
    return Fact(good, reason, rounds=told["sent"])
