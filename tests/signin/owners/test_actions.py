"""A code signs one browser in, once, soon, and not by guessing."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from portal.kit import clock
from portal.kit.errors import Invalid
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.signin.owners import actions
from portal.signin.owners.actions import CodeMessage, Knock
from portal.signin.owners.rules import THIS_MACHINE
from tests import cast

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
SECRET = "a secret that is only for tests, 32+"
CHEN, UNKNOWN = "+8619900000101", "+8619912345678"


async def ask(phone: str = CHEN, network: str = "203.0.113.7") -> tuple[Knock, CodeMessage | None]:
    return await actions.ask_code(phone, network=network, secret=SECRET)


async def asked(phone: str = CHEN) -> tuple[Knock, str]:
    knock, message = await ask(phone)
    assert message is not None
    return knock, message.code


async def use(knock: Knock, code: str, network: str = "203.0.113.7", instead_of: str | None = None) -> str:
    return await actions.use_code(
        knock, code, network=network, secret=SECRET, user_agent="tests", instead_of=instead_of
    )


async def refused(knock: Knock, code: str, network: str = "203.0.113.7") -> str:
    with pytest.raises(Invalid) as refused:
        await use(knock, code, network)
    return refused.value.sentence.text


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def later(admin: asyncpg.Connection, by: timedelta) -> None:
    """Let time pass for limits and codes."""
    await admin.execute("UPDATE rate_limit SET window_from = window_from - $1::interval WHERE key NOT LIKE 'all:%'", by)
    await admin.execute(
        "UPDATE one_time_code SET created_at = created_at - $1::interval, expires_at = expires_at - $1::interval", by
    )


async def test_the_right_code_signs_in_and_leaves_an_event(admin: asyncpg.Connection) -> None:
    estate = await cast.mingxi()
    knock, code = await asked()
    found = await principal_of(await use(knock, code))
    assert found and found.human == estate["陈静"].human and found.audience == Audience.owner
    verbs = [r["verb"] for r in await admin.fetch("SELECT verb FROM security_event ORDER BY at, verb")]
    assert verbs == ["code_sent", "signed_in"]
    facts = await admin.fetchval("SELECT string_agg(facts::text, '') FROM security_event")
    assert "+86199****0101" in facts and CHEN not in facts and code not in facts


async def test_neither_code_nor_phone_is_kept_in_the_clear(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    _knock, code = await asked()
    rows = await admin.fetch("SELECT c::text AS t FROM one_time_code c UNION ALL SELECT r::text FROM rate_limit r")
    assert not [r for r in rows if code in r["t"] or CHEN[3:] in r["t"]]


async def test_a_number_on_no_roll_gets_nothing_but_the_same_refusals(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    told: list[list[str]] = []
    for phone in (CHEN, UNKNOWN):
        knock, message = await ask(phone, network=phone)
        assert (message is None) is (phone == UNKNOWN)
        wrong = other_than(message.code) if message else "123456"
        told.append([await refused(knock, wrong, network=phone) for _ in range(6)])
    assert told[0] == told[1] == [actions.WRONG] * 4 + [actions.ASK_ANEW] * 2


async def test_someone_who_left_every_roll_gets_no_code(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    await admin.execute("UPDATE person SET human = NULL WHERE phone = $1", CHEN)
    assert (await ask())[1] is None


async def test_five_wrong_tries_end_a_code() -> None:
    await cast.mingxi()
    knock, code = await asked()
    for _ in range(5):
        await refused(knock, other_than(code))
    assert await refused(knock, code) == actions.ASK_ANEW


async def test_a_code_lives_five_minutes_of_real_time(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    clock.start_at(clock.real_now() + timedelta(days=300))
    try:
        knock, code = await asked()
        await use(knock, code)
    finally:
        clock.start_at(clock.real_now())
    knock, code = await asked()
    await later(admin, timedelta(minutes=5))
    assert await refused(knock, code) == actions.WRONG
    old = Knock(knock.browser, knock.phone, knock.asked_at - timedelta(minutes=5))
    assert await refused(old, code) == actions.RUN_OUT


async def test_a_code_works_once() -> None:
    await cast.mingxi()
    knock, code = await asked()
    await use(knock, code)
    assert await refused(knock, code) == actions.USED


async def test_of_many_parallel_submits_exactly_one_signs_in(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    knock, code = await asked()
    done = await asyncio.gather(*(use(knock, code) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(d, str) for d in done) == 1 and all(isinstance(d, str | Invalid) for d in done)
    assert await admin.fetchval("SELECT count(*) FROM web_session") == 1


async def test_parallel_guesses_are_all_counted() -> None:
    await cast.mingxi()
    knock, code = await asked()
    await asyncio.gather(*(use(knock, other_than(code)) for _ in range(8)), return_exceptions=True)
    assert await refused(knock, code) == actions.ASK_ANEW


async def test_a_code_works_only_in_the_browser_that_asked() -> None:
    await cast.mingxi()
    knock, code = await asked()
    elsewhere = Knock("another-browser", knock.phone, knock.asked_at)
    assert await refused(elsewhere, code) == actions.WRONG
    await use(knock, code)


async def test_a_new_code_ends_the_old_one(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    first, first_code = await asked()
    await later(admin, timedelta(seconds=61))
    second, second_code = await asked()
    assert await refused(first, first_code) == actions.WRONG
    await use(second, second_code)


async def test_a_number_that_changed_hands_opens_nothing(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    knock, code = await asked()
    await admin.execute("UPDATE human SET phone = '+8619900000999' WHERE phone = $1", CHEN)
    assert await refused(knock, code) == actions.WRONG


@pytest.mark.parametrize("phone", [CHEN, UNKNOWN])
async def test_a_number_waits_a_minute_and_gets_five_an_hour_and_ten_a_day(
    admin: asyncpg.Connection, phone: str
) -> None:
    await cast.mingxi()
    sent = 0
    for _ in range(30):
        try:
            await ask(phone)
            sent += 1
            with pytest.raises(Invalid) as error:
                await ask(phone)
            assert error.value.sentence.text == (actions.WAIT_A_MINUTE if sent not in (5, 10) else actions.ENOUGH_CODES)
        except Invalid as error:
            assert error.sentence.text == actions.ENOUGH_CODES and error.field == "phone"
            await later(admin, timedelta(hours=1))
        await later(admin, timedelta(seconds=61))
    assert sent == 10


async def test_a_network_gets_thirty_codes_an_hour() -> None:
    await cast.mingxi()
    for n in range(30):
        await ask(f"+8613900000{n:03d}")
    with pytest.raises(Invalid) as refused:
        await ask("+8613900000999")
    assert refused.value.sentence.text == actions.BUSY_NETWORK
    await ask("+8613900000999", network="198.51.100.1")


async def test_this_machine_is_no_network_to_lock_out() -> None:
    await cast.mingxi()
    for n in range(31):
        knock, _ = await ask(f"+8613900000{n:03d}", network=THIS_MACHINE)
        await refused(knock, "000000", network=THIS_MACHINE)


async def test_ten_failures_lock_a_number_for_the_day(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    for _ in range(2):
        knock, code = await asked()
        for _ in range(5):
            await refused(knock, other_than(code))
        await later(admin, timedelta(seconds=61))
    knock, code = await asked()
    assert await refused(knock, code, network="198.51.100.1") == actions.ENOUGH_TRIES
    await later(admin, timedelta(days=1))
    knock, code = await asked()
    await use(knock, code)


async def test_twenty_failures_lock_a_network_for_an_hour(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    for n in range(4):
        knock, _ = await ask(f"+8613900000{n:03d}")
        for _ in range(5):
            await refused(knock, "000000")
    knock, code = await asked()
    assert await refused(knock, code) == actions.BUSY_NETWORK


async def test_a_code_that_was_used_counts_for_no_limit(admin: asyncpg.Connection) -> None:
    await cast.mingxi()
    for _ in range(6):
        knock, code = await asked()
        await use(knock, code)
    for _ in range(5):
        await ask()
        await later(admin, timedelta(seconds=61))
    with pytest.raises(Invalid) as refused:
        await ask()
    assert refused.value.sentence.text == actions.ENOUGH_CODES


async def test_a_days_budget_of_codes_ends_for_everybody_alike_and_begins_anew(admin: asyncpg.Connection) -> None:
    await cast.mingxi()

    async def ask(phone: str) -> CodeMessage | None:
        return (await actions.ask_code(phone, network="203.0.113.7", secret=SECRET, budget=2))[1]

    assert await ask(CHEN) and await ask("+8619900000102") is not None
    for phone in ("+8619900000103", UNKNOWN):
        with pytest.raises(Invalid) as refused:
            await ask(phone)
        assert refused.value.sentence.text == actions.BUSY_TODAY
    assert await admin.fetchval("SELECT count(*) FROM security_event WHERE verb = 'codes_alarm'") == 1
    await admin.execute("UPDATE rate_limit SET window_from = window_from - interval '1 day' WHERE key = 'all:codes'")
    assert await ask("+8619900000103")


async def test_numbers_on_no_roll_do_not_use_the_budget_up() -> None:
    await cast.mingxi()
    for number in range(3):
        await actions.ask_code(f"+861991234567{number}", network="203.0.113.7", secret=SECRET, budget=1)
    assert (await actions.ask_code(CHEN, network="203.0.113.7", secret=SECRET, budget=1))[1]


async def test_the_alarm_rings_once_an_hour(admin: asyncpg.Connection) -> None:
    hour = clock.real_now().replace(minute=0, second=0, microsecond=0)
    await admin.execute(
        "INSERT INTO rate_limit (id, key, window_from, count) VALUES (gen_random_uuid(), 'all:sends', $1, 199)", hour
    )
    await ask(UNKNOWN)
    await ask("+8613900000001")
    assert await admin.fetchval("SELECT count(*) FROM security_event WHERE verb = 'codes_alarm'") == 1


async def test_the_browsers_old_session_ends_with_the_new_one() -> None:
    await cast.mingxi()
    knock, code = await asked()
    old = await use(knock, code)
    knock, code = await asked()
    assert await use(knock, code, instead_of=old) != old
    assert await principal_of(old) is None
