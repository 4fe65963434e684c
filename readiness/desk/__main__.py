"""Start the desk: `python -m readiness.desk [--config FILE] [--port N] [--restore BACKUP] [--defect NAME]... [--slow-down X]`."""

import argparse
import asyncio
import logging
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from readiness.desk import defects, logs
from readiness.desk.errors import StartupError
from readiness.desk.settings import Settings, SettingsError, load

DRAIN_SECONDS = 0.5  # how long a stopping desk still accepts, so that whoever asks for readiness learns of it first

log = logging.getLogger("desk")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until told to stop; the exit code."""
    asked = _parser().parse_args(arguments)
    if asked.list_defects:
        for name, sentence in defects.KNOWN.items():
            print(f"{name:24} {sentence}")
        return 0
    try:
        defects.arm(asked.defect)
        environment = dict(os.environ) if asked.port is None else os.environ | {"DESK_PORT": asked.port}
        settings = load(environment, asked.config)
    except (SettingsError, ValueError) as error:
        print(f"desk: the settings are not valid\n{error}", file=sys.stderr)
        return 2
    logs.configure(settings.log_level, settings.secrets())
    try:
        return _serve(settings, asked.restore, asked.slow_down)
    except StartupError as error:
        log.critical("%s", error)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m readiness.desk", description="A small options-trading desk.")
    parser.add_argument("--defect", action="append", default=[], metavar="NAME", help="plant a defect; repeatable")
    parser.add_argument(
        "--slow-down", type=_share, default=0.0, metavar="X", help="burn this share more CPU time (0 to 10)"
    )
    parser.add_argument("--list-defects", action="store_true", help="show the defects and exit")
    parser.add_argument("--config", type=Path, metavar="FILE", help="YAML settings, below DESK_* variables")
    parser.add_argument("--port", metavar="N", help="the port, above DESK_PORT")
    parser.add_argument("--restore", type=Path, metavar="BACKUP", help="fill a new database from a backup first")
    return parser


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 10:
        raise argparse.ArgumentTypeError(f"{text}: must be from 0 to 10; 0.2 is a fifth more")
    return share


def _serve(settings: Settings, archive: Path | None, slow_down: float) -> int:
    """Open everything, then the port."""
    import uvicorn  # after the settings are known to be right, because the imports take most of the start

    from readiness.desk import backup
    from readiness.desk.app import create_app
    from readiness.desk.services import Desk

    if archive is not None:
        backup.restore(archive, settings.database)
    desk = Desk(settings)
    if defects.active("impatient-heartbeat"):
        threading.Thread(target=_beat, name="heartbeat", daemon=True).start()

    class Server(uvicorn.Server):
        """Uvicorn, but a signal is answered by draining first and by exit code 0."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - the base class's
            if defects.active("dropped-on-shutdown"):
                os._exit(0)
            if desk.stopping:  # asked twice: do not wait
                self.should_exit = True
                return
            desk.stopping = True
            asyncio.get_running_loop().call_later(DRAIN_SECONDS, setattr, self, "should_exit", True)

    config = uvicorn.Config(
        create_app(desk, slow_down=slow_down),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        backlog=1024,
        timeout_keep_alive=75,  # longer than callers keep theirs, so that they never send into a closing connection
        timeout_graceful_shutdown=round(settings.stop_seconds),
    )
    server = Server(config)
    server.run()
    return 0 if server.started else 1


def _beat() -> None:
    """The defect impatient-heartbeat."""
    while True:
        began = time.monotonic()
        time.sleep(0.05)
        if time.monotonic() - began > 0.35:
            os._exit(3)


if __name__ == "__main__":
    sys.exit(main())
