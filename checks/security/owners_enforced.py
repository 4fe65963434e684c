"""What one caller owns, another can neither read nor change.

Why: keys and roles do not help when whoever is let in only has to change the number in the address; it is the most frequent
hole of APIs, and every customer's data lie behind it.
Fix: ask in each query for the owner, too; answer 404 to everybody else.
Source: OWASP API Security Top 10, API1:2023, broken object level authorization.
"""

from readiness import Fact, Recording, Table, Unknown, check

REFUSED = (401, 403, 404)


@check(
    category="security",
    severity="blocker",
    needs="owners",
    fix="Restrict every query to the caller's own objects, on the server; answer 404 for those of others.",
)
def owners_enforced(recording: Recording) -> Fact | Unknown:
    """401, 403 or 404 to reading and changing, and no list shows it; it counts when both callers see their own."""
    if problem := recording.facts.get("problem"):
        return Unknown(problem)
    objects, control = recording.facts.get("objects"), recording.facts.get("control")
    if not objects or control is None:
        return Unknown("the scenario created no objects")
    if not all(one["created"] and one["own_status"] == 200 and one["own_shows"] for one in objects):
        return Unknown("the owner could not create his objects and read them, so a refusal proves nothing")
    tries = [(one["what"], one["status"] or one["error"], one["shown"]) for each in objects for one in each["tries"]]
    table = (Table(f"Tries of {control['other']}", ("what", "status", "showed it"), tuple(tries)),)
    shown = [(what, status) for what, status, shows in tries if shows]
    if shown:
        return Fact(False, f"{shown[0][0]} by {control['other']!r} answered {shown[0][1]} and showed the object", table)
    if any(one["changed"] for one in objects):
        return Fact(False, f"{control['other']!r} changed an object that is not his", table)
    let_in = [one for one in tries if one[0] != "list" and isinstance(one[1], int) and 200 <= one[1] < 300]
    if let_in:
        return Fact(False, f"{let_in[0][0]} by {control['other']!r} was let in with {let_in[0][1]}", table)
    unclear = [one for one in tries if one[0] != "list" and one[1] not in REFUSED]
    if unclear:
        return Unknown(f"{unclear[0][0]} by {control['other']!r} answered {unclear[0][1]}, not 401, 403 or 404", table)
    if control["status"] != 200:
        return Unknown(
            f"{control['other']!r} cannot read an object of his own either, so a refusal proves nothing", table
        )
    return Fact(True, f"{len(tries)} tries of {control['other']!r} led nowhere", table, rounds=len(objects))
