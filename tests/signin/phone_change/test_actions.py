"""Another number: proved twice, in one transaction; whoever had the old one has nothing any more (I-A8, d8ac792)."""

import asyncpg
import pytest

from portal.kit.errors import Invalid
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Principal
from portal.people.persons.queries import principal_of
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from portal.signin.owners.actions import ask_code, use_code
from portal.signin.owners.words import CodeText
from portal.signin.phone_change import actions as moving
from tests import builders, cast
from tests.client import browser
from tests.populated import signed_in
from tests.signin.doors import doors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WHO = {"network": "203.0.113.7", "secret": "a secret that is only for tests, 32+"}
OLD, NEW = "+8619900000101", "+8618600000001"


async def moved(me: Principal, phone: str = NEW) -> str:
    """The token of the session after the change."""
    knock, message = await moving.ask_new_number(me, phone, **WHO)
    assert message.to == phone and message.text == CodeText.new_number
    return await moving.change_own_phone(me, knock, message.code, **WHO, user_agent="tests")


async def test_every_session_and_code_ends_and_a_new_one_begins(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token, me = await signed_in(estate["陈静"])
    elsewhere = await start_session(me.human, me.audience, "a lost phone")
    old_knock, old_message = await ask_code(OLD, **WHO)
    after = await moved(me)
    assert await principal_of(token) is None and await principal_of(elsewhere) is None
    found = await principal_of(after)
    assert found and found.human == me.human and found.persons == me.persons and found.stepped_up_at is None
    with pytest.raises(Invalid):
        assert old_message
        await use_code(old_knock, old_message.code, user_agent="tests", **WHO)
    await admin.execute("DELETE FROM rate_limit")
    assert (await ask_code(OLD, **WHO))[1] is None and (await ask_code(NEW, **WHO))[1] is not None
    assert (await verify())["failed"] == []


async def test_both_numbers_are_told_and_the_acts_hold_no_number(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    await moved(me)
    sent = await admin.fetch(
        "SELECT n.kind, d.channel, d.address FROM delivery d JOIN notice n ON n.id = d.notice"
        " ORDER BY n.kind, d.channel"
    )
    assert [tuple(row) for row in sent] == [
        ("phone_changed", "inbox", None),
        ("phone_changed", "sms", None),
        ("phone_left", "sms", OLD),
    ]
    acts = await admin.fetch("SELECT verb, facts::text AS facts FROM audit_entry")
    assert [row["verb"] for row in acts] == [AuditVerb.PHONE_CHANGED]
    events = await admin.fetchval("SELECT string_agg(facts::text, '') FROM security_event")
    assert not [number for number in (OLD, NEW, OLD[3:], NEW[3:]) if number in acts[0]["facts"] + events]


async def test_one_sign_in_of_two_estates_moves_in_both() -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    async with unit_of_work(other.community):
        await fetch_value(
            "UPDATE person SET human = $1, phone = $2 WHERE id = $3 RETURNING id",
            estate["陈静"].human,
            OLD,
            other["郑伟"].persons[0],
        )
    _token, me = await signed_in(estate["陈静"])
    assert len(me.communities) == 2
    found = await principal_of(await moved(me))
    assert found and found.communities == me.communities


async def test_whoever_takes_a_number_that_another_sign_in_has_joins_it(admin: asyncpg.Connection) -> None:
    """Husband and wife with one phone: one sign-in sees both homes, as after an import (interface: Import)."""
    estate = await cast.mingxi()
    theirs = await start_session(estate["李明"].human, estate["李明"].audience, "tests")
    _token, me = await signed_in(estate["陈静"])
    found = await principal_of(await moved(me, "+8619900000102"))
    assert found and found.human == estate["李明"].human
    assert set(found.persons) == {estate["陈静"].persons[0], estate["李明"].persons[0]}
    assert await principal_of(theirs) is None, "who sees more now signs in anew"
    assert await admin.fetchval("SELECT phone FROM human WHERE id = $1", me.human) is None


async def test_the_code_to_the_new_number_is_needed_and_serves_only_here(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    with pytest.raises(Invalid):
        await moving.ask_new_number(me, OLD, **WHO)
    knock, message = await moving.ask_new_number(me, "+8619900000102", **WHO)
    with pytest.raises(Invalid):
        await use_code(knock, message.code, user_agent="tests", **WHO)
    wrong = f"{(int(message.code) + 1) % 10**6:06d}"
    with pytest.raises(Invalid):
        await moving.change_own_phone(me, knock, wrong, **WHO, user_agent="tests")
    _token, other = await signed_in(estate["李明"])
    with pytest.raises(Invalid):
        await moving.change_own_phone(other, knock, message.code, **WHO, user_agent="tests")
    assert await admin.fetchval("SELECT phone FROM person WHERE id = $1", me.persons[0]) == OLD


async def test_new_numbers_are_tried_five_times_a_day(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    _token, me = await signed_in(estate["陈静"])
    for n in range(5):
        await moving.ask_new_number(me, f"+861860000010{n}", **WHO)
    with pytest.raises(Invalid) as refused:
        await moving.ask_new_number(me, NEW, **WHO)
    assert refused.value.sentence.text == moving.OFTEN


async def test_in_the_browser_it_needs_the_old_number_first(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with doors(settings) as at, browser(at.settings, estate["陈静"]) as client:
        first = await client.get("/settings/phone")
        assert first.headers["location"] == "/step-up?next=/settings/phone"
        assert (await client.post("/settings/phone/code", data={"code": "123456"})).status_code == 303
        await client.post("/step-up", data={"next": "/settings/phone"})
        await client.post("/step-up/code", data={"code": await at.code(OLD)})
        page = await client.get("/settings/phone")
        assert "199****0101" in page.text and OLD[3:] not in page.text
        assert (await client.post("/settings/phone", data={"phone": "12"})).status_code == 422
        asked = await client.post("/settings/phone", data={"phone": "186 0000 0001"})
        assert asked.headers["location"] == "/settings/phone/code"
        assert "186****0001" in (await client.get("/settings/phone/code")).text
        before = client.cookies["sid"]
        assert (await client.post("/settings/phone/code", data={"code": "1"})).status_code == 422
        done = await client.post("/settings/phone/code", data={"code": await at.code(NEW)})
        assert (done.status_code, done.headers["location"]) == (303, "/settings")
        assert client.cookies["sid"] != before and (await client.get("/bills")).status_code == 200
        again = await client.get("/settings/phone")
        assert again.headers["location"].startswith("/step-up"), "the proof is used up"


async def test_staff_who_are_not_owners_have_no_number_to_change(settings: Settings) -> None:
    estate = await cast.mingxi()
    await builders.staff(estate.community, "高远", "gao")
    async with browser(settings, estate["沈平"]) as client:
        assert (await client.get("/settings/phone")).status_code == 403
