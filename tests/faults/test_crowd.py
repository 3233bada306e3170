"""Eight at once, each doing anything in any order to the same three homes: nothing is broken, nobody waits for ever.

Who comes too late is refused; anything else that is raised (a deadlock, a lost lock, an invariant) fails the test.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from portal.arrears.cases.states import ContactChannel, ContactOutcome, Reason
from portal.arrears.claims.states import ClaimKind, ClaimState
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts, holding
from portal.arrears.contacts.holding import tell_hardship
from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.holds.jobs import holds
from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, request_plan, withdraw_plan
from portal.collection.court.actions import prepare_claim
from portal.collection.court.steps import record_step
from portal.collection.letters.actions import issue_letter
from portal.collection.letters.states import LetterKind
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.kit.money import Money
from portal.run.verify import verify
from tests.arrears.cases.world import TODAY, World, on, world
from tests.faults.counts import SEED, note, times

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(3600)]
CLIENTS = 8
HOMES = (("1栋101", "陈静"), ("1栋102", "李明"), ("1栋103", "孙强"))


class Client:
    """Somebody who does one thing after another; `did` counts what came of it."""

    def __init__(self, debts: World, seed: int) -> None:
        self.debts, self.dice, self.did = debts, random.Random(seed), Counter[str]()
        self.manager, self.service, self.finance = (debts.estate[name] for name in ("沈平", "冯丽", "蒋涛"))

    async def act(self) -> None:
        """One act, chosen by lot; being refused is an answer, and so is being told that too many others are at it."""
        chosen = self.dice.choice(ACTS)
        unit, owner = self.dice.choice(HOMES)
        try:
            await chosen(self, unit, self.debts.estate[owner])
        except (Refused, Invalid, Missing, Forbidden):
            self.did[f"{chosen.__name__} refused"] += 1
        except asyncpg.LockNotAvailableError:  # after two seconds; the web answers 503
            self.did["busy"] += 1
        else:
            self.did[chosen.__name__] += 1

    async def one(self, sql: str, *values: object) -> Any:
        """One of the rows, by lot. Raises Missing when there is none."""
        rows = await self.debts.rows(sql, *values)
        if not rows:
            raise Missing
        return self.dice.choice(rows)

    async def case(self, unit: str) -> UUID:
        """The live case of a home."""
        found: UUID = (
            await self.one(
                "SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit"
                " WHERE u.name = $1 AND k.state <> 'closed'",
                unit,
            )
        )["id"]
        return found

    async def line(self, unit: str) -> Any:
        """A line of a home with its bill and what it owes."""
        return await self.one(
            "SELECT w.line, b.id AS bill, w.outstanding FROM bill b JOIN unit u ON u.id = b.unit"
            " JOIN line_balance w ON w.bill = b.id AND w.outstanding > 0 WHERE u.name = $1",
            unit,
        )

    async def pay(self, unit: str, _owner: Any) -> None:
        """A third of a line; what somebody else paid meanwhile becomes credit."""
        line = await self.line(unit)
        await self.debts.pay(line["bill"], -(-line["outstanding"] // 3))

    async def dispute(self, unit: str, owner: Any) -> None:
        """A part of a line."""
        line = await self.line(unit)
        about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(100)}
        await actions.open_dispute(owner, line["line"], **about)

    async def decide(self, unit: str, owner: Any) -> None:
        """Credit, reject, or take back."""
        row = await self.one(
            "SELECT d.id, d.amount FROM dispute d JOIN debtor x ON x.id = d.debtor JOIN unit u ON u.id = x.unit"
            " WHERE u.name = $1 AND d.state IN ('open', 'reopened')",
            unit,
        )
        how = self.dice.choice(("credit", "reject", "withdraw"))
        if how == "withdraw":
            await actions.withdraw(owner, row["id"])
        elif how == "reject":
            await deciding.decide(self.finance, row["id"], Outcome.rejected, None, "记录完整")
        else:
            await deciding.decide(self.finance, row["id"], Outcome.upheld, Money(row["amount"]), "同意减免")

    async def hold(self, unit: str, _owner: Any) -> None:
        """A sum, by hand."""
        await holding.hold_by_hand(self.manager, await self.case(unit), "住院", TODAY + timedelta(days=9), Money(100))

    async def hardship(self, unit: str, owner: Any) -> None:
        """Everything for two weeks."""
        await tell_hardship(owner, await self.case(unit), "失业")

    async def plan(self, unit: str, owner: Any) -> None:
        """Asked for, approved, and agreed or taken back."""
        line = await self.line(unit)
        plan = await request_plan(owner, [line["bill"]], 2, TODAY + timedelta(days=3))
        await approve_plan(plan, by=self.manager)
        if self.dice.random() < 0.2:
            await agree_plan(plan, by=owner, text="我同意")
        else:
            await withdraw_plan(plan, by=owner)

    async def talk(self, unit: str, _owner: Any) -> None:
        """A call, with a reason at times."""
        case = await self.case(unit)
        await contacts.record_contact(self.service, case, ContactChannel.counter, ContactOutcome.reached)
        await contacts.set_reason(self.service, case, self.dice.choice(list(Reason)))

    async def letter(self, unit: str, _owner: Any) -> None:
        """A notice or a demand."""
        kind = self.dice.choice((LetterKind.notice, LetterKind.demand))
        await issue_letter(self.manager, await self.case(unit), kind, "https://portal.example/bills")

    async def step(self, unit: str, _owner: Any) -> None:
        """On to the next stage."""
        await take_step(self.manager, await self.case(unit))

    async def claim(self, unit: str, _owner: Any) -> None:
        """Mediation: prepared and taken back."""
        claim = await prepare_claim(self.manager, await self.case(unit), ClaimKind.mediation)
        await record_step(self.manager, claim, ClaimState.withdrawn, TODAY)

    async def jobs(self, _unit: str, _owner: Any) -> None:
        """The jobs of today."""
        for job in (plans, holds, arrears):
            await job(TODAY)


ACTS: tuple[Callable[..., Awaitable[None]], ...] = (
    Client.pay, Client.dispute, Client.decide, Client.hold, Client.hardship, Client.plan, Client.talk, Client.letter,
    Client.step, Client.claim, Client.jobs,
)  # fmt: skip


async def test_eight_at_once_break_nothing() -> None:
    tries = times(sample=400, landing=5000)
    did: Counter[str] = Counter()
    with on(TODAY):
        debts = await world()
        for number in range(60):
            unit, owner = HOMES[number % 3]
            await debts.bill(70 - number, 20_000, unit, owner)
        await arrears(TODAY)
        clients = [Client(debts, SEED + n) for n in range(CLIENTS)]

        async def work(client: Client) -> None:
            for _ in range(tries // CLIENTS):
                await client.act()

        async with asyncio.timeout(3000), asyncio.TaskGroup() as crowd:
            for client in clients:
                crowd.create_task(work(client))
        found = await verify()
    for client in clients:
        did.update(client.did)
    assert found["ok"], found["findings"]
    names = {act.__name__ for act in ACTS}
    assert names - {name.removesuffix(" refused") for name in did} == set()
    assert sum(did[name] for name in names) > tries / 4, did
    refused = sum(count for name, count in did.items() if name.endswith(" refused"))
    note("eight clients", tries, refused=refused, busy=did["busy"])
