"""Debts of the cast on 2026-11-20: a small world for plans and arrears."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

from asyncpg import Record

from portal.arrears.case_file.rows import outlined_cases, outlines_where, rows_where, standing_cases
from portal.fees.receivables.states import PaymentChannel
from portal.kit import clock
from portal.kit.money import Money
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.rules import Part
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from portal.run.verify import verify
from tests import builders, cast

TODAY = date(2026, 11, 20)


# When a test last left a day: whoever comes back to it goes on from there. Else what is done first, on a busy machine
# half a second after noon, would have been done after what follows.
_left: dict[tuple[str, date], datetime] = {}


@contextmanager
def on(day: date) -> Iterator[None]:
    """The business clock at noon in Shanghai of a day; within a test it does not go back on the same day."""
    here = os.environ["PYTEST_CURRENT_TEST"].split(" ")[0], day
    clock.start_at(_left.get(here, datetime(day.year, day.month, day.day, 4, tzinfo=UTC)))
    try:
        yield
    finally:
        _left[here] = clock.now()
        clock.start_at(clock.real_now())


@dataclass
class World:
    """The estate, its one charge item, and the bills that were made."""

    estate: cast.Estate
    item: UUID
    bills: dict[int, UUID] = field(default_factory=dict)

    async def bill(self, days: int, fen: int = 10_000, unit: str = "1栋101", *owners: str) -> UUID:
        """A bill that was due so many days before TODAY; owed by 陈静 unless said otherwise."""
        due = TODAY - timedelta(days=days)
        bill = await builders.bill(
            self.estate.community,
            self.estate.units[unit],
            [self.estate[name] for name in owners or ("陈静",)],
            [(self.item, fen)],
            period=f"{2020 + len(self.bills) // 12}-{len(self.bills) % 12 + 1:02d}",
            due_on=due,
            issued_on=min(due, TODAY),
        )
        self.bills[days] = bill
        return bill

    async def line(self, bill: UUID) -> UUID:
        """Its only line."""
        return (await builders.lines_of(self.estate.community, bill))[0]

    async def pay(self, bill: UUID, fen: int, payer: str | None = None, received_on: date | None = None) -> None:
        """Money for it comes in at the counter, today unless said; nobody is signed in there unless they are named."""
        line = await self.line(bill)
        row = await self.row("SELECT debtor, community FROM bill WHERE id = $1", bill)
        async with unit_of_work(row["community"]):
            money = Incoming(
                id=uuid4(),
                community=row["community"],
                debtor=row["debtor"],
                channel=PaymentChannel.cash,
                method="cash",
                amount=Money(fen),
                received_on=received_on or clock.today("Asia/Shanghai"),
                designation=(Part(line, Money(fen)),),
                payer=self.estate[payer].human if payer else None,
                taken_by="test",
                reference=str(uuid4()),
            )
            await post_payment(money, actor="test")

    async def row(self, sql: str, *values: object) -> Record:
        """One row, seen from everywhere."""
        async with unit_of_work(EVERYWHERE):
            found = await fetch_one(sql, *values)
        assert found is not None
        return found

    async def rows(self, sql: str, *values: object) -> list[Record]:
        """Rows, seen from everywhere."""
        async with unit_of_work(EVERYWHERE):
            return await fetch(sql, *values)

    async def cases(self) -> list[tuple[str, str, int]]:
        """(unit, state, stage) of every case."""
        rows = await self.rows(
            "SELECT u.name, k.state, k.stage FROM arrears_case k JOIN unit u ON u.id = k.unit"
            " ORDER BY u.name, k.opened_on, k.stage"
        )
        return [tuple(row) for row in rows]

    async def history(self) -> list[tuple[str, str, int]]:
        """(why, state, stage) of every change, in order."""
        rows = await self.rows("SELECT why, state, stage FROM case_stage ORDER BY changed_on, at")
        return [tuple(row) for row in rows]

    async def verbs(self, like: str) -> list[str]:
        """What the audit says was done to such subjects, in order."""
        rows = await self.rows("SELECT verb FROM audit_entry WHERE subject LIKE $1 ORDER BY at", like)
        return [row["verb"] for row in rows]

    async def told(self, like: str) -> list[str]:
        """What was told, in order."""
        rows = await self.rows("SELECT kind FROM notice WHERE kind LIKE $1 ORDER BY created_at, person", like)
        return [row["kind"] for row in rows]

    async def state_hash(self) -> str:
        """A fingerprint of everything a job may write, without ids and moments."""
        parts = []
        for sql in (
            "SELECT u.name, k.state, k.stage, k.opened_on, k.looked_on, k.closed_on FROM arrears_case k"
            " JOIN unit u ON u.id = k.unit ORDER BY 1, 4, 2",
            "SELECT changed_on, state, stage, why, actor, rule, facts FROM case_stage ORDER BY 1, 4, 7",
            "SELECT state, ended_at IS NULL FROM plan ORDER BY debtor, asked_at",
            "SELECT debtor, reason, amount, released_at IS NULL FROM hold ORDER BY 1, 2, 3",
            "SELECT verb, subject FROM audit_entry ORDER BY 1, 2",
            "SELECT person, kind, subject FROM notice ORDER BY 1, 2, 3",
        ):
            parts += [str(tuple(row)) for row in await self.rows(sql)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    async def broken_invariants(self) -> list[str]:
        """The ids of what must never be and is."""
        found = (await verify())["failed"]
        assert isinstance(found, list)
        return found if await self.lists_agree() else [*found, "lists"]

    async def lists_agree(self) -> bool:
        """Whether the outlines that lists and counts are made of say of every case what looking at it says."""
        async with unit_of_work(EVERYWHERE, read_only=True):
            outlined = await outlined_cases(await outlines_where("true"))
            return outlined == await standing_cases(await rows_where("true"))


async def world() -> World:
    """Everybody is there and nobody owes anything."""
    estate = await cast.mingxi()
    return World(estate, await builders.charge_item(estate.community))
