"""The evidence pack: everything of a case, provable file by file, and the same bytes for the same facts."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from pypdf import PdfReader

from portal.arrears.cases.states import Cause, ContactChannel, ContactOutcome, Why
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.collection.evidence.actions import evidence_of
from portal.collection.evidence.exhibits import CAUSES, TABLES
from portal.collection.evidence.words import CODES, COURSE, JOURNALS, account_in_words
from portal.fees.ledger.states import Account, JournalKind
from portal.kit.errors import Missing
from portal.kit.money import Money
from portal.platform.db.unit_of_work import fetch, fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
DAY = TODAY + timedelta(days=7)


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    """陈静 at stage 2, with a part payment, a dispute with a photo, and two calls."""
    with on(DAY):
        debts = await world()
        bill = await debts.bill(10)
        await arrears(TODAY)
        await debts.pay(bill, 2500)
        line = await debts.line(bill)
        photo = Sent("bins.jpg", a_photo())
        await open_dispute(debts.estate["陈静"], line, reason=DisputeReason.poor_quality, body="没有清运",
                           amount=Money(1000), photos=[photo])  # fmt: skip
        await arrears(DAY)
        case = (await debts.row("SELECT id FROM arrears_case"))["id"]
        for outcome, text in ((ContactOutcome.hardship, "刚失业"), (ContactOutcome.promised, "=月底前")):
            await contacts.record_contact(debts.estate["冯丽"], case, ContactChannel.call, outcome, text)
        yield debts


async def taken(debts: World) -> bytes:
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    return (await evidence_of(debts.estate["沈平"], case))[1]


def rows_of(pack: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(pack.read(name).decode("utf-8-sig"))))


async def test_the_same_case_on_the_same_day_gives_the_same_bytes(debts: World) -> None:
    first = await taken(debts)
    assert await taken(debts) == first
    assert (await debts.verbs("case:%")).count("evidence_taken") == 2
    with on(DAY + timedelta(days=1)):
        assert await taken(debts) != first


async def test_the_index_names_every_file_with_its_fingerprint(debts: World) -> None:
    with zipfile.ZipFile(io.BytesIO(await taken(debts))) as pack:
        names = pack.namelist()
        index = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pack.read(names[0]))).pages)
        flat = re.sub(r"\s", "", index)
        for name in names[1:]:
            assert hashlib.sha256(pack.read(name)).hexdigest() in flat, name
    assert names[0].startswith("00-") and len(names) == len(set(names))
    assert {name for name, _title, _sql in TABLES} < set(names)
    assert "12-照片/0001.jpg" in names


async def test_what_it_says_is_what_happened(debts: World) -> None:
    with zipfile.ZipFile(io.BytesIO(await taken(debts))) as pack:
        bill = rows_of(pack, "01-账单.csv")[0]
        assert (bill["出账金额（元）"], bill["未缴（元）"], bill["暂缓（元）"]) == ("100.00", "75.00", "10.00")
        assert rows_of(pack, "03-缴费.csv")[0]["抵充金额（元）"] == "25.00"
        assert sum(Decimal(row["金额（元）"]) for row in rows_of(pack, "04-总账摘录.csv")) == 0
        calls = rows_of(pack, "06-联系记录.csv")
        assert [row["备注"] for row in calls] == ["", "'=月底前"], "hardship stays with finance and manager"
        assert rows_of(pack, "08-异议.csv")[0]["业主陈述"] == "没有清运"
        assert "¥100.00" in pack.read("05-通知/0001.txt").decode()
        clock = rows_of(pack, "14-诉讼时效.csv")
        assert [(row["未缴（元）"], row["中断事由"], row["时效届满日"]) for row in clock] == [
            ("75.00", "部分履行", f"{DAY.replace(year=DAY.year + 3)}")
        ]
        ways = {row["渠道"] for row in rows_of(pack, "05-通知.csv")}
        assert ways == {"站内消息", "短信", "电子邮件"}
        course = [row["经过"] for row in rows_of(pack, "11-阶段变更.csv")]
        assert course[0] == "建档，第1阶段：有 ¥100.00 过了应缴日未缴" and course[-1] == "全部暂缓催缴"
        [climbed] = [said for said in course if said.startswith("进入第2阶段")]
        assert "温馨提示于 2026年11月27日发出" in climbed and "¥65.00 未缴" in climbed
        for act in rows_of(pack, "13-操作记录.csv"):
            before, body = bytes.fromhex(act["前一散列（hex）"]), act["内容（JSON）"].encode()
            assert hashlib.sha256(before + body).hexdigest() == act["散列（hex）"]
            assert json.loads(body)["verb"] != "evidence_taken"


async def test_what_went_by_push_is_in_it_as_it_was_sent(debts: World) -> None:
    async with unit_of_work(debts.estate.community):
        made = await fetch_value(
            "INSERT INTO delivery (id, community, notice, channel, state, tries, changed_at) SELECT gen_random_uuid(),"
            " community, id, 'push', 'sent', 1, now() FROM notice WHERE kind = 'arrears_reminder' RETURNING id"
        )
        await fetch(
            "INSERT INTO sent_text (id, community, delivery, tried, address, words, at) SELECT gen_random_uuid(),"
            " community, id, 1, 'push.example', '温馨提示', now() FROM delivery WHERE id = $1",
            made,
        )
    with zipfile.ZipFile(io.BytesIO(await taken(debts))) as pack:
        assert "——设备通知，第 1 次" in "".join(
            pack.read(name).decode() for name in pack.namelist() if name.startswith("05-通知/")
        )


async def test_no_table_has_a_code_where_a_word_is_known(debts: World) -> None:
    heads = {head for _file, head in CODES} | {"业务", "科目", "经过", "渠道", "状态"}
    with zipfile.ZipFile(io.BytesIO(await taken(debts))) as pack:
        tables = {name: rows_of(pack, name) for name in pack.namelist() if name.endswith(".csv")}
    said = {row[head] for rows in tables.values() for row in rows for head in heads & set(row) if row[head]}
    assert len(said) > 10 and not [word for word in said if re.search("[a-z]{3}", word)]


def test_every_cause_code_and_change_has_its_words_for_the_court() -> None:
    assert set(CAUSES) == set(Cause)
    assert set(COURSE) == set(Why)
    assert set(JOURNALS) == set(JournalKind)
    assert all(account_in_words(account) for account in Account)


async def test_only_those_who_need_it_take_it(settings: Settings, debts: World) -> None:
    case = (await debts.row("SELECT id FROM arrears_case"))["id"]
    for name, status in (("沈平", 200), ("蒋涛", 200), ("冯丽", 403)):
        async with browser(settings, debts.estate[name]) as client:
            answer = await client.get(f"/desk/cases/{case}/evidence.zip")
            assert answer.status_code == status
    with pytest.raises(Missing):
        await evidence_of((await cast.donghu())["韩冰"], case)
