"""A token stands for a person only as long as it should."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from portal.kit import clock
from portal.kit.errors import Missing
from portal.people.persons import actions, queries
from portal.people.persons.permissions import May, Role
from portal.people.persons.principal import Audience, Principal
from tests import builders, cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def signed_in(who: Principal, audience: Audience = Audience.owner) -> str:
    return await actions.start_session(who.human, audience, "a browser")


async def known(token: str) -> Principal:
    found = await queries.principal_of(token)
    assert found is not None
    return found


async def age(admin: asyncpg.Connection, human: UUID, by: timedelta) -> None:
    await admin.execute(
        "UPDATE web_session SET created_at = created_at - make_interval(secs => $2),"
        " seen_at = seen_at - make_interval(secs => $2), expires_at = expires_at - make_interval(secs => $2)"
        " WHERE human = $1",
        human,
        by.total_seconds(),  # not days: where clocks were put back in between, a day was of 25 hours
    )


async def test_a_token_stands_for_the_person_in_every_community() -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    owner = await known(await signed_in(estate["陈静"]))
    assert (owner.human, owner.persons, owner.communities) == (
        estate["陈静"].human,
        estate["陈静"].persons,
        (estate.community,),
    )
    assert other.community not in owner.communities
    assert owner.name == "陈静" and owner.language == "zh-CN" and not owner.roles


async def test_the_same_phone_on_two_rolls_sees_both() -> None:
    estate, other = await cast.mingxi(), await cast.donghu()
    owner = estate["陈静"]
    async with actions.unit_of_work(other.community):
        await actions.fetch(
            "INSERT INTO person (id, community, external_id, name, human, phone, language)"
            " VALUES (gen_random_uuid(), $1, 'p-900', '陈静', $2, '+8619900000101', 'zh-CN')",
            other.community,
            owner.human,
        )
    found = await known(await signed_in(owner))
    assert found.communities == (estate.community, other.community) and len(found.persons) == 2


async def test_staff_bring_their_roles_and_their_department() -> None:
    estate = await cast.mingxi()
    found = await known(await signed_in(estate["蒋涛"], Audience.staff))
    assert found.roles == {estate.community: frozenset({Role.finance})}
    assert found.departments == {estate.community: "工程部"} and found.persons == ()
    assert found.may(estate.community, May.run_bills) and not found.may(estate.community, May.bring_claims)


async def test_who_has_left_the_roll_reaches_no_community(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token = await signed_in(estate["陈静"])
    await admin.execute("UPDATE person SET human = NULL WHERE human = $1", estate["陈静"].human)
    found = await known(token)
    assert found.communities == () and found.persons == ()


async def test_a_committee_post_counts_only_while_it_lasts(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    owner, today = estate["陈静"], clock.today("Asia/Shanghai")
    token = await signed_in(owner)
    await admin.execute(
        "INSERT INTO committee_post (id, community, person, post, starts_on, ends_on)"
        " VALUES (gen_random_uuid(), $1, $2, '主任', NULL, $3)",
        estate.community,
        owner.persons[0],
        today,
    )
    assert (await known(token)).committees == (estate.community,)
    await admin.execute("UPDATE committee_post SET ends_on = $1", today - timedelta(days=1))
    assert (await known(token)).committees == ()


async def test_nobody_knows_a_token_that_was_never_given(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token = await signed_in(estate["陈静"])
    assert await queries.principal_of("attacker-chosen") is None
    assert await admin.fetchval("SELECT count(*) FROM web_session WHERE token_sha256 = $1", token) == 0


@pytest.mark.parametrize(
    ("audience", "away", "still"),
    [
        (Audience.owner, timedelta(days=29, hours=23), True),
        (Audience.owner, timedelta(days=30, seconds=1), False),
        (Audience.staff, timedelta(minutes=14), True),
        (Audience.staff, timedelta(minutes=15, seconds=1), False),
    ],
)
async def test_a_session_ends_by_the_real_clock(
    admin: asyncpg.Connection, audience: Audience, away: timedelta, still: bool
) -> None:
    estate = await cast.mingxi()
    token = await signed_in(estate["沈平"], audience)
    await age(admin, estate["沈平"].human, away)
    assert (await queries.principal_of(token) is not None) is still


async def test_staff_end_after_eight_hours_even_when_busy(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token = await signed_in(estate["沈平"], Audience.staff)
    await age(admin, estate["沈平"].human, timedelta(hours=8, seconds=1))
    await admin.execute("UPDATE web_session SET seen_at = now()")
    assert await queries.principal_of(token) is None


async def test_seen_is_written_at_most_once_a_minute(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    token = await signed_in(estate["陈静"])
    seen = await admin.fetchval("SELECT seen_at FROM web_session")
    await queries.principal_of(token)
    assert await admin.fetchval("SELECT seen_at FROM web_session") == seen
    await age(admin, estate["陈静"].human, timedelta(minutes=2))
    await queries.principal_of(token)
    assert await admin.fetchval("SELECT seen_at FROM web_session") >= seen


async def test_a_new_session_ends_the_old_one_of_the_browser_and_the_oldest_of_six() -> None:
    estate = await cast.mingxi()
    first = await signed_in(estate["陈静"])
    second = await actions.start_session(estate["陈静"].human, Audience.owner, "a browser", instead_of=first)
    assert await queries.principal_of(first) is None and second != first
    others = [await signed_in(estate["陈静"]) for _ in range(5)]
    assert await queries.principal_of(second) is None
    assert all([await queries.principal_of(token) for token in others])


async def test_ending_a_session_ends_it_at_once_and_others_can_be_kept() -> None:
    estate = await cast.mingxi()
    first, second = await signed_in(estate["陈静"]), await signed_in(estate["陈静"])
    mine = (await known(first)).session
    assert await actions.end_sessions_of(estate["陈静"].human, except_=mine) == 1
    assert await queries.principal_of(second) is None
    await actions.end_session(first)
    assert await queries.principal_of(first) is None


async def test_one_sees_and_ends_ones_own_sessions_only() -> None:
    estate = await cast.mingxi()
    me, neighbour = await known(await signed_in(estate["陈静"])), await known(await signed_in(estate["李明"]))
    [row] = await queries.sessions_of(me)
    assert row.here and row.id == me.session
    with pytest.raises(Missing):
        await actions.revoke_session(me, neighbour.session)
    await actions.revoke_session(me, me.session)
    assert await queries.sessions_of(me) == []


async def test_a_taste_is_kept_with_the_person() -> None:
    owner = await builders.owner(await builders.community("mingxi", "明溪花园"), "陈静", "19900000101")
    token = await signed_in(owner)
    await actions.save_tastes(owner, {"language": "en"})
    await actions.save_tastes(owner, {"large_text": True})
    found = await known(token)
    assert found.language == "en" and found.large_text
