"""A backup is taken while writes go on; its rows are read without the service, and a copy is started from it.

The archive may hold Parquet or CSV files, one for each table, as `options` of the capability `backup` name them.
"""

import asyncio
import tarfile
import tempfile
import uuid
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from readiness import Recorder, Reply, Target, TargetError, dig, scenario

RESTORED = "--restore"


@scenario(
    suite="production_readiness",
    effect="disrupt",
    capabilities=("backup", "counter", "process"),
    full={"deposits": 100},
)
async def backup_restore(
    target: Target, recorder: Recorder, *, accounts: int = 3, deposits: int = 10, trial_seconds: float = 12.0
) -> None:
    """``accounts`` with ``deposits`` each stay quiet during the backup, one more is written to all the time."""
    recorder.phase("write")
    quiet = [await _account(target) for _ in range(accounts)]
    busy = await _account(target)
    if busy is None or None in quiet:
        recorder.fact("problem", "no account could be prepared through counter.prepare")
        return
    for account in filter(None, quiet):
        for number in range(1, deposits + 1):
            await _add(target, account, Decimal(number) + Decimal("0.37"))
    recorder.phase("back up")
    before = await _amount(target, busy)
    stop = asyncio.Event()
    writing = asyncio.create_task(_keep_adding(target, busy, stop))
    await asyncio.sleep(0.2)
    reply = await target.call("backup.backup", timeout=30.0)
    stop.set()
    added = await writing
    after = await _amount(target, busy)
    expected = {account: await _amount(target, account) for account in filter(None, quiet)}
    recorder.fact(
        "backup", {"status": reply.status, "error": reply.error, "seconds": reply.seconds, "writes_meanwhile": added}
    )
    recorder.fact("expected", expected)
    recorder.fact("busy", {"account": busy, "before": before, "after": after})
    recorder.fact("archived", await asyncio.to_thread(_read, target, reply, [*expected, busy]))
    recorder.phase("start from it")
    recorder.fact("restored", await _restored(target, reply, trial_seconds))


async def _account(target: Target) -> str | None:
    options = target.spec.capabilities["counter"].options
    start = options.get("amount_start", "0")
    reply = await target.call("counter.prepare", name="backup", cash=start, unique=uuid.uuid4().hex)
    try:
        return str(dig(reply.json(), str(options.get("id", "id"))))
    except TargetError:
        return None


async def _add(target: Target, account: str, amount: Decimal) -> Reply:
    key = uuid.uuid4().hex
    return await target.call("counter.add", account=account, id=account, amount=str(amount), key=key, unique=key)


async def _keep_adding(target: Target, account: str, stop: asyncio.Event) -> int:
    """Add until told to stop; how often."""
    added = 0
    while not stop.is_set():
        await _add(target, account, Decimal("1.01"))
        added += 1
    return added


async def _amount(target: Target, account: str) -> str | None:
    reply = await target.call("counter.read", account=account, id=account)
    value = str(target.spec.capabilities["counter"].options.get("value", "value"))
    try:
        return str(Decimal(str(dig(reply.json(), value))))
    except (TargetError, InvalidOperation):
        return None


def _file(target: Target, reply: Reply) -> str:
    """Where the service says the archive is; TargetError where it says nothing."""
    return str(dig(reply.json(), str(target.spec.capabilities["backup"].options.get("file", "file"))))


def _read(target: Target, reply: Reply, accounts: list[str]) -> dict[str, Any]:
    """Rows of each table, and the sums of each account, as the archive has them."""
    try:
        archive = Path(_file(target, reply))
        with tempfile.TemporaryDirectory() as folder:
            with tarfile.open(archive) as content:
                content.extractall(folder, filter="data")
            return {"problem": "", "bytes": archive.stat().st_size, **_tables(target, Path(folder), accounts)}
    except (TargetError, OSError, tarfile.TarError) as error:
        return {"problem": f"{type(error).__name__}: {str(error)[:300]}"}


def _tables(target: Target, folder: Path, accounts: list[str]) -> dict[str, Any]:
    import duckdb

    options = {
        "table": "accounts",
        "id": "id",
        "value": "cash",
        "postings": "postings",
        "account": "account",
        "amount": "amount",
    }
    options |= target.spec.capabilities["backup"].options
    files = {file.stem: file for file in sorted(folder.rglob("*")) if file.suffix in (".parquet", ".csv")}
    with duckdb.connect() as connection:

        def sums(table: str, key: str, value: str) -> dict[str, str]:
            if table not in files:
                return {}
            wanted = f'SELECT "{key}"::VARCHAR, sum("{value}"::DECIMAL(18, 2))::VARCHAR FROM '  # noqa: S608
            try:
                found = connection.execute(f"{wanted} '{files[table]}' GROUP BY 1").fetchall()
            except duckdb.Error:
                return {}
            return {name: amount for name, amount in found if name in accounts}

        rows = {}
        for name, file in files.items():
            counted = connection.execute(f"SELECT count(*) FROM '{file}'").fetchone()  # noqa: S608 - our own scratch file
            rows[name] = int(counted[0]) if counted else 0
        balances = sums(options["table"], options["id"], options["value"])
        return {
            "rows": rows,
            "balances": balances,
            "postings": sums(options["postings"], options["account"], options["amount"]),
        }


async def _restored(target: Target, reply: Reply, seconds: float) -> dict[str, Any]:
    """How a second copy starts from the archive, on scratch data."""
    try:
        file = _file(target, reply)
    except TargetError as error:
        return {"ready": False, "exit_status": None, "output": str(error)}
    option = str(target.spec.capabilities["backup"].options.get("restore", RESTORED))
    trial = await target.process.trial({}, arguments=(option, file), seconds=seconds)
    output = trial.output
    for secret in target.spec.secrets:
        output = output.replace(secret, "********")
    return {"ready": trial.ready, "exit_status": trial.exit_status, "seconds": trial.seconds, "output": output[:500]}
