"""Send a text message through the configured gateway. In the sandbox it goes to a box that can be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from portal.people.channels.provider import NotSent, call, good
from portal.platform.process.settings import Settings


@dataclass(frozen=True)
class Text:
    """A text message to a number in E.164, complete and as the template `name` with its variables `places`.

    Some gateways send only templates that they have approved, fill in the variables themselves, and put `sign` in front
    if it is given. `key` is the same for every try of a message.
    """

    to: str
    whole: str
    name: str
    language: str
    places: Mapping[str, str]
    key: str
    sign: str = ""


def sign_of(settings: Settings, company: str) -> str:
    """The signature of a company's messages: the approved one that is part of its name, else its full name."""
    own = [sign for sign in settings.sms_signs if sign in company]
    return max(own, key=len, default=company)


async def send_sms(settings: Settings, text: Text) -> str | None:
    """Send it; returns the gateway's id if it gives receipts later. Raises NotSent after five seconds."""
    if not settings.sms_url:
        raise NotSent("SMS_URL is not set")
    if settings.sms_key_id:
        return str(await client().send(settings, text))
    good(await call("POST", settings.sms_url, json={"to": text.to, "text": text.whole}))
    return None


def client() -> ModuleType:
    """The client of Alibaba Cloud. Its SDK takes a second and 45 MB, so it is loaded at start only if it is used."""
    return import_module("portal.people.channels.aliyun")
