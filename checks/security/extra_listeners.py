"""It listens where it was told to, and nowhere else that others can reach.

Why: a debugger, a profiler or a second server that came with a library is a door without a lock.
Fix: switch it off, or bind it to 127.0.0.1.
"""

from readiness import Fact, Recording, Unknown, check

LOOPBACK = ("127.", "::1:", "::ffff:127.")


@check(
    category="security",
    severity="minor",
    needs="start_stop",
    fix="Switch the second listener off, or bind it to 127.0.0.1; if it is wanted, waive this with its port.",
    effort="minutes",
)
def extra_listeners(recording: Recording) -> Fact | Unknown:
    """The listening TCP sockets of its processes, without the port that it was given and the loopback interface."""
    told = recording.facts.get("listening")
    if told is None or not told["known"]:
        return Unknown("its sockets cannot be seen" + (f" ({told['problem']})" if told else ""))
    open_ = [address for address in told["others"] if not address.startswith(LOOPBACK)]
    if open_:
        return Fact(False, f"besides the port that it was given it listens at {', '.join(open_)}")
    return Fact(
        True, f"it listens at no other address that others reach ({len(told['others'])} on the loopback interface)"
    )
