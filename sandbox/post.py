"""What was sent to people: messages by SMS, mail and push, and the tiny SMTP server that takes the mail."""

import asyncio
import email
import email.policy
import re
from dataclasses import dataclass, field
from datetime import datetime

from portal.kit.clock import real_now

LARGEST_MAIL = 5_000_000  # bytes


@dataclass(frozen=True)
class Message:
    """One message that would have left the house; `at` is an ISO time in UTC."""

    to: str
    text: str
    subject: str = ""
    at: str = field(default_factory=lambda: real_now().isoformat())


@dataclass(frozen=True)
class Taken:
    """A text message that the SMS service took, and what became of it."""

    number: str
    template: str
    content: str
    out_id: str
    at: datetime
    status: int


class Post:
    """All messages by channel, oldest first."""

    def __init__(self) -> None:
        self.channels: dict[str, list[Message]] = {"sms": [], "mail": [], "push": [], "wechat": []}

    def put(self, channel: str, to: str, text: str, subject: str = "") -> Message:
        """Keep a message."""
        message = Message(to, text, subject)
        self.channels[channel].append(message)
        return message

    def to(self, channel: str, address: str | None) -> list[Message]:
        """Newest first, all of them without an address; numbers are compared with or without +86."""
        box = reversed(self.channels[channel])
        return [message for message in box if not address or _plain(message.to) == _plain(address)]


def _plain(address: str) -> str:
    """A comparable address: the last 11 digits of a number, anything else in small letters."""
    digits = re.sub(r"[\s()+-]", "", address)
    return digits[-11:] if digits.isdigit() else address.strip().lower()


async def run_smtp_sink(post: Post, port: int, host: str = "127.0.0.1") -> asyncio.Server:
    """Listen for mail (0 takes any free port); close the returned server to stop."""
    return await asyncio.start_server(lambda reader, writer: _converse(post, reader, writer), host, port, limit=2**20)


async def _converse(post: Post, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One SMTP session (RFC 5321, the part that clients use)."""

    async def say(line: str) -> None:
        writer.write(line.encode() + b"\r\n")
        await writer.drain()

    recipients: list[str] = []
    try:
        await say("220 sandbox ESMTP")
        while line := await reader.readline():
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    await say("250-sandbox\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 SIZE 5000000")
                case "HELO" | "NOOP" | "RSET" | "MAIL":
                    recipients = []
                    await say("250 ok")
                case "AUTH":
                    await say("235 any secret is right here")
                case "RCPT":
                    recipients.append(_address(rest))
                    await say("250 ok")
                case "DATA" if recipients:
                    await say("354 go on")
                    _store(post, recipients, await _data(reader))
                    recipients = []
                    await say("250 kept")
                case "DATA":
                    await say("503 no recipients")
                case "QUIT":
                    await say("221 bye")
                    break
                case _:
                    await say("502 not here")
    except (ConnectionError, ValueError, asyncio.IncompleteReadError):
        pass  # a client that breaks off, or sends endless lines, has sent no mail
    finally:
        writer.close()


def _address(rest: str) -> str:
    found = re.search(r"<([^>]*)>", rest)
    return found.group(1) if found else rest.partition(":")[2].strip()


async def _data(reader: asyncio.StreamReader) -> bytes:
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readline()) != b".\r\n":
        size += len(line)
        if not line or size > LARGEST_MAIL:
            raise ConnectionError
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


def _store(post: Post, recipients: list[str], raw: bytes) -> None:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    text = body.get_content().replace("\r\n", "\n") if body else ""
    for recipient in recipients:
        post.put("mail", recipient, text, str(message.get("Subject", "")))
