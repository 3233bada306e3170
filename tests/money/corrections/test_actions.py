"""A correction needs two people, moves money once, and leaves the bill as it was issued."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.money.corrections.actions import approve_correction, ask_correction, refuse_correction
from portal.money.corrections.states import CorrectionKind
from portal.people.persons.permissions import Role
from portal.platform.db.unit_of_work import fetch_one, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def line_of_chen() -> tuple[cast.Estate, UUID]:
    mingxi = await cast.mingxi()
    item = await builders.charge_item(mingxi.community)
    bill = await builders.bill(mingxi.community, mingxi.units["1栋101"], [mingxi["陈静"]], [(item, 25024)])
    return mingxi, (await builders.lines_of(mingxi.community, bill))[0]


async def balance(community: int, line: UUID) -> tuple[int, int]:
    async with unit_of_work(community):
        row = await fetch_one("SELECT fen, outstanding FROM line_balance WHERE line = $1", line)
        assert row
        return row["fen"], row["outstanding"]


async def ask(estate: cast.Estate, line: UUID, fen: int = 5000) -> UUID:
    return await ask_correction(
        estate["蒋涛"], line, kind=CorrectionKind.correction, amount=Money(fen), reason="面积登记有误"
    )


async def test_an_approved_correction_takes_the_sum_off_and_says_why() -> None:
    mingxi, line = await line_of_chen()
    correction = await ask(mingxi, line)
    assert await balance(mingxi.community, line) == (25024, 25024)
    await approve_correction(mingxi["沈平"], correction)
    assert await balance(mingxi.community, line) == (20024, 20024)
    async with unit_of_work(mingxi.community):
        assert await fetch_value("SELECT amount FROM bill_line WHERE id = $1", line) == 25024
        made = await fetch_one("SELECT made_by, approved_by, reason, source FROM adjustment")
        assert made and made["made_by"] != made["approved_by"] and made["source"] == correction
        assert await fetch_value("SELECT count(*) FROM notice WHERE kind = 'line_corrected'") == 1
    assert (await verify())["ok"]


async def test_nobody_approves_their_own_request() -> None:
    mingxi, line = await line_of_chen()
    correction = await ask_correction(
        mingxi["沈平"], line, kind=CorrectionKind.waiver, amount=Money(100), reason="电梯停用"
    )
    with pytest.raises(Refused):
        await approve_correction(mingxi["沈平"], correction)
    assert await balance(mingxi.community, line) == (25024, 25024)


async def test_of_two_managers_one_answers() -> None:
    mingxi, line = await line_of_chen()
    other = await builders.staff(mingxi.community, "魏宁", "wei", Role.manager)
    correction = await ask(mingxi, line)
    answers = await asyncio.gather(
        approve_correction(mingxi["沈平"], correction),
        refuse_correction(other, correction, "请先核实面积"),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(Refused) == 1
    assert (await verify())["ok"]


@pytest.mark.parametrize("fen", [0, -1, 25025])
async def test_no_more_than_the_line_asks_can_be_taken_off(fen: int) -> None:
    mingxi, line = await line_of_chen()
    with pytest.raises(Invalid):
        await ask(mingxi, line, fen)


async def test_a_line_of_another_estate_is_not_there() -> None:
    _, line = await line_of_chen()
    donghu = await cast.donghu()
    with pytest.raises(Missing):
        await ask_correction(donghu["韩冰"], line, kind=CorrectionKind.waiver, amount=Money(1), reason="不是我们的")


async def test_the_desk_asks_and_the_manager_approves_on_pages(settings: Settings) -> None:
    mingxi, line = await line_of_chen()
    async with unit_of_work(mingxi.community):
        bill = await fetch_value("SELECT bill FROM bill_line WHERE id = $1", line)
    path = f"/desk/bills/{bill}/lines/{line}/correction"
    typed = {"kind": "correction", "amount": "50", "reason": "面积登记有误"}
    async with browser(settings, mingxi["蒋涛"]) as finance, browser(settings, mingxi["沈平"]) as manager:
        assert (await finance.get(path)).status_code == 200
        wrong = await finance.post(path, data=typed | {"amount": "1e3"})
        assert wrong.status_code == 422 and 'value="1e3"' in wrong.text
        assert (await finance.post(path, data=typed)).status_code == 303
        assert (await finance.post(path, data=typed)).status_code == 409
        async with unit_of_work(mingxi.community):
            correction = await fetch_value("SELECT id FROM correction")
        approval = f"/desk/corrections/{correction}/approval"
        assert approval not in (await finance.get("/desk/corrections")).text
        assert (await finance.post(approval)).status_code == 403
        assert approval in (await manager.get("/desk/corrections")).text
        assert (await manager.post(f"/desk/corrections/{correction}/refusal", data={"text": ""})).status_code == 422
        assert (await manager.post(approval)).status_code == 303
        assert (await manager.post(approval)).status_code == 409
    async with browser(settings, mingxi["冯丽"]) as service:
        assert (await service.get(path)).status_code == 403
