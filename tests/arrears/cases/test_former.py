"""Owners of before, by a sale in mid-case and by inheritance: nobody goes to the home for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from portal.arrears.case_file.queries import case_on_desk
from portal.arrears.cases.reaching import NOT_HERE
from portal.arrears.cases.states import ContactChannel, ContactOutcome, NextStep
from portal.arrears.contacts.actions import record_contact
from portal.collection.letter_queue.desk_queries import letter_queue, to_print
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.proving import record_delivery
from portal.collection.letters.queries import letter_at_desk
from portal.collection.letters.states import LetterKind
from portal.collection.outreach.queries import Wanted, queue_of, sheet_of
from portal.collection.outreach.visits import pack_of
from portal.homes.access_letters.documents import home_of
from portal.kit.errors import Missing, Refused
from portal.platform.process.settings import Settings
from portal.records.transfers.states import Basis
from tests.arrears.case_file.test_actions import D, say, send_all
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.letters.test_letters import SECOND, at_two
from tests.collection.outreach.test_outreach import at_three
from tests.papers import PAY_AT
from tests.pictures import Sent, a_photo
from tests.records.transfers.changing import change, wanted

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)


async def sold(debts: World, basis: Basis = Basis.sale) -> None:
    """1栋101 changes hands as of the day after TODAY."""
    what = replace(wanted(starts_on=TODAY + DAY), basis=basis)
    await change(debts.estate, what)


async def test_after_a_sale_in_mid_case_nobody_goes_to_the_buyers_door(settings: Settings) -> None:
    debts = await world()
    case, _bill = await at_three(debts)
    feng, shen = debts.estate["冯丽"], debts.estate["沈平"]
    with on(TODAY + 11 * DAY):
        assert (await queue_of(feng, NextStep.visit, Wanted())).due == 1
        before = await issue_letter(shen, case, LetterKind.notice, PAY_AT)
        await sold(debts)
        found = await case_on_desk(shen, case)
        assert found.case.standing is D.former and found.people[0].since == TODAY
        queue = await queue_of(feng, NextStep.visit, Wanted())
        assert (queue.due, queue.waiting) == (0, 1)
        door = {"witness": "shen", "enclosed": True, "photos": [Sent("door.jpg", a_photo())]}
        for act in (
            sheet_of(feng, case, ContactChannel.visit),
            pack_of(feng, case),
            record_contact(feng, case, ContactChannel.visit, ContactOutcome.no_answer, witness="shen"),
            record_delivery(feng, before, ContactOutcome.posted, **door),
        ):
            with pytest.raises(Refused) as refused:
                await act
            assert refused.value.sentence.text == NOT_HERE
        with pytest.raises(Missing):
            await to_print(feng, "mingxi", "1")
        said = [one.text for one in (await sheet_of(feng, case)).opening]
        assert not any("owner of %(unit)s" in words for words in said)
        async with browser(settings, feng) as desk:
            page = (await desk.get(f"/desk/cases/{case}")).text
            assert 'data-standing="former"' in page and "已变更业主" in page
            assert f"/desk/cases/{case}/visit" not in page
            assert (await desk.get(f"/desk/cases/{case}/visit")).status_code == 409
        with pytest.raises(Refused):  # a code that lets somebody in as the seller would reach the buyer
            await home_of(shen, debts.estate["陈静"].persons[0])
    with on(TODAY + 20 * DAY):
        await say(debts, D.former, address="南京路2号")
        letter = await letter_at_desk(shen, await issue_letter(shen, case, LetterKind.notice, PAY_AT))
        assert (letter.facts["standing"], letter.facts["addresses"]) == ("former", ["陈静：南京路2号"])
        assert await home_of(shen, debts.estate["陈静"].persons[0]) == "南京路2号"
        assert not await debts.broken_invariants()


async def test_a_notice_to_an_owner_of_before_is_written_for_the_mail_and_not_for_the_building() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await sold(debts)
        queue = await letter_queue(debts.estate["冯丽"])
        assert not queue.buildings and [one.id for one in queue.by_mail] == [case]


async def test_a_home_that_is_inherited_sends_nothing_to_the_dead_and_tells_heirs_the_law(settings: Settings) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await sold(debts, Basis.inheritance)
        assert (await case_on_desk(debts.estate["沈平"], case)).case.standing is D.deceased
        told = await debts.rows(
            "SELECT p.name, n.kind FROM notice n JOIN person p ON p.id = n.person WHERE n.subject LIKE 'transfer:%'"
        )
        assert [tuple(row) for row in told] == [("何芳", "ownership_began")]
        assert {to for _sms, to in await send_all(debts, settings)} <= {"+8619900000109"}
        assert not await debts.broken_invariants()
