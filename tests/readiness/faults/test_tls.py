"""Certificates that nobody should trust: a client that looks refuses each, one that does not is caught."""

import asyncio
import contextlib
import shutil
import socket
import ssl
import threading
from pathlib import Path

import pytest

from readiness.errors import FaultUnavailableError, UsageError
from readiness.faults.tls import CERTIFICATES, BadCertificate
from tests.readiness.faults.families import eventually
from tests.readiness.faults.undone import undone_after_sigkill

pytestmark = pytest.mark.skipif(not shutil.which("openssl"), reason="needs the program openssl")


def trusting(authority: Path) -> ssl.SSLContext:
    """As a client should be."""
    return ssl.create_default_context(cafile=str(authority))


def careless() -> ssl.SSLContext:
    """As none should be."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def call(fault: BadCertificate, context: ssl.SSLContext) -> None:
    """One request over TLS."""
    with (
        socket.create_connection(("127.0.0.1", fault.port), 5) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\n\r\n")
        with contextlib.suppress(OSError):
            secured.recv(1)


@pytest.mark.parametrize(
    ("kind", "why"),
    [("self_signed", "self.signed"), ("expired", "certificate has expired"), ("wrong_name", "Hostname mismatch")],
)
def test_who_looks_refuses_it(tmp_path: Path, kind: str, why: str) -> None:
    fault = BadCertificate(tmp_path, kind=kind)
    assert fault.witness() == {}
    asyncio.run(fault.arm())
    asyncio.run(fault.arm())
    with pytest.raises(ssl.SSLCertVerificationError, match=why):
        call(fault, trusting(fault.authority))
    eventually(fault.witness, "the refusal is seen")
    witness = fault.witness()
    asyncio.run(fault.disarm())
    asyncio.run(fault.disarm())
    assert (witness["connections"], witness["refused"], fault.requests) == (1, 1, 0)
    assert "ALERT" in witness["alerts"][0].upper()
    with pytest.raises(ConnectionRefusedError):
        call(fault, careless())


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_who_does_not_look_is_caught(tmp_path: Path, kind: str) -> None:
    fault = BadCertificate(tmp_path, kind=kind)
    asyncio.run(fault.arm())
    call(fault, careless())
    asyncio.run(fault.disarm())
    assert fault.requests == 1
    assert fault.witness()["accepted"] == 1
    assert not [thread for thread in threading.enumerate() if thread.name == fault.name]


def test_a_right_one_is_accepted_by_who_looks(tmp_path: Path) -> None:
    fault = BadCertificate(tmp_path, kind="valid")
    asyncio.run(fault.arm())
    call(fault, trusting(fault.authority))
    asyncio.run(fault.disarm())
    assert fault.requests == 1, "else the refusals of the others would prove nothing"


def test_nobody_came_is_no_proof(tmp_path: Path) -> None:
    fault = BadCertificate(tmp_path)
    asyncio.run(fault.arm())
    with socket.create_connection(("127.0.0.1", fault.port), 5):
        pass
    asyncio.run(fault.disarm())
    assert fault.witness() == {}


def test_what_cannot_be_made_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"did you mean 'expired'"):
        BadCertificate(tmp_path, kind="expird")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FaultUnavailableError, match="no program `openssl`"):
        BadCertificate(tmp_path)


def test_nothing_is_left_of_a_killed_gate(tmp_path: Path) -> None:
    told = undone_after_sigkill(
        tmp_path,
        """
        import socket, ssl
        from readiness.faults.tls import BadCertificate
        target = None
        fault = BadCertificate(scratch)
        await fault.arm()
        told["port"] = fault.port
        context = ssl.create_default_context()
        def call():
            try:
                context.wrap_socket(socket.create_connection(("127.0.0.1", fault.port)), server_hostname="localhost")
            except ssl.SSLError:
                pass
        await asyncio.to_thread(call)
        """,
    )
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", told["port"]), 5):
        pass
