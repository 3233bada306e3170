"""Whoever calls or comes speaks in the name of the company, and not at all where nobody knows it."""

from __future__ import annotations

import pytest

from portal.arrears.states import ContactChannel
from portal.kit.errors import Refused
from portal.kit.language import say
from portal.outreach.sheets import sheet_of
from tests import builders
from tests.arrears.test_standing import D
from tests.arrears.test_standing import say as record
from tests.arrears.world import on, world
from tests.letters.test_letters import SECOND, at_two

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def test_the_script_of_a_call_and_of_a_visit_names_the_company() -> None:
    with on(SECOND):
        debts = await world()
        case, feng = await at_two(debts), debts.estate["冯丽"]
        for way in (ContactChannel.call, ContactChannel.visit):
            assert "青岚物业服务有限公司" in say((await sheet_of(feng, case, way)).opening[0])
        await record(debts, D.heir, represented_by="陈安", phone="+8619900000155")
        assert "青岚物业服务有限公司" in say((await sheet_of(feng, case)).opening[0])


@pytest.mark.parametrize("field", ["company", "phone"])
async def test_without_its_name_or_a_telephone_nobody_is_called_and_what_is_missing_is_said(field: str) -> None:
    with on(SECOND):
        debts = await world()
        case = await at_two(debts)
        await builders.without_company(debts.estate.community, *([field, "hotline"] if field == "phone" else [field]))
        with pytest.raises(Refused) as no:
            await sheet_of(debts.estate["冯丽"], case)
        assert "Missing" in no.value.sentence.text
