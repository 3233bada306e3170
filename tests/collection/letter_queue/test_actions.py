"""The notices of a building: asked for, written by the worker, gone on with after a kill, printed as one file."""

from __future__ import annotations

import asyncio
import io
from uuid import UUID

import pytest
from pypdf import PdfReader

from portal.arrears.climbing.jobs import arrears
from portal.collection.letter_queue.actions import NOBODY, ask_notices, batch_of, write_letters
from portal.collection.letter_queue.desk_queries import letter_queue, to_print
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.states import LetterKind
from portal.kit.errors import Missing, Refused
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import PAY_AT, SECOND, at_two

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def two_waiting() -> tuple[World, Principal, UUID, UUID]:
    """Two homes at stage 2, the batch that 冯丽 asked for, and the bill of the second home."""
    debts = await world()
    await at_two(debts)
    bill = await debts.bill(20, 10_000, "1栋103", "孙强")
    await arrears(SECOND)
    feng = debts.estate["冯丽"]
    [before] = (await letter_queue(feng)).buildings
    assert before.to_issue == 2
    return debts, feng, await ask_notices(feng, "mingxi", before.building, PAY_AT, once="k"), bill


async def test_a_double_click_that_comes_at_once_is_one_batch() -> None:
    with on(SECOND):
        debts, feng, _batch, _bill = await two_waiting()
        [building] = (await letter_queue(feng)).buildings
        made = await asyncio.gather(
            *(ask_notices(feng, "mingxi", building.building, PAY_AT, once="double") for _ in range(4))
        )
        assert len(set(made)) == 1
        assert len(await debts.rows("SELECT id FROM letter_batch")) == 2


async def written(debts: World, batch: UUID) -> None:
    """What the worker does."""
    await write_letters(batch=str(batch), community=str(debts.estate.community))


async def test_a_building_gets_its_notices_at_once_and_one_file_to_print() -> None:
    with on(SECOND):
        debts, feng, batch, _bill = await two_waiting()
        [building] = (await letter_queue(feng)).buildings
        assert await ask_notices(feng, "mingxi", building.building, PAY_AT, once="k") == batch, "a double click"
        begun = await batch_of(feng, batch)
        assert (begun.homes, begun.done, begun.waiting) == (2, 0, True)
        for _again in range(2):
            await written(debts, batch)
        done = await batch_of(feng, batch)
        assert (done.done, done.issued, done.refused, done.waiting) == (2, 2, 0, False)
        with pytest.raises(Refused, match=NOBODY[:20]):
            await ask_notices(feng, "mingxi", building.building, PAY_AT)
        queue = await letter_queue(feng)
        assert ({row.unit for row in queue.rows}, queue.buildings[0].to_deliver) == ({"1栋101", "1栋103"}, 2)
        pdf = PdfReader(io.BytesIO(await letters_pdf(await to_print(feng, "mingxi", building.building))))
        begins = [number for number, page in enumerate(pdf.pages) if "缴费通知单" in page.extract_text()]
        assert begins == [0, 2], "no letter begins on the back of another"
        with pytest.raises(Missing):
            await to_print(feng, "mingxi", "9栋")


async def test_it_goes_on_where_it_was_killed_and_counts_whom_a_gate_keeps() -> None:
    with on(SECOND):
        debts, feng, batch, bill = await two_waiting()
        first = (
            await debts.row("SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE u.name = '1栋101'")
        )["id"]
        # Killed between the letter and its count: the letter is there, the batch does not know it.
        await issue_letter(feng, first, LetterKind.notice, PAY_AT, once=f"{batch}:{first}")
        await debts.pay(bill, 10_000, "孙强")
        await written(debts, batch)
        done = await batch_of(feng, batch)
        assert (done.issued, done.refused) == (1, 1)
        assert len(await debts.rows("SELECT id FROM letter")) == 1


async def test_whoever_lost_the_role_meanwhile_has_nothing_written() -> None:
    with on(SECOND):
        debts, feng, batch, _bill = await two_waiting()
        async with unit_of_work(debts.estate.community):
            await fetch("UPDATE staff SET roles = '{clerk}' WHERE human = $1", feng.human)
        await written(debts, batch)
        done = await batch_of(feng, batch)
        assert (done.issued, done.refused) == (0, 2)


async def test_the_desk_shows_how_far_it_is_and_another_estate_nothing(settings: Settings) -> None:
    with on(SECOND):
        debts, feng, batch, _bill = await two_waiting()
        address = f"/desk/letters/batches/{batch}"
        async with browser(settings, feng) as desk:
            shown = (await desk.get(address)).text
            assert 'data-state="writing"' in shown and "every 2s" in shown
            await written(debts, batch)
            shown = (await desk.get(address)).text
            assert 'data-state="written"' in shown and "已生成 2 份缴费通知单" in shown and "print.pdf" in shown
        donghu = await cast.donghu()
        async with browser(settings, donghu["韩冰"]) as stranger:
            assert (await stranger.get(address)).status_code == 404
