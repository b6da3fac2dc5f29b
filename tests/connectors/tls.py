"""An authority of a test's own, and TLS in front of a server on loopback, as a company's proxy has them."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connectors.sdk.trust import VARIABLES
from tests.limits import HANG_SECONDS


@dataclass(frozen=True)
class Authority:
    """PEM files: the authority that clients are to trust, and what it has issued to localhost."""

    file: Path
    issued: Path


def authority(folder: Path) -> Authority:
    """A new authority, which no client knows."""
    its_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    its_name, name = (
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
        for text in ("Authority of a test", "localhost")
    )
    root = certificate(its_name, its_key.public_key(), its_name).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    leaf = certificate(name, key.public_key(), its_name).add_extension(
        x509.SubjectAlternativeName(names), critical=False
    )
    made = Authority(folder / "authority.pem", folder / "issued.pem")
    made.file.write_bytes(root.sign(its_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    made.issued.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + leaf.sign(its_key, hashes.SHA256()).public_bytes(Encoding.PEM)
    )
    return made


def certificate(
    subject: x509.Name, key: ec.EllipticCurvePublicKey, issuer: x509.Name
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
    )


def without_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the public authorities, until the test trusts others; and again afterwards."""
    for name in VARIABLES:
        monkeypatch.setenv(name, "")  # what is not set would not be put back
        monkeypatch.delenv(name)


@contextmanager
def behind_tls(address: str, by: Authority) -> Iterator[str]:
    """The https address at which the server at `address` (http, HTTP/2 of gRPC too) answers meanwhile."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(by.issued)
    context.set_alpn_protocols(["h2", "http/1.1"])
    target = urlsplit(address)
    loop = asyncio.new_event_loop()

    async def serve(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection(target.hostname, target.port)
        with suppress(asyncio.CancelledError):  # the test is over
            await asyncio.gather(pump(client, to_server), pump(server, to_client))

    async def start() -> asyncio.Server:
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)

    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = asyncio.run_coroutine_threadsafe(start(), loop).result(HANG_SECONDS)
    try:
        yield f"https://localhost:{listening.sockets[0].getsockname()[1]}"
    finally:
        asyncio.run_coroutine_threadsafe(end(listening), loop).result(HANG_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(HANG_SECONDS)
        loop.close()


async def pump(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Pass on what comes, until one side hangs up."""
    try:
        while part := await source.read(1 << 16):
            target.write(part)
            await target.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        target.close()


async def end(listening: asyncio.Server) -> None:
    """Stop listening, and leave no connection behind, in whatever state it is."""
    listening.close()
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    # an end in good order waits for the other side, which may be gone
    for transport in [*asyncio.get_running_loop()._transports.values()]:  # type: ignore[attr-defined]
        transport.abort()
    for _ in range(3):  # what has been called off is closed in the next turns
        await asyncio.sleep(0)
