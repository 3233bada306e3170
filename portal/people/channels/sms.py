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
    """A text message to a number in E.164, whole and as the wording `name` with its `places`.

    Some gateways send only wordings they have approved before, and take what stands in the places; they put `sign`,
    if it is given, before it themselves. `key` is the same each time a message is tried.
    """

    to: str
    whole: str
    name: str
    language: str
    places: Mapping[str, str]
    key: str
    sign: str = ""


def sign_of(settings: Settings, company: str) -> str:
    """What a company signs its messages with: the approved name that is a part of its own, else its own in full."""
    own = [sign for sign in settings.sms_signs if sign in company]
    return max(own, key=len, default=company)


async def send_sms(settings: Settings, text: Text) -> str | None:
    """Send it; what the gateway calls it, if it tells later what became of it. Raises NotSent after five seconds."""
    if not settings.sms_url:
        raise NotSent("SMS_URL is not set")
    if settings.sms_key_id:
        return str(await client().send(settings, text))
    good(await call("POST", settings.sms_url, json={"to": text.to, "text": text.whole}))
    return None


def client() -> ModuleType:
    """Alibaba Cloud's. Its SDK takes a second and 45 MB, which no other gateway needs; a server loads it at start."""
    return import_module("portal.people.channels.aliyun")
