"""The emulator behind TLS: a front on loopback with a certificate that it signs itself."""

import asyncio
import contextlib
import datetime as dt
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.patience import PATIENCE_S

HOST = "127.0.0.1"


@contextmanager
def tls_front(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Forward to `url`; yield the address of the front and its certificate."""
    certificate = _certified(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, folder / "key.pem")
    front = _Front(urlsplit(url).port or 0, context)
    thread = threading.Thread(target=front.run, daemon=True)
    thread.start()
    assert front.listens.wait(PATIENCE_S)
    try:
        yield f"https://{HOST}:{front.port}", certificate
    finally:
        front.loop.call_soon_threadsafe(front.over.set)
        thread.join(PATIENCE_S)


class _Front:
    def __init__(self, behind: int, context: ssl.SSLContext) -> None:
        self.port = 0
        self.listens = threading.Event()
        self._behind = behind
        self._context = context

    def run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._forward, HOST, 0, ssl=self._context)
        self.port = server.sockets[0].getsockname()[1]
        self.listens.set()
        await self.over.wait()
        server.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        back, forth = await asyncio.open_connection(HOST, self._behind)
        await asyncio.gather(_pump(reader, forth), _pump(back, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    # Whoever is killed in the middle says no goodbye.
    with contextlib.suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


def _certified(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path
