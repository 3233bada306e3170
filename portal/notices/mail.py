"""Hand a letter to the SMTP server; in the sandbox that is a box to look into."""

from __future__ import annotations

import asyncio
import smtplib
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from portal.notices.provider import NotSent
from portal.settings import Settings

SANE_TIMEOUT = 10  # seconds


async def send_mail(settings: Settings, to: str, subject: str, text: str, *, key: str) -> None:
    """Send plain text. `key` becomes the Message-ID, so that a letter sent twice is known as one. Raises NotSent."""
    if not settings.smtp_host:
        raise NotSent("SMTP_HOST is not set")
    try:
        message = letter(settings.smtp_from, to, subject, text, key)
        await asyncio.to_thread(_hand_over, settings, message)
    except (OSError, ValueError, smtplib.SMTPException) as failed:
        raise NotSent(type(failed).__name__) from failed


def letter(sender: str, to: str, subject: str, text: str, key: str) -> EmailMessage:
    """A letter as SMTP wants it. Raises ValueError for an address or subject that would break its headers."""
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
    assert settings.smtp_host
    with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=SANE_TIMEOUT) as server:
        server.send_message(message)
