"""A letter with a code: used once, by anyone who knows the old number's last digits, approved by somebody else."""

from __future__ import annotations

import io
from datetime import timedelta
from uuid import UUID

import pytest
from pypdf import PdfReader

from portal.homes.access_letters.documents import access_pdf, home_of
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.signin.letter_codes import actions as letters
from portal.signin.letter_codes.actions import AccessLetter, ask_by_letter, make_letter, show_letter
from portal.signin.phone_change.lost_phone import OWN, WAITING, approve_change, changes_at, refuse_change
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
SECRET, NETWORK, NEW = "s" * 32, "203.0.113.9", "+8618700000077"
DIGITS = "0101"  # 陈静's number ends so


@pytest.fixture
async def estate(database: object, clean: None) -> cast.Estate:
    return await cast.mingxi()


async def of(estate: cast.Estate, name: str = "陈静") -> UUID:
    return estate[name].persons[0]


async def letter(estate: cast.Estate, by: str = "沈平") -> AccessLetter:
    return await make_letter(estate[by], await of(estate), secret=SECRET)


async def shown(code: str, digits: str = DIGITS, phone: str = NEW, network: str = NETWORK) -> None:
    """Show the letter and enter the code that came."""
    knock, which, message = await show_letter(code, digits, phone, network=network, secret=SECRET)
    await ask_by_letter(which, knock, message.code, network=network, secret=SECRET)


async def refused(code: str, words: str, digits: str = DIGITS, phone: str = NEW, network: str = NETWORK) -> None:
    with pytest.raises(Invalid) as refused:
        await show_letter(code, digits, phone, network=network, secret=SECRET)
    assert refused.value.sentence.text == words


async def one(sql: str) -> object:
    async with unit_of_work(EVERYWHERE):
        return await fetch_value(sql)


async def test_from_the_letter_to_the_new_number(estate: cast.Estate) -> None:
    made = await letter(estate)
    home = await home_of(estate["沈平"], await of(estate))
    said = (
        PdfReader(io.BytesIO(await access_pdf(made, home, "https://portal.example/sign-in/letter")))
        .pages[0]
        .extract_text()
    )
    assert made.code in said and "陈静" in said and "1栋101" in said
    assert await one(f"SELECT count(*) FROM letter_code WHERE code_hmac LIKE '%{letters.tidy(made.code)}%'") == 0
    await shown(f" {made.code.lower()} ")
    assert await one("SELECT address FROM delivery") == "+8619900000101", "the old number is told"
    [row] = await changes_at(estate["沈平"])
    with pytest.raises(Refused, match=OWN[:20]):
        await approve_change(estate["沈平"], row.id)
    other = await builders.staff(estate.community, "卫兰", "wei", Role.manager)
    await approve_change(other, row.id)
    assert await one("SELECT phone FROM person WHERE name = '陈静'") == NEW


async def test_a_letter_is_used_once_and_a_new_one_ends_the_old(estate: cast.Estate) -> None:
    old = await letter(estate)
    made = await letter(estate)
    await refused(old.code, letters.RUN_OUT)
    await shown(made.code)
    await refused(made.code, letters.USED, phone="+8618700000078")
    again = await letter(estate)
    with pytest.raises(Refused, match=WAITING[:20]):
        await shown(again.code, phone="+8618700000079")


async def test_forged_codes_and_wrong_digits_are_told_the_same_and_counted(estate: cast.Estate) -> None:
    made = await letter(estate)
    await refused("ABCD-ABCD-ABCD", letters.WRONG)
    for _try in range(letters.MOST_TRIES):
        await refused(made.code, letters.WRONG, digits="9999")
    await refused(made.code, letters.RUN_OUT)
    assert await one(f"SELECT sum(count) FROM rate_limit WHERE key = 'fail:{NETWORK}'") == 2 + letters.MOST_TRIES
    for _try in range(20):
        with pytest.raises(Invalid):
            await show_letter("ABCD", DIGITS, NEW, network=NETWORK, secret=SECRET)
    fresh = await letter(estate)
    await refused(fresh.code, letters.BUSY_NETWORK)
    await shown(fresh.code, network="198.51.100.7")


async def test_a_letter_runs_out_and_asks_for_no_number_of_now(estate: cast.Estate) -> None:
    made = await letter(estate)
    await refused(made.code, letters.SAME, phone="+8619900000101")
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE letter_code SET expires_at = $1", clock.real_now() - timedelta(seconds=1))
    await refused(made.code, letters.RUN_OUT)


async def test_a_wrong_code_by_sms_leaves_the_letter_unused(estate: cast.Estate) -> None:
    made = await letter(estate)
    knock, which, message = await show_letter(made.code, DIGITS, NEW, network=NETWORK, secret=SECRET)
    wrong = f"{(int(message.code) + 1) % 10**6:06d}"
    with pytest.raises(Invalid):
        await ask_by_letter(which, knock, wrong, network=NETWORK, secret=SECRET)
    await ask_by_letter(which, knock, message.code, network=NETWORK, secret=SECRET)
    assert await one("SELECT count(*) FROM phone_change") == 1


async def test_only_the_desk_of_the_estate_makes_letters_and_for_somebody_with_a_number(estate: cast.Estate) -> None:
    other = await cast.donghu()
    for somebody in (estate["冯丽"], other["韩冰"], estate["李明"]):
        with pytest.raises(Missing):
            await make_letter(somebody, await of(estate), secret=SECRET)
    async with unit_of_work(EVERYWHERE):
        await fetch("UPDATE person SET phone = NULL WHERE name = '陈静'")
    with pytest.raises(Refused, match=letters.NO_NUMBER[:20]):
        await letter(estate)


async def test_refused_at_the_desk_the_new_number_hears_why(estate: cast.Estate) -> None:
    await shown((await letter(estate)).code)
    other: Principal = await builders.staff(estate.community, "卫兰", "wei", Role.manager)
    [row] = await changes_at(other)
    await refuse_change(other, row.id, "资料不符")
    assert await one("SELECT address FROM delivery ORDER BY changed_at DESC LIMIT 1") == NEW


async def test_at_the_door(estate: cast.Estate, settings: Settings) -> None:
    async with browser(settings, estate["沈平"]) as desk:
        answer = await desk.post(f"/desk/people/{await of(estate)}/access-letter", data={})
        assert answer.headers["content-type"] == "application/pdf"
        text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    code = next(word for word in text.split() if len(word) == 14 and word.count("-") == 2)
    async with browser(settings) as door:
        wrong = await door.post("/sign-in/letter", data={"code": code, "digits": "12", "phone": "18700000077"})
        assert wrong.status_code == 422 and "四位数字" in wrong.text and code in wrong.text
        right = await door.post("/sign-in/letter", data={"code": code, "digits": DIGITS, "phone": "18700000077"})
        assert (right.status_code, right.headers["location"]) == (303, "/sign-in/letter/code")
        assert "187****0077" in (await door.get("/sign-in/letter/code")).text
