"""A form that outlived its session comes back to the same human, once."""

import pytest

from portal.people.persons.actions import end_sessions_of, start_session
from portal.people.persons.principal import Audience
from portal.people.persons.unsent_forms import MOST_HELD, hold_form, take_form
from tests import cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("clean")]
TYPED = {"text": ["楼道灯坏了两周"], "bill": ["a", "b"]}


async def test_the_same_person_gets_it_back_once(database: object) -> None:
    estate = await cast.mingxi()
    token = await start_session(estate["陈静"].human, Audience.owner, "phone")
    await end_sessions_of(estate["陈静"].human)
    assert await hold_form(token, "/disputes/new", TYPED)
    assert await take_form(estate["李明"], "/disputes/new") is None
    assert await take_form(estate["陈静"], "/plans/new") is None
    assert await take_form(estate["陈静"], "/disputes/new") == TYPED
    assert await take_form(estate["陈静"], "/disputes/new") is None


async def test_a_token_that_never_was_a_session_keeps_nothing(database: object) -> None:
    estate = await cast.mingxi()
    assert not await hold_form("made-up", "/disputes/new", TYPED)
    assert await take_form(estate["陈静"], "/disputes/new") is None


async def test_the_latest_form_of_a_page_replaces_the_one_before_and_few_are_kept(database: object) -> None:
    estate = await cast.mingxi()
    token = await start_session(estate["陈静"].human, Audience.owner, "phone")
    for n in range(MOST_HELD + 3):
        await hold_form(token, f"/pages/{n}", TYPED)
    await hold_form(token, "/pages/7", {"text": ["later"]})
    assert await take_form(estate["陈静"], "/pages/7") == {"text": ["later"]}
    kept = [n for n in range(MOST_HELD + 2) if await take_form(estate["陈静"], f"/pages/{n}")]
    assert kept == [3, 4, 5, 6]
