"""A program that repeats its orders is stopped at a number, exactly, and only a human sets it going again.

Why: a loop in a trading program is as fast as the market and as blind as a stone; 45 minutes of one have ended a firm.
Fix: count the orders of each program in the transaction that books them, and keep the count over a restart.
"""

from readiness import Fact, Recording, Table, Unknown, check


@check(
    category="reliability",
    severity="blocker",
    needs="repeated_execution",
    fix="Count the orders of each program where they are booked, refuse beyond the number, let a human enable it again.",
)
def repeated_execution(recording: Recording) -> Fact | Unknown:
    """Regulation (EU) 2017/589, Article 15(3): disabled after a pre-determined number of repeated executions."""
    facts = recording.facts
    most, sent = facts.get("most"), facts.get("repeated")
    if not most:
        return Unknown("the options of `strategies` name no `executions`")
    if not sent or len(sent) <= most or "again" not in facts:
        return Unknown("the program was not repeated often enough")
    taken = sum(200 <= status < 300 for status in sent)
    if not taken:
        return Unknown(f"no order of the program was taken (the first answered {sent[0]}); a refusal says nothing")
    others = ("human", "another", "again")
    rows = (("the program", taken, len(sent)), *((name, int(200 <= facts[name] < 300), 1) for name in others))
    evidence = (Table("Orders", ("by", "taken", "sent"), rows),)
    if taken > most:
        return Fact(False, f"{taken} orders of one program were taken; it was to be stopped after {most}", evidence)
    if odd := [status for status in sent if not (200 <= status < 300 or 400 <= status < 500)]:
        return Unknown(f"an order of the program answered {odd[0] or 'nothing'}", evidence)
    if taken < most:
        return Fact(False, f"the program was stopped after {taken} orders; it may place {most}", evidence)
    if not 200 <= facts["enabled"] < 300 or not 200 <= facts["again"] < 300:
        told = f"enabling answered {facts['enabled']}, the order after it {facts['again']}"
        return Fact(False, f"the program was stopped after {most} orders and could not be set going: {told}", evidence)
    told = f"stopped after exactly {most} of {len(sent)} orders, and set going again by hand"
    return Fact(True, told, evidence, rounds=len(sent))
