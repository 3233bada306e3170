"""A real SMTP server with a password and a certificate, in the test's own event loop."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from portal.kit import clock
from portal.platform.process.settings import Settings, Tls

USER, PASSWORD = "portal", "correct horse battery"


@dataclass
class MailServer:
    """Where it listens, and what it took: who had signed in, whether it came encrypted, and the letter."""

    port: int = 0
    taken: list[tuple[bool, bool, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep a letter."""
        assert isinstance(envelope.content, bytes) and server.transport
        encrypted = server.transport.get_extra_info("ssl_object") is not None
        self.taken.append((bool(session.authenticated), encrypted, envelope.content))
        return "250 kept"

    def settings(self, settings: Settings, tls: Tls, password: str = PASSWORD) -> Settings:
        """Settings that send by it."""
        return replace(
            settings, smtp_host="127.0.0.1", smtp_port=self.port, smtp_from="portal@portal.example",
            smtp_user=USER, smtp_password=password, smtp_tls=tls,
        )  # fmt: skip


@asynccontextmanager
async def mail_server(certificate: Path, tls: Tls) -> AsyncIterator[MailServer]:
    """Serve; without a password it takes nothing. With `Tls.tls` encrypted from the first byte."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    running = MailServer()

    def converse() -> SMTP:
        return SMTP(
            running, hostname="mail.example", tls_context=context if tls is Tls.starttls else None, auth_required=True,
            auth_require_tls=tls is Tls.starttls, authenticator=_right,
        )  # fmt: skip

    listening = await asyncio.get_running_loop().create_server(
        converse, "127.0.0.1", 0, ssl=context if tls is Tls.tls else None
    )
    running.port = listening.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        listening.close()


def _right(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


def made_certificate(folder: Path) -> Path:
    """Key and certificate of 127.0.0.1 in one file, signed by itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), clock.real_now()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / "mail.pem"
    path.write_bytes(secret + made.public_bytes(pem))
    return path


@contextmanager
def trusted(certificate: Path) -> Iterator[None]:
    """As if the system's store had this certificate."""
    context = ssl.create_default_context(cadata=certificate.read_text().partition("-----END PRIVATE KEY-----\n")[2])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.people.channels.mail.certificates", lambda: context)
        yield
