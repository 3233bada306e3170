"""Hand a text message to the SMS gateway; in the sandbox that is a box to look into."""

from __future__ import annotations

import ssl
from functools import cache

import httpx

from portal.settings import Settings


class NotSent(Exception):
    """The gateway did not take the message; it may be tried again."""


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: it takes 20 ms, by which one could tell from the next answer that a message was sent."""
    return ssl.create_default_context()


async def send_sms(settings: Settings, to: str, text: str) -> None:
    """Post `{to, text}` as JSON to SMS_URL; `to` is E.164. Raises NotSent, after five seconds at the latest."""
    if not settings.sms_url:
        raise NotSent("SMS_URL is not set")
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False, verify=_certificates()) as gateway:
            (await gateway.post(settings.sms_url, json={"to": to, "text": text})).raise_for_status()
    except httpx.HTTPError as failed:
        raise NotSent(type(failed).__name__) from failed
