"""A lost number at the counter: identity, a code to the new number, a second person, and then all sessions end."""

from uuid import UUID

import asyncpg
import pytest

from portal.kit.errors import Invalid, Missing, Refused
from portal.people.persons.actions import start_session
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.people.persons.queries import principal_of
from portal.people.persons.states import Identity
from portal.platform.process.settings import Settings
from portal.signin.owners.actions import ask_code
from portal.signin.phone_change import actions as moving
from portal.signin.phone_change.lost_phone import approve_change, ask_change, changes_at, refuse_change
from tests import builders, cast
from tests.client import browser
from tests.signin.doors import doors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WHO = {"network": "203.0.113.7", "secret": "a secret that is only for tests, 32+"}
OLD, NEW = "+8619900000101", "+8618600000001"
SHOWN = {"identity": Identity.id_card, "reason": "手机遗失，号码停用"}


async def asked(estate: cast.Estate, who: str = "陈静") -> tuple[Principal, UUID]:
    """The clerk who asked, and the request."""
    clerk = await builders.staff(estate.community, "卫兰", "wei", Role.clerk)
    knock, message = await moving.ask_new_number(clerk, NEW, **WHO)
    return clerk, await ask_change(clerk, estate[who].persons[0], knock, message.code, **SHOWN, **WHO)


async def test_asking_changes_nothing_and_approving_ends_every_session(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token = await start_session(estate["陈静"].human, estate["陈静"].audience, "a lost phone")
    _clerk, change = await asked(estate)
    assert await principal_of(token)
    await approve_change(estate["沈平"], change)
    assert await principal_of(token) is None
    await admin.execute("DELETE FROM rate_limit")
    assert (await ask_code(OLD, **WHO))[1] is None and (await ask_code(NEW, **WHO))[1] is not None
    acts = await admin.fetch("SELECT verb, reason, facts::text AS facts FROM audit_entry ORDER BY at")
    assert [row["verb"] for row in acts] == ["phone_change_asked", "phone_changed"]
    assert {row["reason"] for row in acts} == {SHOWN["reason"]}
    assert not [row for row in acts if NEW[3:] in row["facts"] or OLD[3:] in row["facts"]]
    assert await admin.fetchval("SELECT address FROM delivery WHERE address IS NOT NULL") == OLD
    with pytest.raises(Refused):
        await approve_change(estate["沈平"], change)


async def test_nobody_approves_what_they_asked_for(admin: asyncpg.Connection) -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    clerk, change = await asked(estate)
    for stranger in (clerk, other["韩冰"], estate["蒋涛"]):
        with pytest.raises(Missing):
            await approve_change(stranger, change)
    await admin.execute("UPDATE phone_change SET asked_by = (SELECT id FROM staff WHERE name = '沈平')")
    with pytest.raises(Refused):
        await approve_change(estate["沈平"], change)
    with pytest.raises(Refused):
        await refuse_change(estate["沈平"], change, "x")


async def test_a_wrong_code_or_a_foreign_person_asks_for_nothing(admin: asyncpg.Connection) -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    boss = estate["沈平"]
    knock, message = await moving.ask_new_number(boss, NEW, **WHO)
    wrong = f"{(int(message.code) + 1) % 10**6:06d}"
    with pytest.raises(Invalid):
        await ask_change(boss, estate["陈静"].persons[0], knock, wrong, **SHOWN, **WHO)
    with pytest.raises(Missing):
        await ask_change(boss, other["郑伟"].persons[0], knock, message.code, **SHOWN, **WHO)
    assert not await admin.fetchval("SELECT count(*) FROM phone_change")


async def test_the_other_persons_of_a_sign_in_keep_its_number(admin: asyncpg.Connection) -> None:
    """The counter of one estate moves nobody of another."""
    estate, other = await cast.mingxi(), await cast.donghu()
    await admin.execute(
        "UPDATE person SET human = $1, phone = $2 WHERE id = $3",
        estate["陈静"].human, OLD, other["郑伟"].persons[0],
    )  # fmt: skip
    _clerk, change = await asked(estate)
    await approve_change(estate["沈平"], change)
    rows = await admin.fetch(
        "SELECT p.name, h.phone FROM person p JOIN human h ON h.id = p.human WHERE p.name IN ('陈静', '郑伟')"
    )
    assert {row["name"]: row["phone"] for row in rows} == {"陈静": NEW, "郑伟": OLD}


async def test_a_refusal_leaves_everything_as_it_was(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    _clerk, change = await asked(estate)
    await refuse_change(estate["沈平"], change, "照片与本人不符")
    assert await admin.fetchval("SELECT phone FROM person WHERE id = $1", estate["陈静"].persons[0]) == OLD
    assert [row.answer for row in await changes_at(estate["沈平"])] == ["照片与本人不符"]


async def test_at_the_counter_and_at_the_managers_desk(settings: Settings) -> None:
    estate = await cast.mingxi()
    clerk = await builders.staff(estate.community, "卫兰", "wei", Role.clerk)
    person = estate["陈静"].persons[0]
    async with doors(settings) as at, browser(at.settings, clerk) as client:
        home = await client.get(f"/desk/units/{estate.units['1栋101']}")
        assert f"/desk/people/{person}/phone" in home.text
        assert (await client.get(f"/desk/people/{person}/phone/code")).status_code == 303
        typed = {"identity": "id_card", "reason": "手机遗失", "phone": "18600000001"}
        assert (await client.post(f"/desk/people/{person}/phone", data=typed | {"reason": ""})).status_code == 422
        assert (await client.post(f"/desk/people/{person}/phone", data=typed)).status_code == 303
        other = estate["李明"].persons[0]
        assert (await client.get(f"/desk/people/{other}/phone/code")).status_code == 303, "asked for somebody else"
        assert "186****0001" in (await client.get(f"/desk/people/{person}/phone/code")).text
        done = await client.post(f"/desk/people/{person}/phone/code", data={"code": await at.code(NEW)})
        assert done.headers["location"] == "/desk/phone-changes"
        listed = (await client.get("/desk/phone-changes")).text
        assert "手机遗失" in listed and "18600000001" not in listed and "/approval" not in listed
    async with browser(settings, estate["沈平"]) as boss:
        assert "/desk/phone-changes" in (await boss.get("/desk")).text
        change = (await boss.get("/desk/phone-changes")).text.split('data-change="')[1][:36]
        assert (await boss.post(f"/desk/phone-changes/{change}/refusal", data={"text": ""})).status_code == 422
        assert (await boss.post(f"/desk/phone-changes/{change}/approval")).status_code == 303
    async with browser(settings, estate["沈平"], stepped_up=False) as boss:
        led = await boss.post(f"/desk/phone-changes/{change}/approval")
        assert led.headers["location"].startswith("/desk/step-up?next=")
