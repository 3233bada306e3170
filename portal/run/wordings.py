"""The wording of every text message, for gateways that send none which they have not approved before."""

from __future__ import annotations

import re
from collections.abc import Iterator

from portal.kit.language import LANGUAGES, gettext_, speaking
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import PATH, wording
from portal.platform.process.settings import Settings, Unusable
from portal.signin.owners.words import CodeText

_PLACE = re.compile(r"%\((\w+)\)s")
_SIGNATURE = re.compile(r"^(【.*?】|\[.*?\] )")  # the gateway puts the approved one in front itself


def wordings(base_url: str) -> dict[str, str]:
    """By `name.language`: the wording with its places as `${name}`; notices end with a link into the portal."""
    return {name: _PLACE.sub(r"${\1}", text) for name, text in _said(base_url)}


def _said(base_url: str) -> Iterator[tuple[str, str]]:
    for tongue in LANGUAGES:
        for kind in NoticeKind:
            yield f"{kind.value}.{tongue}", f"{wording(kind, tongue)} {base_url}/${{{PATH}}}"
        with speaking(tongue):
            for code in CodeText:
                yield f"{code.name}.{tongue}", _SIGNATURE.sub("", gettext_(code.value))


def by_code(settings: Settings) -> dict[str, str]:
    """By the code that the gateway gave it: every wording that the settings name one for."""
    known = ((settings.template_of(*name.rsplit(".", 1)), text) for name, text in wordings(settings.base_url).items())
    return {code: text for code, text in known if code}


def all_approved(settings: Settings) -> Settings:
    """The settings, if the gateway knows every wording that may be sent. Raises Unusable with those it does not."""
    if settings.sms_key_id:
        lacking = {
            name
            for name, tongue in (each.rsplit(".", 1) for each in wordings(""))
            if not settings.template_of(name, tongue)
        }
        if lacking:
            raise Unusable(f"SMS_TEMPLATES names no code for {', '.join(sorted(lacking))}; see `portal wordings`")
    return settings
