"""Hand a text message to the SMS gateway that the settings name; in the sandbox that is a box to look into."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import httpx

from portal.settings import Settings


class NotSent(Exception):
    """A provider did not take the message; it may be tried again."""


@dataclass(frozen=True)
class Text:
    """A text message to a number in E.164, whole and as the wording `name` with its `places`.

    Some gateways send only wordings they have approved before, and take what stands in the places. `key` is the
    same each time a message is tried.
    """

    to: str
    whole: str
    name: str
    language: str
    places: Mapping[str, str]
    key: str


async def send_sms(settings: Settings, text: Text) -> str | None:
    """Send it; what the gateway calls it, if it tells later how far it came. Raises NotSent after five seconds."""
    if not settings.sms_url:
        raise NotSent("SMS_URL is not set")
    if settings.sms_key_id:
        from portal.notices import aliyun  # its SDK takes a second and 30 MB, which no other gateway needs

        return await aliyun.send(settings, text)
    await post(settings.sms_url, {"to": text.to, "text": text.whole})
    return None


async def post(url: str, body: Mapping[str, object]) -> httpx.Response:
    """Post JSON to a provider, within five seconds and without following it elsewhere. Raises NotSent."""
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False, verify=certificates()) as provider:
            return (await provider.post(url, json=body)).raise_for_status()
    except httpx.HTTPError as failed:
        raise NotSent(type(failed).__name__) from failed


@cache
def certificates() -> ssl.SSLContext:
    """Loaded once: it takes 20 ms, by which one could tell from the next answer that a message was sent."""
    return ssl.create_default_context()
