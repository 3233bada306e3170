"""No name, number, token or word of anybody stands in a log, whatever page was asked for (F-81)."""

from __future__ import annotations

import logging

import pytest

from portal.platform.process.settings import Settings
from tests.logs import logged
from tests.populated import PHONES
from tests.web.walk.asking import ask
from tests.web.walk.conftest import Stage

pytestmark = pytest.mark.anyio


async def test_pages_tell_the_log_nothing(stage: Stage, settings: Settings) -> None:
    with logged() as log:
        for name in ("陈静", "沈平", "anyone"):
            for route in stage.routes:
                if route.name not in ("signin:out", "settings:revoke-others"):
                    await ask(stage[name], route, route.address(stage.world.here.ids), stage.world.here)
        logging.getLogger("portal.tests").error("the log is heard")
    marks = {*PHONES, *PHONES.values(), *stage.world.people, *stage.world.here.marks, settings.secret_key}
    marks |= {eyes.client.cookies["sid"] for eyes in stage.eyes.values() if "sid" in eyes.client.cookies}
    marks.add(str(stage.world.here.ids["set-up.token"]))
    assert "the log is heard" in log.getvalue()
    assert not {mark for mark in marks if mark in log.getvalue()}
