"""Nobody else can change its files, or read a secret in them.

Why: on a shared machine or volume, whoever may write the data decides what it says; whoever reads a key is let in.
Fix: create files with mode 0640 or less, and set no umask that is weaker than what it was started with.
Source: CWE-732, incorrect permission assignment for critical resource.
"""

from readiness import Fact, NotApplicable, Recording, Table, Unknown, check

GROUP_WRITES, OTHERS_READ, OTHERS_WRITE = 0o020, 0o004, 0o002


@check(
    category="security",
    severity="major",
    needs="running_instance",
    capabilities=("process",),
    fix="Create files with mode 0640 or less; keep the umask; write no secret to a file that others read.",
    effort="minutes",
)
def data_files_private(recording: Recording) -> Fact | NotApplicable | Unknown:
    """Files of its data folder, and those that it holds open for writing.

    Writing by the group counts only where the umask that it was started with forbids it.
    """
    told = recording.facts.get("files")
    if told is None:
        return Unknown("its files could not be seen")
    if not told["files"]:
        return NotApplicable("it leaves no file in the folder that it is given (`{data}`), and holds none open")
    weak = OTHERS_WRITE | (GROUP_WRITES & told["umask"])
    bad = [(one["name"], f"{one['mode']:04o}", "others may write it") for one in told["files"] if one["mode"] & weak]
    bad += [
        (one["name"], f"{one['mode']:04o}", "others may read a secret in it")
        for one in told["files"]
        if one["secret"] and one["mode"] & OTHERS_READ
    ]
    if bad:
        name, mode, why = bad[0]
        table = Table("Files", ("file", "mode", "why"), tuple(bad[:50]))
        return Fact(False, f"{len(bad)} of {told['count']} files; the first: {name} has mode {mode}, {why}", (table,))
    return Fact(True, f"none of {told['count']} files is open to others for writing, or holds a secret that they read")
