"""The creditor is the company: every paper names it, or is refused with the names of what is missing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from portal.accounts.disclosures.documents import prices_poster
from portal.arrears.claims.states import ClaimKind
from portal.care.plans.actions import approve_plan, request_plan
from portal.collection.court.actions import prepare_claim
from portal.collection.court.documents import claim_pdf
from portal.collection.court.queries import claim_at_desk
from portal.collection.evidence.actions import evidence_of
from portal.collection.letter_queue.actions import ask_notices
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.documents import letters_pdf
from portal.collection.letters.queries import letter_at_desk
from portal.collection.letters.states import LetterKind
from portal.collection.outreach.documents import pack_pdf
from portal.collection.outreach.visits import pack_of
from portal.fees.run_requests.actions import approve_run, ask_run, see_to_run
from portal.fees.runs.actions import publish_run
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.counter.actions import record_counter_payment
from portal.money.payments.states import CounterChannel
from portal.people.estates.actions import set_company
from portal.people.estates.creditor import FIELDS, NEEDS, Creditor, Paper, as_account_no, as_credit_code, named
from portal.people.estates.queries import creditor_of, estate_called
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.arrears.cases.world import on
from tests.builders import COMPANY, without_company
from tests.client import browser
from tests.collection.court.test_legal import LAST, at_law, debts  # noqa: F401 - a fixture
from tests.papers import PAY_AT

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def test_each_paper_lacks_just_what_it_must_name() -> None:
    whole = Creditor("明溪花园", **COMPANY, hotline="", hours="9–18")
    assert all(whole.missing(paper) == () for paper in Paper)
    empty = Creditor("明溪花园", **dict.fromkeys(COMPANY, ""), hotline="", hours="9–18")
    for paper in Paper:
        assert set(empty.missing(paper)) == set(NEEDS[paper]), paper
    desk = Creditor("明溪花园", **{**COMPANY, "phone": ""}, hotline="400-000-0000", hours="9–18")
    assert desk.missing(Paper.bill) == () and desk.telephone == "400-000-0000", "the desk's number is one to call"


def test_a_credit_code_and_an_account_are_read_as_people_type_them() -> None:
    assert as_credit_code("９１３３-0100 ma0000000x") == "91330100MA0000000X"
    assert as_credit_code("91330100MA") is None
    assert as_account_no("6200 0000 0000 0000") == "6200000000000000"
    assert as_account_no("6.2E+15") is None


async def refused(work: Callable[[], Awaitable[Any]], *fields: str) -> None:
    with pytest.raises(Refused) as refused:
        await work()
    assert refused.value.sentence.facts["missing"] == named(fields)


async def test_no_paper_about_arrears_is_made_without_the_company_and_each_names_it(debts) -> None:  # noqa: F811
    case, manager, community = await at_law(debts), debts.estate["沈平"], debts.estate.community
    papers: dict[str, Callable[[], Awaitable[Any]]] = {
        "notice": lambda: issue_letter(manager, case, LetterKind.notice, PAY_AT),
        "batch": lambda: ask_notices(manager, debts.estate.code, "1", PAY_AT),
        "draft": lambda: issue_letter(manager, case, LetterKind.lawyer_draft, PAY_AT),
        "claim": lambda: prepare_claim(manager, case, ClaimKind.payment_order),
        "mediation": lambda: prepare_claim(manager, case, ClaimKind.mediation),
        "evidence": lambda: evidence_of(manager, case),
    }
    with on(LAST):
        await without_company(community, "address")
        for name, work in papers.items():
            if name != "batch":  # nobody waits for a notice at the last stage
                await refused(work, "address")
        await without_company(community, "credit_code")
        await refused(lambda: pack_of(manager, case), "credit_code")
        await set_company(community, COMPANY, actor="staff:test")
        letter = await letter_at_desk(manager, await papers["draft"]())
        claim = await claim_at_desk(manager, await papers["claim"]())
        said = {
            "letter": text_of(await letters_pdf([(letter.row, letter.facts, letter.at)])),
            "claim": text_of(await claim_pdf(claim)),
            "visit": text_of(await pack_pdf([await pack_of(manager, case)])),
            "evidence": text_of(_index(await papers["evidence"]())),
        }
    for name, text in said.items():
        assert COMPANY["company"] in text, name
    assert COMPANY["credit_code"] in said["letter"] and COMPANY["credit_code"] in said["claim"]
    assert COMPANY["address"] in said["letter"] and COMPANY["address"] in said["claim"]


def _index(pack: tuple[str, bytes]) -> bytes:
    return zipfile.ZipFile(io.BytesIO(pack[1])).read("00-证据清单.pdf")


async def test_a_letter_keeps_the_company_that_issued_it(debts) -> None:  # noqa: F811
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        letter = await issue_letter(manager, case, LetterKind.lawyer_draft, PAY_AT)
        await set_company(debts.estate.community, COMPANY | {"company": "接手物业有限公司"}, actor="staff:test")
        found = await letter_at_desk(manager, letter)
        text = text_of(await letters_pdf([(found.row, found.facts, found.at)]))
    assert COMPANY["company"] in text and "接手物业" not in text


async def test_the_desk_issues_no_bills_without_the_company_and_the_command_says_so() -> None:
    estate, month, on_day = await cast.mingxi(), Month(2026, 11), date(2026, 11, 1)
    item = await builders.charge_item(estate.community)
    await builders.tariff(estate.community, item)
    await without_company(estate.community, "company")
    run = await ask_run(estate["沈平"], estate.code, month, on_day)
    await see_to_run(request=str(run), community=str(estate.community))
    await refused(lambda: approve_run(estate["沈平"], run), "company")
    report = (await publish_run(estate.community, month, on_day, approver="cli")).as_json()
    assert [warning["code"] for warning in report["warnings"]] == ["no_company"]
    assert report["bills"] and not report["errors"]


async def test_instalments_are_not_approved_without_the_account_they_are_paid_to() -> None:
    estate = await cast.mingxi()
    item = await builders.charge_item(estate.community)
    bill = await builders.bill(estate.community, estate.units["1栋101"], [estate["陈静"]], [(item, 60_000)])
    plan = await request_plan(estate["陈静"], [bill], 3, clock.today("Asia/Shanghai") + timedelta(days=7), None)
    await without_company(estate.community, "account_no")
    await refused(lambda: approve_plan(plan, by=estate["沈平"]), "account_no")


async def test_an_owner_sees_whom_they_owe_and_a_receipt_is_never_refused(settings: Settings) -> None:
    estate = await cast.mingxi()
    chen, home = estate["陈静"], estate.units["1栋101"]
    item = await builders.charge_item(estate.community)
    bill = await builders.bill(estate.community, home, [chen], [(item, 10_000)])
    cash = {"amount": Money(10_000), "channel": CounterChannel.cash, "reference": "S-1"}
    paid = (await record_counter_payment(estate["蒋涛"], unit=str(home), bills=[bill], **cash)).id
    async with browser(settings, chen) as she:
        shown = (await she.get(f"/bills/{bill}")).text
        for field in ("company", "credit_code", "bank", "account_name", "account_no"):
            assert COMPANY[field] in shown, field
        receipt = text_of((await she.get(f"/payments/{paid}/receipt.pdf")).content)
        assert COMPANY["company"] in receipt and "明溪花园" in receipt
        await without_company(estate.community)
        assert "尚未登记" in text_of((await she.get(f"/payments/{paid}/receipt.pdf")).content)


async def test_a_poster_is_refused_without_the_company_and_names_it(settings: Settings) -> None:
    estate = await cast.mingxi()
    poster = await prices_poster(await estate_called(estate.code), [], "https://portal.example/e/mingxi", "a4")
    assert COMPANY["company"] in text_of(poster) and COMPANY["credit_code"] in text_of(poster)
    await without_company(estate.community, "credit_code")
    async with browser(settings, estate["沈平"]) as manager:
        answer = await manager.get("/desk/disclosures/prices?estate=mingxi")
    assert answer.status_code == 409 and "统一社会信用代码" in answer.text


async def test_a_manager_sees_in_red_what_is_missing_and_enters_it(settings: Settings) -> None:
    estate = await cast.mingxi()
    await without_company(estate.community, "credit_code", "account_no")
    async with browser(settings, estate["沈平"]) as manager:
        assert 'id="company-missing"' in (await manager.get("/desk")).text
        listed = (await manager.get("/desk/companies")).text
        assert "统一社会信用代码、账号" in listed
        form = COMPANY | {"credit_code": "12345", "account_no": "12"}
        wrong = await manager.post("/desk/companies/mingxi", data=form)
        assert wrong.status_code == 422 and 'value="12345"' in wrong.text
        assert (await manager.post("/desk/companies/mingxi", data=COMPANY)).status_code == 303
        assert 'id="company-missing"' not in (await manager.get("/desk")).text
        assert (await manager.get("/desk/companies/dongyuan")).status_code == 404, "another company's estate"
    async with unit_of_work(estate.community):
        assert (await creditor_of(estate.community)).as_facts() | COMPANY == (
            await creditor_of(estate.community)
        ).as_facts()
        assert await fetch_value("SELECT count(*) FROM audit_entry WHERE verb = 'company_set'") == 1
    async with browser(settings, estate["冯丽"]) as steward:
        assert (await steward.get("/desk/companies")).status_code == 403
    assert set(COMPANY) == set(FIELDS)
