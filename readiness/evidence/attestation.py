"""A statement that a person signed -> one entry. Unsigned, wrongly signed, for something else or past its end: UNKNOWN.

The signature is one of `ssh-keygen -Y sign -f KEY -n readiness FILE` (see PROTOCOL.sshsig of OpenSSH): the keys that people
already have, and a program that most machines have. It covers every byte of the file.
"""

import shutil
import subprocess
import tempfile
from datetime import date, datetime
from pathlib import Path

import yaml
from pydantic import ValidationError

from readiness.evidence.reading import Document, Entry, Reading, Unusable, read_document, short
from readiness.evidence.source import Attestation
from readiness.model import Fact
from readiness.report import Frozen

Day = date  # `date` is a part of the statement
NAMESPACE = "readiness"
LONGEST_DAYS = 365
"""Our choice: what nobody looked at for a year, nobody can vouch for."""
MOST_BYTES = 64 * 1024
VERIFY_SECONDS = 10.0


class Statement(Frozen):
    """What the file must say, each part of it."""

    check: str
    """The name of the source: a signature for one statement cannot be used for another."""
    statement: str
    by: str
    """Who signs, as the allowed_signers file names them."""
    date: Day
    expires: Day
    """Last day (UTC, inclusive)."""
    target: str = ""
    """Only for this target, where it names one."""


def read(source: Attestation, now: str, *, name: str, target: str) -> Reading:
    """Read the statement of the source called ``name`` for a ``target`` at the time ``now`` (UTC)."""
    document = read_document(source.folder, source.file, most=MOST_BYTES)
    statement = _statement(document)
    _fits(statement, name, target, datetime.fromisoformat(now).date())
    _verify(source, document, statement.by)
    reason = f"{statement.by} signed on {statement.date}, until {statement.expires}: {short(statement.statement)}"
    entry = Entry(title=short(statement.statement), outcome=Fact(True, reason), location=source.file)
    # Its own end counts, not the age of the file.
    return Reading(origin=f"{statement.by}, {source.file}", read=now, sha256=document.sha256, entries=(entry,))


def _statement(document: Document) -> Statement:
    try:
        text = document.content.decode()
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise Unusable(f"{document.name}: holds an alias, with which YAML can grow without end", broken=True)
        return Statement.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(str(part) for part in e['loc']) or 'file'}: {e['msg']}" for e in error.errors())
        raise Unusable(f"{document.name}: {short(said)}", broken=True) from None
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unusable(f"{document.name}: not readable as YAML: {short(error)}", broken=True) from None


def _fits(statement: Statement, name: str, target: str, today: Day) -> None:
    """Whether it is about this, and about today."""
    if not (statement.statement.strip() and statement.by.strip()):
        raise Unusable("the attestation has no statement, or nobody who makes it", broken=True)
    if statement.check != name:
        raise Unusable(f"the attestation is for {short(statement.check, 60)!r}, not for {name!r}")
    if statement.target and statement.target != target:
        raise Unusable(f"the attestation is for the target {short(statement.target, 60)!r}, not for {target!r}")
    if statement.date > today:
        raise Unusable(f"the attestation is dated {statement.date}, and today is {today} (UTC)")
    if today > statement.expires:
        raise Unusable(f"the attestation of {statement.by} expired on {statement.expires}")
    if (days := (statement.expires - statement.date).days) > LONGEST_DAYS:
        raise Unusable(f"the attestation holds for {days} days; right would be {LONGEST_DAYS} at most")


def _verify(source: Attestation, document: Document, by: str) -> None:
    """Unusable unless the signature is by ``by``, who may sign, over these very bytes."""
    program = shutil.which("ssh-keygen")
    if program is None:
        raise Unusable("ssh-keygen is not on PATH, and without it no signature can be verified")
    try:
        signature = read_document(source.folder, f"{source.file}.sig", most=MOST_BYTES)
    except Unusable as missing:
        raise Unusable(f"the attestation of {by} is not signed: {missing}") from None
    signers = read_document(source.folder, source.signers, most=16 * MOST_BYTES)
    with tempfile.TemporaryDirectory(prefix="readiness-signature-") as folder:
        for file in ("signature", "signers"):
            (Path(folder) / file).write_bytes((signature if file == "signature" else signers).content)
        command = [program, "-Y", "verify", "-f", "signers", "-I", by, "-n", NAMESPACE, "-s", "signature"]
        try:
            done = subprocess.run(
                command, cwd=folder, input=document.content, capture_output=True, timeout=VERIFY_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise Unusable(f"ssh-keygen did not verify the signature within {VERIFY_SECONDS:g} s") from None
    if done.returncode != 0:
        said = short((done.stderr or done.stdout).decode(errors="replace")) or "no reason given"
        raise Unusable(f"the signature of {by} under the attestation does not hold: {said}")
