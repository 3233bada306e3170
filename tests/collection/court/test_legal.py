"""The paths of law: prepared through their gates, handed in, answered, ended; told to the owner, and never about more
than may be claimed."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from portal.arrears.cases.states import Cause, Reason
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.arrears.climbing import actions as climbing
from portal.arrears.climbing.words import GATES, Gate
from portal.arrears.contacts.actions import set_reason
from portal.arrears.contacts.holding import hold_by_hand
from portal.arrears.limitation.queries import limitation_of
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.collection.court import actions, steps as stepping
from portal.collection.court.actions import prepare_claim
from portal.collection.court.documents import claim_pdf
from portal.collection.court.queries import claim_at_desk, claim_queue, paths_of
from portal.collection.court.steps import record_step
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.arrears.cases.test_ladder import at_the_last_gate
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.pictures import Sent, a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
LAST = TODAY + timedelta(days=67)
K, S = ClaimKind, ClaimState


ENDS = "您现在仍可自行解决"


@pytest.fixture
async def debts() -> AsyncIterator[World]:
    with on(TODAY):
        yield await world()


async def at_law(debts: World) -> UUID:
    """陈静's case at its last stage; the clock stays at that day in the caller's `on(LAST)`."""
    case = await at_the_last_gate(debts)
    with on(LAST):
        await climbing.take_step(debts.estate["沈平"], case)
    return case


async def mediated(debts: World, case: UUID) -> UUID:
    """Mediation that was handed in and failed."""
    manager = debts.estate["沈平"]
    claim = await prepare_claim(manager, case, K.mediation)
    await record_step(manager, claim, S.filed, LAST)
    await record_step(manager, claim, S.failed, LAST)
    return claim


async def steps(debts: World, claim: UUID) -> list[str]:
    rows = await debts.rows("SELECT state FROM claim_step WHERE claim = $1 ORDER BY on_day, at", claim)
    return [row["state"] for row in rows]


async def test_a_payment_order_from_its_paper_to_its_effect(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, K.payment_order)
        found = await claim_at_desk(manager, claim)
        assert (found.row.amount, found.row.state, found.row.due) == (
            Money(10_000), S.prepared, LAST + timedelta(days=7),
        )  # fmt: skip
        pdf = await claim_pdf(found)
        assert pdf == await claim_pdf(found), "the same bytes again"
        said = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
        assert "支付令申请书" in said and "100.00" in said and "陈静" in said and "由收件人本人签收" in said
        assert await debts.told("claim%") == []
        await record_step(manager, claim, S.filed, LAST, reference="收件 12")
        assert await debts.told("claim%") == ["claim_filed"]
    later = LAST + timedelta(days=20)
    with on(later):
        await record_step(manager, claim, S.accepted, LAST + timedelta(days=3), reference="（2027）支令 5")
        await record_step(manager, claim, S.issued, later, photos=[Sent("order.jpg", a_photo())])
        with pytest.raises(Refused):
            await record_step(manager, claim, S.judged, later)
        await record_step(manager, claim, S.effective, later, reference="（2027）支令 5")
        with pytest.raises(Refused):
            await record_step(manager, claim, S.withdrawn, later)
    assert await steps(debts, claim) == ["prepared", "filed", "accepted", "issued", "effective"]
    assert len((await claim_at_desk(manager, claim)).photos) == 1
    assert await debts.verbs("claim:%") == ["claim_prepared", *["claim_moved"] * 4]
    assert await debts.broken_invariants() == []


async def test_its_debtor_sees_where_it_stands_from_the_day_it_is_handed_in(debts: World, settings: Settings) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, K.payment_order)
        async with browser(settings, debts.estate["陈静"]) as she, browser(settings, debts.estate["李明"]) as he:
            assert "data-claim" not in (await she.get("/case")).text, "only prepared"
            await record_step(manager, claim, S.filed, LAST)
            shown = (await she.get("/case")).text
            assert f'data-claim="{claim}" data-state="filed"' in shown and "¥100.00" in shown
            assert ENDS in shown
            assert str(claim) not in (await he.get("/case")).text
            await record_step(manager, claim, S.withdrawn, LAST, photos=[Sent("paper.jpg", a_photo())])
            assert "data-claim" not in (await she.get("/case")).text
            again = await prepare_claim(manager, case, K.payment_order)
            await record_step(manager, again, S.filed, LAST)
            await record_step(manager, again, S.dismissed, LAST, reference="1", photos=[Sent("no.jpg", a_photo())])
            shown = (await she.get("/case")).text
            assert 'data-state="dismissed"' in shown and ENDS not in shown, "there is nothing left to end"
            async with unit_of_work(debts.estate.community):
                await fetch("UPDATE arrears_case SET opened_on = $1 WHERE id = $2", LAST + timedelta(days=1), case)
            assert "data-claim" not in (await she.get("/case")).text, "of an earlier case"


async def test_a_dispute_shuts_every_court_but_not_mediation(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    line = await debts.line(next(iter(debts.bills.values())))
    with on(LAST):
        about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(3000)}
        await open_dispute(debts.estate["陈静"], line, **about)
        with pytest.raises(Refused, match="There are open disputes"):
            await prepare_claim(manager, case, K.payment_order)
        claim = await prepare_claim(manager, case, K.mediation)
        assert (await claim_at_desk(manager, claim)).row.amount == Money(7000)
        opened = {path.kind: path.open for path in (await paths_of(manager, case)).paths}
        assert opened == dict.fromkeys(K, False), "one path at a time"


async def test_before_it_is_handed_in_a_claim_is_looked_at_again(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    bill = next(iter(debts.bills.values()))
    with on(LAST):
        claim = await prepare_claim(manager, case, K.payment_order)
        await debts.pay(bill, 1000)
        with pytest.raises(Refused, match=stepping.CHANGED[:20]):
            await record_step(manager, claim, S.filed, LAST)
        await record_step(manager, claim, S.withdrawn, LAST)
        again = await prepare_claim(manager, case, K.payment_order)
        assert (await claim_at_desk(manager, again)).row.amount == Money(9000)
        await set_reason(manager, case, Reason.away)
        with pytest.raises(Refused, match=GATES[Gate.reachable][1][:20]):
            await record_step(manager, again, S.filed, LAST)
        await debts.pay(bill, 9000)
        with pytest.raises(Refused, match=stepping.PAID[:20]):
            await record_step(manager, again, S.filed, LAST)
        queue = await claim_queue(manager)
        assert (queue.found, queue.paid, queue.to_decide) == (1, 1, [])
        await record_step(manager, again, S.withdrawn, LAST)
        with pytest.raises(Refused, match=actions.CLOSED[:20]):
            await prepare_claim(manager, case, K.payment_order)
    assert await debts.broken_invariants() == []


async def test_a_small_claim_states_its_limit_and_comes_after_mediation(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        with pytest.raises(Refused, match="Mediation has not been tried"):
            await prepare_claim(manager, case, K.small_claim, limit=Money(5_000_000), source="2025 年统计")
        await mediated(debts, case)
        for limit, source, field, words in (
            (None, "", "limit", actions.NO_LIMIT),
            (Money(5_000_000), "", "source", actions.NO_LIMIT),
            (Money(9_999), "2025 年统计", "limit", actions.ABOVE),
        ):
            with pytest.raises(
                Invalid, match=words[:20] if words != actions.ABOVE else "is above the limit"
            ) as refused:
                await prepare_claim(manager, case, K.small_claim, limit=limit, source=source)
            assert refused.value.field == field
        with pytest.raises(Invalid, match=actions.ONLY_SMALL[:20]):
            await prepare_claim(manager, case, K.suit, limit=Money(5_000_000))
        claim = await prepare_claim(manager, case, K.small_claim, limit=Money(5_000_000), source="2025 年统计")
        pdf = PdfReader(io.BytesIO(await claim_pdf(await claim_at_desk(manager, claim))))
        said = "".join(page.extract_text() for page in pdf.pages)
        assert "50,000.00" in said and "2025 年统计" in said.replace("\n", "")


async def test_a_court_is_asked_only_for_what_was_demanded(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        await debts.bill(-60, 4000)  # past due for a week; the demand came before that
        claim = await prepare_claim(manager, case, K.payment_order)
        found = await claim_at_desk(manager, claim)
        assert (found.row.amount, [line.claimed for line in found.lines]) == (Money(10_000), [Money(10_000)])
        await record_step(manager, claim, S.withdrawn, LAST)
        asked = await claim_at_desk(manager, await prepare_claim(manager, case, K.mediation))
        assert (asked.row.amount, len(asked.lines)) == (Money(14_000), 2)
        await record_step(manager, asked.row.id, S.withdrawn, LAST)
        await hold_by_hand(manager, case, "等开发商答复", LAST + timedelta(days=5), Money(10_000))
        with pytest.raises(Refused, match="has not been demanded yet"):
            await prepare_claim(manager, case, K.payment_order)


async def test_days_and_papers_of_a_step_are_asked_for(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, K.mediation)
        for on_day, words in (
            (LAST + timedelta(days=1), stepping.FUTURE),
            (LAST - timedelta(days=1), "The previous step"),
        ):
            with pytest.raises(Invalid, match=words[:15]) as refused:
                await record_step(manager, claim, S.filed, on_day)
            assert refused.value.field == "on"
        await record_step(manager, claim, S.filed, LAST)
        with pytest.raises(Invalid, match=stepping.NO_PAPER[:20]):
            await record_step(manager, claim, S.agreed, LAST)
        with pytest.raises(Invalid, match="no more than"):
            await record_step(manager, claim, S.agreed, LAST, photos=[Sent("a.jpg", a_photo())] * 6)
        assert await steps(debts, claim) == ["prepared", "filed"]


async def test_only_a_manager_or_legal_of_the_estate_goes_to_law(debts: World) -> None:
    case = await at_law(debts)
    other = await cast.donghu()
    with on(LAST):
        for somebody in (debts.estate["冯丽"], other["韩冰"]):
            with pytest.raises(Missing):
                await prepare_claim(somebody, case, K.mediation)
        claim = await prepare_claim(debts.estate["沈平"], case, K.mediation)
        for somebody in (debts.estate["冯丽"], other["韩冰"]):
            with pytest.raises(Missing):
                await record_step(somebody, claim, S.filed, LAST)
        with pytest.raises(Missing):
            await claim_at_desk(other["韩冰"], claim)
        assert (await claim_at_desk(debts.estate["冯丽"], claim)).row.id == claim, "service staff may look"


async def test_asking_mediators_or_a_court_begins_the_three_years_anew(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    debtor = (await debts.row("SELECT debtor FROM arrears_case"))["debtor"]

    async def told(day: int) -> list[Cause]:
        async with unit_of_work(EVERYWHERE):
            found = (await limitation_of(debtor, LAST + timedelta(days=day))).clocks
        return [one.cause for one in found[0].clock.restarts]

    with on(LAST):
        before = await told(0)
        claim = await prepare_claim(manager, case, K.payment_order)
        assert await told(0) == before
        await record_step(manager, claim, S.filed, LAST)
        assert await told(0) == [*before, Cause.filing]
        await record_step(manager, claim, S.withdrawn, LAST)
        assert await told(0) == before, "taken back: it may not count"
        await mediated(debts, case)
        assert await told(0) == [*before, Cause.filing]


async def test_sent_twice_one_claim_is_prepared(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        key = uuid4().hex
        made = {await prepare_claim(manager, case, K.mediation, once=key) for _again in range(2)}
    assert len(made) == 1 and len(await debts.rows("SELECT id FROM claim")) == 1


async def test_at_the_desk_a_wrong_form_comes_back_and_a_right_one_is_kept(debts: World, settings: Settings) -> None:
    case = await at_law(debts)
    with on(LAST):
        async with browser(settings, debts.estate["沈平"]) as page:
            path = f"/desk/cases/{case}/legal"
            answer = await page.get(path)
            assert 'data-gate="mediation_offered" data-open="no"' in answer.text
            assert (await page.post(path, data={"kind": "nonsense"})).status_code == 422
            refused = await page.post(path, data={"kind": "suit"})
            assert refused.status_code == 409 and "调解" in refused.text
            assert (await page.post(path, data={"kind": "mediation"})).status_code == 303
            claim = (await debts.row("SELECT id FROM claim"))["id"]
            step = f"/desk/legal/{claim}/steps"
            wrong = await page.post(step, data={"state": "filed", "on": "2099-01-01"})
            assert wrong.status_code == 422 and "2099-01-01" in wrong.text
            assert (await page.post(step, data={"state": "filed", "on": LAST.isoformat()})).status_code == 303
            shown = await page.get(f"/desk/legal/{claim}")
            assert (
                'data-state="filed"' in shown.text and f'data-claim="{claim}"' in (await page.get("/desk/legal")).text
            )
