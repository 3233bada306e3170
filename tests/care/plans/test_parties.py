"""An agreement calls those who make it what they are: owners, former owners, or heirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from portal.care.plan_pages.queries import plan_of
from portal.care.plans.actions import request_plan
from portal.kit.words import say
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.people.persons.queries import principal_of
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests.arrears.case_file.test_actions import D, say as record
from tests.arrears.cases.test_former import sold
from tests.arrears.cases.world import TODAY, on, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = timedelta(days=1)


async def test_an_owner_of_before_is_called_one() -> None:
    with on(TODAY + DAY):
        debts = await world()
        bill = await debts.bill(10)
        await sold(debts)
        chen = debts.estate["陈静"]
        plan = await request_plan(chen, [bill], 3, TODAY + 5 * DAY)
        assert "乙方：陈静，明溪花园1栋101的原业主。" in say((await plan_of(chen, plan)).terms[0])


async def test_an_heir_agrees_in_their_own_name_and_answers_with_what_was_inherited() -> None:
    with on(TODAY):
        debts = await world()
        bill = await debts.bill(10)
        await record(debts, D.heir, represented_by="陈安", phone="+8619900000155")
        async with unit_of_work(debts.estate.community):
            human = (await fetch("SELECT human FROM person WHERE name = '陈安'"))[0]["human"]
        heir = await principal_of(await start_session(human, Audience.owner, "tests"))
        assert heir
        plan = await request_plan(heir, [bill], 3, TODAY + 5 * DAY)
        said = say((await plan_of(heir, plan)).terms[0])
        assert "乙方：陈安，明溪花园1栋101原业主的继承人，在所得遗产的实际价值范围内清偿" in said
