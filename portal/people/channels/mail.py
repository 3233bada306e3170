"""Send a mail through the SMTP server. In the sandbox it goes to a box that can be read."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from portal.people.channels.provider import NotSent, certificates
from portal.platform.process.settings import Settings, Tls

SANE_TIMEOUT = 10  # seconds


async def send_mail(settings: Settings, to: str, subject: str, text: str, *, key: str) -> None:
    """Send plain text. `key` becomes the Message-ID, so that a repeated mail is recognised. Raises NotSent."""
    if not settings.smtp_host:
        raise NotSent("SMTP_HOST is not set")
    try:
        message = letter(settings.smtp_from, to, subject, text, key)
        await asyncio.to_thread(_hand_over, settings, message)
    except (OSError, ValueError, smtplib.SMTPException) as failed:
        raise NotSent(_told(failed)) from failed


def _told(failed: Exception) -> str:
    """The kind of fault, with the server's number or the fault of its certificate; without any address."""
    number = getattr(failed, "smtp_code", "")
    wrong = failed.verify_message if isinstance(failed, ssl.SSLCertVerificationError) else ""
    return f"{type(failed).__name__} {number or wrong}".strip()


def letter(sender: str, to: str, subject: str, text: str, key: str) -> EmailMessage:
    """The mail message. Raises ValueError for an address or subject that would break its headers."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Mingbai 明白", addr_spec=sender)
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = formatdate()
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _hand_over(settings: Settings, message: EmailMessage) -> None:
    """Send it as the settings say or not at all: a server without STARTTLS gets neither password nor mail."""
    with _connected(settings) as server:
        if settings.smtp_tls is Tls.starttls:
            server.starttls(context=certificates())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


def _connected(settings: Settings) -> smtplib.SMTP:
    assert settings.smtp_host
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_tls is Tls.tls:
        return smtplib.SMTP_SSL(host, port, timeout=SANE_TIMEOUT, context=certificates())
    return smtplib.SMTP(host, port, timeout=SANE_TIMEOUT)
