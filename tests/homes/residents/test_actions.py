"""Binding somebody: asked for by an owner, answered by somebody else, ended at once (I-A1, I-A4, I-A8, I-D3)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import asyncpg
import pytest

from portal.fees.bills.queries import bill_of, bills_of
from portal.homes.residents import actions, answering
from portal.homes.residents.actions import ask_binding, revoke_tie, revoke_tie_at_desk, withdraw_binding
from portal.homes.residents.answering import approve_binding, refuse_binding
from portal.homes.residents.states import BoundAs
from portal.homes.units.queries import homes_of
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.people.persons.actions import start_session
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.run.verify import verify
from portal.signin.owners.actions import ask_code, use_code
from tests import builders, cast
from tests.homes.residents.world import TANG, as_principal, bills, bound, wanted

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WHO = {"network": "203.0.113.7", "secret": "a secret that is only for tests, 32+"}


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 24, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def told(admin: asyncpg.Connection, kind: str) -> list[str]:
    rows = await admin.fetch(
        "SELECT p.name FROM notice n JOIN person p ON p.id = n.person WHERE n.kind = $1 ORDER BY p.external_id", kind
    )
    return [row["name"] for row in rows]


async def acts(admin: asyncpg.Connection) -> list[str]:
    return [row["verb"] for row in await admin.fetch("SELECT verb FROM audit_entry ORDER BY at")]


# --- asking


async def test_asking_binds_nobody_yet_and_tells_the_co_owner(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    await ask_binding(estate["李明"], wanted(estate, unit=estate.units["1栋102"]), "租约一年")
    assert await told(admin, "binding_requested") == ["王芳"]
    assert await acts(admin) == ["binding_requested"]
    assert not await admin.fetchval("SELECT count(*) FROM human WHERE phone = $1", TANG)
    facts = await admin.fetchval("SELECT string_agg(facts::text, '') FROM audit_entry")
    assert TANG not in facts and "唐悦" not in facts


async def test_sent_twice_it_is_one_request() -> None:
    estate = await cast.mingxi()
    first = await ask_binding(estate["陈静"], wanted(estate), "", once="a-key-of-the-form")
    assert await ask_binding(estate["陈静"], wanted(estate), "", once="a-key-of-the-form") == first
    with pytest.raises(Refused):
        await ask_binding(estate["陈静"], wanted(estate), "")


@pytest.mark.parametrize("who", ["李明", "周杰", "赵敏"])
async def test_only_who_owns_the_home_today_may_ask(who: str) -> None:
    """Neither a neighbour, nor a former owner, nor a tenant for the home they rent."""
    estate = await cast.mingxi()
    units = [*estate.units.values()] if who != "李明" else [estate.units["1栋101"]]
    for unit in units:
        with pytest.raises(Missing):
            await ask_binding(estate[who], wanted(estate, unit=unit), "")


async def test_numbers_that_cannot_be() -> None:
    estate = await cast.mingxi()
    with pytest.raises(Invalid) as own:
        await ask_binding(estate["陈静"], wanted(estate, phone="+8619900000101"), "")
    assert own.value.sentence.text == actions.OWN_NUMBER
    await bound(estate)
    with pytest.raises(Invalid) as twice:
        await ask_binding(estate["陈静"], wanted(estate), "")
    assert twice.value.sentence.text == actions.TIED


async def test_an_owner_makes_five_requests_a_day(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    for n in range(5):
        await ask_binding(estate["陈静"], wanted(estate, phone=f"+861880000010{n}"), "")
    with pytest.raises(Refused):
        await ask_binding(estate["陈静"], wanted(estate), "")
    await admin.execute("UPDATE binding SET asked_at = asked_at - interval '1 day'")
    await ask_binding(estate["陈静"], wanted(estate), "")


async def test_a_request_is_taken_back_by_who_made_it_and_by_nobody_else() -> None:
    estate = await cast.mingxi()
    binding = await ask_binding(estate["李明"], wanted(estate, unit=estate.units["1栋102"]), "")
    for other in ("王芳", "陈静"):
        with pytest.raises(Missing):
            await withdraw_binding(estate[other], binding)
    await withdraw_binding(estate["李明"], binding)
    with pytest.raises(Refused):
        await approve_binding(estate["沈平"], binding)


# --- answering


async def test_an_approved_tenant_signs_in_and_sees_the_bills_of_the_tenancy_only(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    by_month = await bills(estate)
    assert (await ask_code(TANG, **WHO))[1] is None
    await bound(estate, starts_on=date(2026, 10, 5), ends_on=date(2026, 11, 30))
    assert await told(admin, "binding_approved") == ["陈静"] and await told(admin, "binding_begun") == ["唐悦"]
    assert (await acts(admin))[-2:] == ["binding_requested", "binding_approved"]
    await admin.execute("DELETE FROM rate_limit")
    knock, message = await ask_code(TANG, **WHO)
    assert message
    tang = await principal_of(await use_code(knock, message.code, user_agent="tests", **WHO))
    assert tang and tang.audience is Audience.owner
    assert {row.id for row in (await bills_of(tang)).bills} == {by_month["2026-10"], by_month["2026-11"]}
    for month in ("2026-09", "2026-12"):
        with pytest.raises(Missing):
            await bill_of(tang, by_month[month])
    assert [home.name for home in await homes_of(tang, clock.now())] == ["1栋101"]
    assert [home.name for home in await homes_of(tang, datetime(2026, 12, 1, tzinfo=UTC))] == []


async def test_family_sees_what_the_owner_owes_and_no_longer_than_that_owner_owns(admin: asyncpg.Connection) -> None:
    """I-A4 for family: a sale ends it without anybody having to think of it."""
    estate = await cast.mingxi()
    by_month = await bills(estate)
    await bound(estate, role=BoundAs.family, starts_on=date(2026, 9, 1))
    tang = await as_principal(TANG)
    assert {row.id for row in (await bills_of(tang)).bills} == set(by_month.values())
    unit, item = estate.units["1栋101"], await builders.charge_item(estate.community, "water")
    await admin.execute("UPDATE occupancy SET ends_on = '2026-11-23' WHERE unit = $1 AND role = 'owner'", unit)
    await builders.occupies(estate.community, unit, estate["吴霞"], starts_on=date(2026, 11, 24))
    theirs = await builders.bill(estate.community, unit, [estate["吴霞"]], [(item, 100)], period="2027-01")
    assert theirs not in {row.id for row in (await bills_of(tang)).bills}
    assert await homes_of(tang, clock.now()) == []
    assert [p.name for p in (await homes_of(estate["吴霞"], clock.now()))[0].people] == ["吴霞"]


async def test_who_is_known_by_name_and_number_stays_one_person(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    await bound(estate, name="赵敏", phone="+8619900000105")
    assert await admin.fetchval("SELECT count(*) FROM person WHERE phone = '+8619900000105'") == 1
    await bound(estate, name="另一个人", phone="+8619900000107")
    assert await admin.fetchval("SELECT count(DISTINCT human) FROM person WHERE phone = '+8619900000107'") == 1


async def test_nobody_answers_what_they_asked_for_or_what_is_about_them(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    binding = await ask_binding(estate["陈静"], wanted(estate), "")
    await admin.execute("UPDATE binding SET asked_by = $1", estate["沈平"].human)
    with pytest.raises(Refused) as own:
        await approve_binding(estate["沈平"], binding)
    assert own.value.sentence.text == answering.CONCERNED
    await admin.execute("UPDATE binding SET asked_by = $1", estate["陈静"].human)
    await admin.execute("UPDATE human SET phone = $2 WHERE id = $1", estate["沈平"].human, TANG)
    with pytest.raises(Refused):
        await refuse_binding(estate["沈平"], binding, "x")


async def test_only_the_desk_of_the_estate_answers() -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    binding = await ask_binding(estate["陈静"], wanted(estate), "")
    for who in (other["韩冰"], estate["冯丽"], estate["蒋涛"]):
        with pytest.raises(Missing):
            await approve_binding(who, binding)
    clerk = await builders.staff(estate.community, "卫兰", "wei", Role.clerk)
    await approve_binding(clerk, binding)
    with pytest.raises(Refused):
        await approve_binding(estate["沈平"], binding)


async def test_who_sold_meanwhile_binds_nobody(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    binding = await ask_binding(estate["陈静"], wanted(estate), "")
    await admin.execute("UPDATE occupancy SET ends_on = '2026-11-23' WHERE person = $1", estate["陈静"].persons[0])
    with pytest.raises(Refused) as refused:
        await approve_binding(estate["沈平"], binding)
    assert refused.value.sentence.text == answering.SOLD


async def test_a_refusal_gives_its_reason_to_who_asked(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    binding = await ask_binding(estate["陈静"], wanted(estate), "")
    await refuse_binding(estate["沈平"], binding, "租约看不清")
    assert await told(admin, "binding_refused") == ["陈静"]
    assert not await admin.fetchval("SELECT count(*) FROM human WHERE phone = $1", TANG)


# --- revoking


async def test_revoking_ends_sessions_and_codes_at_once_and_nothing_is_seen_any_more(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    by_month = await bills(estate)
    tie = await bound(estate)
    tang = await as_principal(TANG)
    token = await start_session(tang.human, Audience.owner, "tests")
    knock, message = await ask_code(TANG, **WHO)
    assert await principal_of(token) and message
    await revoke_tie(estate["陈静"], tie)
    assert await principal_of(token) is None
    with pytest.raises(Invalid):
        await use_code(knock, message.code, user_agent="tests", **WHO)
    await admin.execute("DELETE FROM rate_limit")
    assert (await ask_code(TANG, **WHO))[1] is None, "the number is on no roll any more"
    with pytest.raises(Missing):
        await bill_of(tang, by_month["2026-11"])
    assert (await acts(admin))[-1] == "binding_revoked"
    assert set(await told(admin, "binding_revoked")) == {"唐悦", "陈静"}
    assert (await verify())["failed"] == []
    with pytest.raises(Refused):
        await revoke_tie(estate["陈静"], tie)


async def test_who_keeps_another_home_is_signed_out_but_may_come_back(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    tie = await bound(estate, name="李明", phone="+8619900000102")
    token = await start_session(estate["李明"].human, Audience.owner, "tests")
    await revoke_tie(estate["陈静"], tie)
    assert await principal_of(token) is None
    assert (await ask_code("+8619900000102", **WHO))[1] is not None
    assert [home.name for home in await homes_of(estate["李明"], clock.now())] == ["1栋102"]


async def test_who_was_revoked_can_be_bound_anew() -> None:
    estate = await cast.mingxi()
    await revoke_tie(estate["陈静"], await bound(estate))
    await bound(estate)
    assert (await ask_code(TANG, **WHO))[1] is not None


async def test_who_may_end_a_tie_and_who_not() -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    tie = await bound(estate)
    for stranger in ("李明", "周杰", "孙强", "赵敏"):
        with pytest.raises(Missing):
            await revoke_tie(estate[stranger], tie)
    for desk in (other["韩冰"], estate["冯丽"]):
        with pytest.raises(Missing):
            await revoke_tie_at_desk(desk, tie, "x")
    await revoke_tie(await as_principal(TANG), tie)


async def test_an_owner_cannot_be_revoked(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    tie = await admin.fetchval("SELECT id FROM occupancy WHERE person = $1", estate["王芳"].persons[0])
    with pytest.raises(Missing):
        await revoke_tie(estate["李明"], tie)
    with pytest.raises(Missing):
        await revoke_tie_at_desk(estate["沈平"], tie, "x")


async def test_the_desk_ends_a_tie_with_its_reason(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    tie = await admin.fetchval("SELECT id FROM occupancy WHERE role = 'tenant'")
    await revoke_tie_at_desk(estate["沈平"], tie, "租约已到期")
    assert await admin.fetchval("SELECT reason FROM audit_entry WHERE verb = 'binding_revoked'") == "租约已到期"
    assert await homes_of(estate["赵敏"], clock.now()) == []
