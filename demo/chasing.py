"""What the demo's staff do about its oldest debts: notices, calls, visits by two, demands, and one mediation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date, timedelta
from uuid import UUID

from demo import cast
from demo.days import as_if
from portal.arrears.cases.states import ContactChannel, ContactOutcome
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts.actions import promise, record_contact
from portal.collection.court.actions import prepare_claim
from portal.collection.court.steps import record_step
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.proving import record_delivery
from portal.collection.letters.queries import letter_at_desk
from portal.collection.letters.states import LetterKind
from portal.kit import clock
from portal.kit.errors import Refused
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_value, unit_of_work

Act = Callable[[UUID], Awaitable[object]]
OLDEST = ("4栋401", "7栋404", "商铺17")  # more than 61 days past due
OLDER = ("3栋302", "3栋203", "9栋602")  # more than 31
LOOKS = (61, 24, 7, 3)  # the arrears job looked so many days ago


async def chase(community: int, on: date, pay_at: str) -> None:
    """Live through the weeks before a day, in their order; `pay_at` is where letters say that one pays.

    How old a debt is depends on the day of the story: what a gate refuses then is no part of it.
    """
    plan: list[tuple[int, str | None, Act | None]] = [(ago, None, None) for ago in LOOKS]
    for unit, acts in (await _acts(pay_at)).items():
        plan += [(ago, unit, act) for ago, act in acts]
    for ago, home, act in sorted(plan, key=lambda entry: -entry[0]):  # stable: a look comes before what follows from it
        async with as_if(on - timedelta(days=ago)):
            if act is None:
                await arrears(on - timedelta(days=ago))
            elif case := await _case(community, home):
                with suppress(Refused):
                    await act(case)


async def _case(community: int, unit: str | None) -> UUID | None:
    async with unit_of_work(community):
        found: UUID | None = await fetch_value(
            "SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE k.community = $1 AND u.name = $2"
            " AND k.state <> 'closed'",
            community,
            unit,
        )
    return found


async def _acts(pay_at: str) -> dict[str, list[tuple[int, Act]]]:
    service, steward = await cast.staff_member("service"), await cast.staff_member("steward")
    manager, legal = await cast.staff_member("manager"), await cast.staff_member("legal")
    to_three: list[tuple[int, Act]] = [
        (23, _letter(service, LetterKind.notice, pay_at, ContactOutcome.household, "同住家人签收")),
        (22, _call(service, ContactOutcome.promised, "说月底发工资后缴一部分", Money(20_000))),
        (6, lambda case: take_step(manager, case)),
    ]
    to_four: list[tuple[int, Act]] = [
        (60, _letter(service, LetterKind.notice, pay_at, ContactOutcome.handed_over, "本人签收")),
        (58, _call(service, ContactOutcome.refuses, "认为电梯维修太慢，暂不缴费")),
        (40, lambda case: take_step(manager, case)),
        (38, _visit(steward, "说明了电梯维修进度和分期办法")),
        (37, _letter(manager, LetterKind.demand, pay_at, ContactOutcome.household, "同住成年家属签收")),
        (15, lambda case: take_step(manager, case)),
    ]
    found = {unit: list(to_four) for unit in OLDEST} | {unit: list(to_three) for unit in OLDER}
    found["商铺17"].append((12, _mediation(legal)))
    return found


def _call(by: Principal, outcome: ContactOutcome, said: str, promised: Money | None = None) -> Act:
    async def act(case: UUID) -> None:
        await record_contact(by, case, ContactChannel.call, outcome, said)
        if promised:
            await promise(by, case, clock.today("Asia/Shanghai") + timedelta(days=10), promised)

    return act


def _visit(by: Principal, said: str) -> Act:
    async def act(case: UUID) -> None:
        await record_contact(by, case, ContactChannel.visit, ContactOutcome.reached, said, witness="service")

    return act


def _letter(by: Principal, kind: LetterKind, pay_at: str, arrived: ContactOutcome, said: str) -> Act:
    async def act(case: UUID) -> None:
        letter = await issue_letter(by, case, kind, pay_at)
        for one in (await letter_at_desk(by, letter)).to:
            await record_delivery(by, letter, arrived, person=one.person, text=said)

    return act


def _mediation(by: Principal) -> Act:
    async def act(case: UUID) -> None:
        claim = await prepare_claim(by, case, ClaimKind.mediation)
        await record_step(by, claim, ClaimState.filed, clock.today("Asia/Shanghai"))

    return act
