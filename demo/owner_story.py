"""What the demo's owners do: most pay, some dispute, one asks for instalments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from asyncpg import Record

from demo import cast
from demo.days import ZONE, as_if
from demo.people import owes_days, pays
from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.plan_pages.pages import agreement
from portal.care.plan_pages.queries import plan_of
from portal.care.plans.actions import agree_plan, approve_plan, request_plan
from portal.fees.receivables.states import PaymentChannel
from portal.kit import clock
from portal.kit.money import Money
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.choosing import chosen
from portal.money.payments.rules import designate
from portal.money.payments.states import Way
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, unit_of_work

NAMESPACE = UUID("6f6e2d1c-0b6a-4f57-9d28-7c2f4f0a8a11")
# How people pay at the counter and from home, and during which hours: the counter's are those of the service centre.
WAYS = (
    (PaymentChannel.pos, Way.wechat_pay, (9, 17)), (PaymentChannel.transfer, Way.transfer, (7, 22)),
    (PaymentChannel.pos, Way.alipay, (9, 17)), (PaymentChannel.pos, Way.pos, (9, 17)),
    (PaymentChannel.pos, Way.wechat_pay, (9, 17)), (PaymentChannel.cash, Way.cash, (9, 17)),
    (PaymentChannel.transfer, Way.transfer, (7, 22)), (PaymentChannel.doorstep, Way.doorstep, (17, 19)),
)  # fmt: skip
BATCH = 50


async def pay_bills(community: int, on: date) -> None:
    """Post what the story has paid by now: most in the last days before the date, some within days of the bill."""
    clerk = await cast.staff_member("clerk")
    async with unit_of_work(community):
        bills = await fetch(
            "SELECT b.id, u.name, b.issued_on, b.due_on, b.number FROM bill b JOIN unit u ON u.id = b.unit"
            " WHERE b.community = $1 AND b.kind = 'run' ORDER BY b.due_on, b.number",
            community,
        )
    now = clock.now().astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    planned = ((moment(bill), bill["number"], bill) for bill in bills if pays(bill["name"], bill["due_on"], on))
    paid = iter(sorted(one for one in planned if one[0] <= now))
    while batch := list(islice(paid, BATCH)):
        async with unit_of_work(community):
            for at, _number, bill in batch:
                async with as_if(at.date(), at.time()):
                    await _pay(community, bill, clerk, at.date())


def moment(bill: Record) -> datetime:
    """When the story has a bill paid, as clocks show it there: before it is due, or soon after it was issued."""
    chance = Random(bill["number"])  # noqa: S311 - a story, no secret
    early = owes_days(bill["name"]) < 0
    soon = bill["issued_on"] + timedelta(days=1 + bill["number"] % 4)
    day = soon if early else max(bill["due_on"] - timedelta(days=bill["number"] % 9), bill["issued_on"])
    first, last = WAYS[bill["number"] % len(WAYS)][2]
    hour = time(chance.randrange(first, last), chance.randrange(60), chance.randrange(60))
    return datetime.combine(day, hour)


async def _pay(community: int, bill: Record, clerk: Principal, day: date) -> None:
    choice = await chosen([bill["id"]], [])
    parts = designate(choice.lines)
    channel, way, _hours = WAYS[bill["number"] % len(WAYS)]
    await post_payment(
        Incoming(
            id=uuid5(NAMESPACE, str(bill["id"])),
            community=community,
            debtor=choice.debtor,
            channel=channel,
            method=way.value,
            amount=Money(sum(part.amount.fen for part in parts)),
            received_on=day,
            designation=parts,
            taken_by=clerk.actor,
            reference=f"D{bill['number']:06}",
        ),
        actor=clerk.actor,
    )


async def dispute_and_ask(community: int, on: date) -> None:
    """One dispute waits at the desk, one was upheld, and one owner pays by instalments."""
    parking = await cast.owner("disputes")
    line, _ = await _newest_line(community, parking, "parking_rented")
    await actions.open_dispute(
        parking, line, reason=DisputeReason.wrong_rate, body="车位费从这个月涨到 250 元，我没有看到提前一个月的公示。"
    )
    water = await cast.owner("couple_a")
    line, amount = await _newest_line(community, water, "water")
    dispute = await actions.open_dispute(
        water,
        line,
        reason=DisputeReason.wrong_quantity,
        body="上个月只用了 9 吨，这个月抄成 61 吨。请师傅上门看看水表。",
    )
    service = await cast.staff_member("service")
    await deciding.claim(service, dispute)
    await deciding.decide(
        service, dispute, Outcome.partly, Money(amount.fen // 2), "现场查看，表前阀门渗漏，双方各承担一半。阀门已更换。"
    )
    await _instalments(community, on)


async def _instalments(community: int, on: date) -> None:
    owner, manager = await cast.owner("hardship"), await cast.staff_member("manager")
    async with unit_of_work(community):
        rows = await fetch(
            "SELECT DISTINCT b.id, b.due_on FROM bill b JOIN bill_reader r ON r.bill = b.id AND r.owes"
            " JOIN bill_balance w ON w.bill = b.id"
            " WHERE r.person = ANY($1) AND w.outstanding > w.held ORDER BY b.due_on",
            list(owner.persons),
        )
    plan = await request_plan(
        owner,
        [row["id"] for row in rows],
        6,
        on + timedelta(days=7),
        hardship="今年八月失业，正在找工作，希望分六个月付清。",
    )
    await approve_plan(plan, by=manager, text="理解您的难处，同意分六期。")
    await agree_plan(plan, by=owner, text=agreement(await plan_of(owner, plan)))


async def _newest_line(community: int, owner: Principal, item: str) -> tuple[UUID, Money]:
    async with unit_of_work(community):
        row = (
            await fetch(
                "SELECT l.id, w.outstanding FROM bill_line l JOIN line_balance w ON w.line = l.id"
                " JOIN charge_item i ON i.id = l.item JOIN bill b ON b.id = l.bill"
                " JOIN bill_reader r ON r.bill = b.id AND r.owes"
                " WHERE r.person = ANY($1) AND i.code = $2 ORDER BY b.issued_on DESC, b.number DESC LIMIT 1",
                list(owner.persons),
                item,
            )
        )[0]
    return row["id"], Money(row["outstanding"])
