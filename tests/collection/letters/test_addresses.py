"""Letters to former owners and to heirs: what they say first, and that none goes without an address of their own."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from pypdf import PdfReader

from portal.arrears.climbing.jobs import arrears
from portal.collection.evidence.actions import evidence_of
from portal.collection.letter_queue.actions import ask_notices, batch_of, write_letters
from portal.collection.letter_queue.desk_queries import letter_queue
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.documents import besides_owners, letters_pdf
from portal.collection.letters.facts import NO_ADDRESS
from portal.collection.letters.queries import MOVED, letter_at_desk, letter_to_print
from portal.collection.letters.states import LetterKind
from portal.kit.errors import Refused
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests.arrears.case_file.test_actions import D, say
from tests.arrears.cases.test_former import sold
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two
from tests.papers import PAY_AT

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)
NOTICE = LetterKind.notice


def text_of(pdf: bytes) -> str:
    """What a paper says, without the breaks of its lines."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


async def printed(debts: World, letter: UUID) -> dict[LetterKind, str]:
    """What a letter says, as the notice that it is, and as the demand it could be."""
    found = await letter_at_desk(debts.estate["沈平"], letter)
    kinds = (NOTICE, LetterKind.demand)
    return {
        kind: text_of(await letters_pdf([(replace(found.row, kind=kind), found.facts, found.at)])) for kind in kinds
    }


async def index_of(debts: World, case: UUID) -> str:
    """The first sheet of the evidence pack."""
    with zipfile.ZipFile(io.BytesIO((await evidence_of(debts.estate["沈平"], case))[1])) as pack:
        return text_of(pack.read(pack.namelist()[0]))


async def test_an_owner_of_before_without_an_address_gets_no_letter_and_who_lacks_it_is_named(
    settings: Settings,
) -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        await sold(debts)
        with pytest.raises(Refused) as refused:
            await issue_letter(feng, case, NOTICE, PAY_AT)
        assert (refused.value.sentence.text, refused.value.sentence.facts) == (NO_ADDRESS, {"names": ("陈静",)})
        async with browser(settings, feng) as desk:
            answer = await desk.post(f"/desk/cases/{case}/letters", data={"kind": "notice"})
            assert answer.status_code == 409 and "缺：陈静的通信地址" in answer.text
            assert "缺通信地址" in (await desk.get("/desk/letters")).text
        assert (await letter_queue(feng)).unaddressed == {case}
        assert not await debts.rows("SELECT FROM letter")
        assert "1栋101的原业主" in (index := await index_of(debts, case)) and "未登记" in index
        await say(debts, D.former, address="南京路2号")
        assert (await letter_queue(feng)).unaddressed == set()
        assert "陈静：南京路2号" in await index_of(debts, case)
        for said in (await printed(debts, await issue_letter(feng, case, NOTICE, PAY_AT))).values():
            assert "1栋101的业主，到2026年11月20日为止。这段时间还有下列费用没有缴" in said
            assert "房屋已在2026年11月21日变更业主。这些费用仍由您承担" in said
            assert "没有把您的欠费告诉新业主，也不会到原来的房屋联系您" in said
            assert "寄送地址：陈静：南京路2号" in said


async def test_a_home_that_is_sold_before_its_notice_is_written_is_left_out_with_the_reason(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        await debts.bill(20, 10_000, "1栋103", "孙强")
        await arrears(SECOND)
        [building] = (await letter_queue(feng)).buildings
        batch = await ask_notices(feng, "mingxi", building.building, PAY_AT)
        await sold(debts)
        await write_letters(batch=str(batch), community=str(debts.estate.community))
        done = await batch_of(feng, batch)
        assert (done.issued, done.refused) == (1, 1)
        [left_out] = done.left_out
        assert (left_out.case, left_out.unit) == (case, "1栋101")
        assert "陈静的通信地址" in left_out.why.zh and "No postal address on file for 陈静" in left_out.why.en
        async with browser(settings, feng) as desk:
            page = (await desk.get(f"/desk/letters/batches/{batch}")).text
            assert f'data-left-out="{case}"' in page and "陈静的通信地址" in page


async def test_an_heir_is_written_to_at_their_own_address_and_told_how_far_they_answer() -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        await say(debts, D.deceased, TODAY - 3 * DAY)
        await say(debts, D.heir, TODAY, represented_by="陈安", phone="+8619900000155")
        with pytest.raises(Refused) as refused:
            await issue_letter(feng, case, NOTICE, PAY_AT)
        assert refused.value.sentence.facts == {"names": ("陈安（陈静的继承人）",)}
        await say(debts, D.heir, TODAY, represented_by="陈安", phone="+8619900000155", address="北京路1号")
        letter = await issue_letter(feng, case, NOTICE, PAY_AT)
        for said in (await printed(debts, letter)).values():
            assert "得知陈静已经离世，我们深表慰问。您登记为陈静的继承人" in said
            assert "到2026年11月17日为止的费用，您在所得遗产的实际价值范围内清偿" in said, "the day of the death"
            assert "第一千一百六十一条" in said and "之后的费用" not in said
        facts = (await letter_at_desk(feng, letter)).facts
        later = facts | {"lines": [line | {"last": "2026-12"} for line in facts["lines"]]}
        assert "2026年11月17日之后的费用，等房屋归属确定后" in besides_owners(later)[0]


async def test_of_two_who_owe_together_who_has_left_is_written_to_only_where_they_live_now() -> None:
    with on(TODAY):
        debts = await world()
        await debts.bill(20, 10_000, "1栋102", "李明", "王芳")
        await arrears(TODAY)
        case, feng = (await debts.row("SELECT id FROM arrears_case"))["id"], debts.estate["冯丽"]
        wang = debts.estate["王芳"].persons[0]
        async with unit_of_work(debts.estate.community):
            await fetch(
                "UPDATE occupancy SET starts_on = '2019-03-01', ends_on = $2 WHERE person = $1", wang, TODAY - DAY
            )
        letter = await letter_at_desk(feng, await issue_letter(feng, case, NOTICE, PAY_AT))
        assert (letter.facts["owners"], letter.facts["besides"]) == ("李明", [])
    with on(SECOND + DAY):
        await say(debts, D.former, person=wang, address="上海路3号")
        said = (await printed(debts, await issue_letter(feng, case, NOTICE, PAY_AT)))[NOTICE]
        assert "李明、王芳" in said and "王芳：您在2019年3月1日至2026年11月19日是" in said
        assert "变更业主" not in said, "nobody else has come in since"


async def test_a_letter_of_before_the_sale_is_not_printed_and_a_new_one_may_be_issued_at_once(
    settings: Settings,
) -> None:
    with on(SECOND):
        debts = await world()
        case, shen = await at_two(debts), debts.estate["沈平"]
        before = await issue_letter(shen, case, NOTICE, PAY_AT)
        await letter_to_print(shen, before)
        await sold(debts)
        with pytest.raises(Refused) as refused:
            await letter_to_print(shen, before)
        assert refused.value.sentence.text == MOVED
        async with browser(settings, shen) as desk:
            assert (await desk.get(f"/desk/letters/{before}/letter.pdf")).status_code == 409
            page = (await desk.get(f"/desk/letters/{before}")).text
            assert "房屋现已不属于收件人" in page and "letter.pdf" not in page
        await say(debts, D.former, address="南京路2号")
        await letter_to_print(shen, await issue_letter(shen, case, NOTICE, PAY_AT))
        assert not await debts.broken_invariants()


async def test_a_letter_without_an_address_to_those_who_do_not_own_the_home_is_found(admin: asyncpg.Connection) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await sold(debts)
        await say(debts, D.former, address="南京路2号")
        await issue_letter(debts.estate["沈平"], case, NOTICE, PAY_AT)
        assert not await debts.broken_invariants()
        await admin.execute("""UPDATE letter SET facts = facts || '{"addresses": []}'""")
        assert await debts.broken_invariants() == ["I-Y3"]
