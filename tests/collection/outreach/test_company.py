"""Whoever calls or comes speaks in the name of the company, where somebody has entered it."""

from __future__ import annotations

import pytest

from portal.arrears.cases.states import ContactChannel
from portal.collection.outreach.queries import sheet_of
from portal.kit.words import say
from tests import builders
from tests.arrears.case_file.test_actions import D, say as record
from tests.arrears.cases.world import on, world
from tests.collection.letters.test_letters import SECOND, at_two

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_the_script_of_a_call_and_of_a_visit_names_the_company() -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        for way in (ContactChannel.call, ContactChannel.visit):
            assert "青岚物业服务有限公司" in say((await sheet_of(feng, case, way)).opening[0])
        await record(debts, D.heir, represented_by="陈安", phone="+8619900000155")
        assert "青岚物业服务有限公司" in say((await sheet_of(feng, case)).opening[0])


async def test_where_nobody_has_entered_the_company_the_service_centre_calls() -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await builders.without_company(debts.estate.community, "company")
        opening = say((await sheet_of(debts.estate["冯丽"], case)).opening[0])
    assert "明溪花园物业服务中心的冯丽" in opening
