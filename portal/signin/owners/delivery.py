"""Send a code after its transaction, so that nobody can tell from the answer's time whether it was sent."""

import asyncio
import logging
from uuid import uuid4

from portal.kit.language import _, speaking
from portal.people.channels.provider import NotSent
from portal.people.channels.sms import Text, send_sms
from portal.people.persons.events import note
from portal.people.persons.rules import masked
from portal.people.persons.states import SecurityVerb
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from portal.signin.owners.actions import CodeMessage

log = logging.getLogger("portal.signin")
PAUSES = (1, 3)
_on_their_way: set[asyncio.Task[None]] = set()


def send_soon(settings: Settings, message: CodeMessage | None) -> None:
    """Start sending and go on at once; None is a number on no roll, for which nothing is sent."""
    task = asyncio.get_running_loop().create_task(_send(settings, message))
    _on_their_way.add(task)  # the loop itself holds tasks only weakly
    task.add_done_callback(_on_their_way.discard)


async def _send(settings: Settings, message: CodeMessage | None) -> None:
    if message is None:
        return
    with speaking(message.language):
        whole = _(message.text.value, code=message.code)
    places, key = {"code": message.code}, str(uuid4())
    text = Text(to=message.to, whole=whole, name=message.text.name, language=message.language, places=places, key=key)
    for pause in (*PAUSES, None):
        try:
            await send_sms(settings, text)
            return
        except NotSent as failed:
            log.warning("a code for %s was not sent: %s", masked(message.to), failed)
        if pause:
            await asyncio.sleep(pause)
    async with unit_of_work():
        await note(SecurityVerb.CODE_UNDELIVERED, message.human, phone=masked(message.to))
