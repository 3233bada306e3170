"""A claim for a debt that is paid: what is left line by line, told at once, until its sum or its end is recorded."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from pypdf import PdfReader

from portal.arrears.case_file.queries import cases_of
from portal.arrears.claims.rules import task_of
from portal.arrears.claims.states import LIVE, ClaimKind, ClaimState, Task
from portal.care.disputes.actions import open_dispute, withdraw
from portal.care.disputes.states import DisputeReason
from portal.collection.court.actions import prepare_claim
from portal.collection.court.documents import change_pdf, change_to_hand_in, paper_to_hand_in
from portal.collection.court.jobs import tell_claims
from portal.collection.court.queries import claim_at_desk, claim_queue
from portal.collection.court.steps import ABOVE, NO_PAPER, SAME, change_claim, record_step
from portal.kit.errors import Invalid, Refused
from portal.kit.money import Money
from portal.money.corrections.actions import approve_correction, ask_correction
from portal.money.corrections.states import CorrectionKind
from portal.overview.desk.queries import desk_of, today_of
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests.arrears.cases.world import TODAY, World, on, world
from tests.client import browser
from tests.collection.court.test_legal import LAST, at_law

DAY = timedelta(days=1)
K, S = ClaimKind, ClaimState
Event = Callable[[World], Awaitable[object]]


@pytest.mark.parametrize(
    ("state", "claimed", "left", "task"),
    [
        (S.filed, 100, 100, None),
        (S.filed, 100, 40, Task.reduce),
        (S.accepted, 100, 0, Task.withdraw),
        (S.issued, 40, 100, Task.more),
        (S.prepared, 100, 40, Task.renew),
        (S.filed, 0, 0, None),
        (S.withdrawn, 100, 0, None),
        (S.judged, 100, 40, None),
    ],
)
def test_what_is_to_be_done_follows_from_the_two_sums(state: S, claimed: int, left: int, task: Task | None) -> None:
    assert task_of(state, Money(claimed), Money(left)) is task
    assert task is None or state in LIVE


@pytest.fixture
async def debts(database: object, clean: None) -> AsyncIterator[World]:
    with on(TODAY):
        yield await world()


async def filed(debts: World, kind: K = K.payment_order) -> UUID:
    """A claim of 100 yuan that was handed in on LAST; the clock is the caller's."""
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, kind)
        await record_step(manager, claim, S.filed, LAST, reference="收件 12")
    return claim


async def _part(debts: World) -> None:
    await debts.pay(debts.bills[10], 3000)


async def _credited(debts: World, bill: UUID | None = None) -> None:
    line = await debts.line(bill or debts.bills[10])
    what = {"kind": CorrectionKind.correction, "amount": Money(3000), "reason": "面积登记有误"}
    asked = await ask_correction(debts.estate["蒋涛"], line, **what)
    await approve_correction(debts.estate["沈平"], asked)


async def surplus(debts: World) -> None:
    """A bill of before is paid by 30 yuan too much."""
    await debts.pay(await debts.bill(40, 1000), 4000)


async def _paid_bill_corrected(debts: World) -> None:
    """30 yuan more than was open on a bill of before become credit."""
    settled = await debts.bill(40, 5000)
    await debts.pay(settled, 5000)
    await _credited(debts, settled)


async def _disputed(debts: World) -> UUID:
    about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(3000)}
    return await open_dispute(debts.estate["陈静"], await debts.line(debts.bills[10]), **about)


async def told(debts: World) -> list[int]:
    rows = await debts.rows("SELECT amount FROM claim_left ORDER BY number")
    return [row["amount"] for row in rows]


@pytest.mark.anyio
@pytest.mark.parametrize("event", [_part, _credited, _disputed, surplus, _paid_bill_corrected])
async def test_what_a_payment_a_credit_or_a_dispute_leaves_is_told_at_once_to_whoever_brought_it_and_to_the_debtor(
    debts: World, settings: Settings, event: Event
) -> None:
    claim, manager, chen = await filed(debts), debts.estate["沈平"], debts.estate["陈静"]
    with on(LAST + DAY):
        assert (await desk_of(manager)).claims == 0
        await event(debts)
        assert await told(debts) == [7000], "in the transaction that changed it"
        found = await claim_at_desk(manager, claim)
        assert (found.row.claimed, found.row.left, found.row.task) == (Money(10_000), Money(7000), Task.reduce)
        assert [(line.claimed, line.left) for line in found.lines] == [(Money(10_000), Money(7000))]
        assert ((await claim_queue(manager)).to_change, (await desk_of(manager)).claims) == (1, 1)
        assert [row.id for row in (await today_of(manager)).claims] == [claim]
        assert (await today_of(debts.estate["冯丽"])).claims == [], "it is for those who bring claims"
        [mine] = next(iter((await cases_of(chen)).claims.values()))
        assert (mine.claimed, mine.left, mine.changed) == (Money(10_000), Money(7000), True)
        async with browser(settings, chen) as page:
            assert 'data-claimed="10000" data-left="7000"' in (await page.get("/case")).text
        for _again in range(2):
            await tell_claims()
        assert await debts.told("claim_left") == ["claim_left"]
        assert await debts.broken_invariants() == []


@pytest.mark.anyio
async def test_a_suit_for_a_paid_debt_is_red_until_it_is_withdrawn_or_only_its_fee_is_asked_for(
    debts: World, settings: Settings
) -> None:
    claim, manager = await filed(debts), debts.estate["沈平"]
    with on(LAST + DAY):
        await debts.pay(debts.bills[10], 10_000)
        queue = await claim_queue(manager)
        assert (queue.paid, queue.rows[0].task) == (1, Task.withdraw)
        async with browser(settings, debts.estate["陈静"]) as page:
            shown = (await page.get("/case")).text
            assert f'data-claim="{claim}"' in shown and 'data-left="0"' in shown, "though the case is closed"
        async with browser(settings, manager) as page:
            assert 'data-task="withdraw"' in (await page.get("/desk/legal")).text
            note = await page.get(f"/desk/legal/{claim}/change.pdf")
            said = "".join(one.extract_text() for one in PdfReader(io.BytesIO(note.content)).pages)
            assert "变更（撤回）请求说明" in said and "仅余受理费" in said and "减少请求至" not in said
            sent = {"amount": "0", "on": f"{LAST + DAY}", "reference": "（2027）民初 5"}
            assert (await page.post(f"/desk/legal/{claim}/changes", data=sent)).status_code == 303
            assert 'data-claimed="0" data-left="0" data-task=""' in (await page.get(f"/desk/legal/{claim}")).text
            assert (await page.get(f"/desk/legal/{claim}/change.pdf")).status_code == 404
        assert (await desk_of(manager)).claims == 0
        assert await debts.verbs("claim:%") == ["claim_prepared", "claim_moved", "claim_changed"]
        assert await debts.broken_invariants() == []


@pytest.mark.anyio
async def test_what_comes_back_raises_it_again_and_is_told(debts: World) -> None:
    claim, manager = await filed(debts), debts.estate["沈平"]
    with on(LAST + DAY):
        dispute = await _disputed(debts)
        await change_claim(manager, claim, Money(7000), LAST + DAY, reference="5")
        assert (await claim_at_desk(manager, claim)).row.task is None
        await tell_claims()
        await withdraw(debts.estate["陈静"], dispute)
        assert await told(debts) == [7000, 10_000]
        assert (await claim_at_desk(manager, claim)).row.task is Task.more
        note = await change_pdf(await change_to_hand_in(manager, claim), (await claim_at_desk(manager, claim)).at)
        assert "恢复请求至" in "".join(one.extract_text() for one in PdfReader(io.BytesIO(note)).pages)
        await tell_claims()
        assert await debts.told("claim_left") == ["claim_left"] * 2
        assert await debts.broken_invariants() == []


@pytest.mark.anyio
async def test_a_change_is_what_is_left_or_less_on_paper_and_of_a_claim_under_way(debts: World) -> None:
    claim, manager = await filed(debts), debts.estate["沈平"]
    with on(LAST + DAY):
        await _part(debts)
        for amount, reference, field, words in (
            (Money(7001), "5", "amount", ABOVE),
            (Money(10_000), "5", "amount", SAME),
            (Money(7000), "", "reference", NO_PAPER),
        ):
            with pytest.raises(Invalid) as refused:
                await change_claim(manager, claim, amount, LAST + DAY, reference=reference)
            assert (refused.value.field, refused.value.sentence.text) == (field, words)
        await record_step(manager, claim, S.withdrawn, LAST + DAY)
        with pytest.raises(Refused):
            await change_claim(manager, claim, Money(7000), LAST + DAY, reference="5")
        await debts.pay(debts.bills[10], 1000)
        assert await told(debts) == [7000], "of a claim that has ended nothing more is told"


@pytest.mark.anyio
async def test_a_paper_that_outlives_its_sum_in_the_drawer_is_not_printed_and_nobody_hears_of_it(debts: World) -> None:
    case, manager = await at_law(debts), debts.estate["沈平"]
    with on(LAST):
        claim = await prepare_claim(manager, case, K.mediation)
        await paper_to_hand_in(manager, claim)
        await _part(debts)
        with pytest.raises(Refused):
            await paper_to_hand_in(manager, claim)
        await tell_claims()
        assert await debts.told("claim_left") == [] and (await desk_of(manager)).claims == 1


@pytest.mark.anyio
@pytest.mark.parametrize("trigger", ["allocation_tells_claims ON allocation", "hold_tells_claims ON hold"])
async def test_without_its_trigger_a_remainder_that_nobody_was_told_is_found(
    debts: World, admin: asyncpg.Connection, trigger: str
) -> None:
    await filed(debts)
    name, table = trigger.split(" ON ")
    await admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
    try:
        with on(LAST + DAY):
            await (_part if table == "allocation" else _disputed)(debts)
            assert (await verify())["failed"] == ["LAW-4"]
    finally:
        await admin.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


@pytest.mark.anyio
async def test_a_change_above_what_was_claimed_is_found(debts: World, admin: asyncpg.Connection) -> None:
    claim = await filed(debts)
    async with unit_of_work(EVERYWHERE):
        await fetch(
            "INSERT INTO claim_change (id, community, claim, amount, on_day, by_staff, at)"
            " SELECT gen_random_uuid(), community, id, amount + 1, $2, by_staff, at FROM claim WHERE id = $1",
            claim,
            LAST,
        )
    assert "LAW-5" in (await verify())["failed"]  # type: ignore[operator]
