"""A dependency that shows a certificate nobody should trust: who goes on and sends a request gives its secrets away."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from readiness.errors import FaultUnavailableError, UsageError, nearest

HOST = "127.0.0.1"
NAME = "localhost"
CERTIFICATES = {
    "self_signed": "signed by nobody but itself",
    "expired": "was valid until 2020",
    "wrong_name": "is another host's (other.invalid)",
    "valid": "is right; only who trusts our authority can know",
}
"""Kind -> what is wrong with it. All but the first are signed by an authority of their own, `authority` of the fault."""
LONG_AGO, PAST, FUTURE = "20190101000000Z", "20200101000000Z", "20991231235959Z"
TOOL_SECONDS = 30
HANDSHAKE_SECONDS = 5.0
BACKLOG = 64
SETTINGS = """
[ca]
default_ca = own
[own]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
[any]
commonName = supplied
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[leaf]
subjectAltName = {names}
"""


class BadCertificate:
    """A TLS server on a port of its own; the target is pointed at it, shown a certificate, and listened to.

    It answers nothing. Made in ``folder`` by the program ``openssl``; it lives in our process and dies with it.
    """

    def __init__(self, folder: Path, *, kind: str = "self_signed") -> None:
        if kind not in CERTIFICATES:
            raise UsageError(
                f"unknown certificate {kind!r}{nearest(kind, CERTIFICATES)}; known: {', '.join(CERTIFICATES)}"
            )
        self.name = f"certificate_{kind}"
        self.port = 0
        place = folder / f"certificate-{kind}"
        place.mkdir(exist_ok=True)
        self.authority = place / "authority.pem"
        """What a client would have to trust."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*_made(place, kind))
        self._server: socket.socket | None = None
        self._threads: list[threading.Thread] = []
        self._met: Counter[str] = Counter()
        self._alerts: list[str] = []

    @property
    def address(self) -> str:
        """Where it listens once it is armed: ``localhost:port``, which the certificates name."""
        return f"{NAME}:{self.port}"

    async def arm(self) -> None:
        """Listen; the witness begins anew."""
        if self._server is None:
            self._met.clear()
            self._alerts.clear()
            self._server = socket.create_server((HOST, self.port), backlog=BACKLOG)
            self.port = self._server.getsockname()[1]
            self._begin(self._accept, self._server)

    async def disarm(self) -> None:
        """Stop listening."""
        if self._server is not None:
            server, self._server = self._server, None
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)  # wakes the one that accepts
            server.close()
            for thread in self._threads:
                thread.join(HANDSHAKE_SECONDS)
            self._threads.clear()

    def witness(self) -> dict[str, Any]:
        """How many clients came, how many refused the certificate and how, how many sent bytes; empty if none came."""
        if not self._met["refused"] + self._met["accepted"]:
            return {}
        return {**self._met, "alerts": sorted(set(self._alerts))}

    @property
    def requests(self) -> int:
        """Clients that took the certificate for good and sent something."""
        return self._met["requests"]

    def _begin(self, work: Any, *arguments: Any) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True, name=self.name)
        self._threads.append(thread)
        thread.start()

    def _accept(self, server: socket.socket) -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:  # closed
                return
            self._met["connections"] += 1
            self._begin(self._shake, client)

    def _shake(self, client: socket.socket) -> None:
        client.settimeout(HANDSHAKE_SECONDS)
        try:
            with self._context.wrap_socket(client, server_side=True) as secured:
                said = secured.recv(1)
                self._met["accepted"] += 1
                self._met["requests"] += bool(said)
        except ssl.SSLEOFError:  # gone without a word about the certificate
            self._met["vanished"] += 1
        except ssl.SSLError as error:
            self._met["refused"] += 1
            self._alerts.append(error.reason or str(error))
        except OSError:
            self._met["vanished"] += 1
        finally:
            client.close()


def _made(folder: Path, kind: str) -> tuple[str, str]:
    """Return the files of a chain and its key."""
    names = "DNS:other.invalid" if kind == "wrong_name" else f"DNS:{NAME},IP:{HOST}"
    (folder / "settings").write_text(SETTINGS.format(names=names))
    (folder / "index").write_text("")
    (folder / "serial").write_text("01\n")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl(folder, "req", "-new", *key, "-keyout", "authority.key", "-out", "authority.csr", "-subj", "/CN=readiness")
    _openssl(folder, "req", "-new", *key, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", f"/CN={NAME}")
    sign = ("ca", "-batch", "-notext", "-config", "settings", "-startdate", LONG_AGO)
    own = ("-selfsign", "-keyfile", "authority.key", "-in", "authority.csr", "-extensions", "authority")
    _openssl(folder, *sign, *own, "-enddate", FUTURE, "-out", "authority.pem")
    signed = ("-cert", "authority.pem", "-keyfile", "authority.key")
    by = ("-selfsign", "-keyfile", "leaf.key") if kind == "self_signed" else signed
    end = PAST if kind == "expired" else FUTURE
    _openssl(folder, *sign, *by, "-in", "leaf.csr", "-extensions", "leaf", "-enddate", end, "-out", "leaf.pem")
    return str(folder / "leaf.pem"), str(folder / "leaf.key")


def _openssl(folder: Path, *words: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        raise FaultUnavailableError("no program `openssl` is installed, so no certificate can be made")
    command: Sequence[str] = [program, *words]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=TOOL_SECONDS, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise FaultUnavailableError(f"openssl {words[0]} cannot make a certificate: {done.stderr.strip()[-300:]}")
