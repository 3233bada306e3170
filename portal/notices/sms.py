"""Hand a text message to the SMS gateway; in the sandbox that is a box to look into."""

from __future__ import annotations

import httpx

from portal.settings import Settings


class NotSent(Exception):
    """The gateway did not take the message; it may be tried again."""


async def send_sms(settings: Settings, to: str, text: str) -> None:
    """Post `{to, text}` as JSON to SMS_URL; `to` is E.164. Raises NotSent, after five seconds at the latest."""
    if not settings.sms_url:
        raise NotSent("SMS_URL is not set")
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as gateway:
            (await gateway.post(settings.sms_url, json={"to": to, "text": text})).raise_for_status()
    except httpx.HTTPError as failed:
        raise NotSent(type(failed).__name__) from failed
