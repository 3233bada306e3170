"""One disputed line and everybody around it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from asyncpg import Record

from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.fees.receivables.states import PaymentChannel
from portal.kit.money import Money
from portal.money.payments.actions import Incoming, post_payment
from portal.money.payments.rules import Part
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, fetch_one, unit_of_work
from tests import builders, cast

WHOLE = 25024  # fen of the line: 89.37 m² × 2.80 yuan


@dataclass
class World:
    """陈静's service fee of ¥250.24 for 1栋101; another line of ¥30.00 stands on the same bill."""

    estate: cast.Estate
    bill: UUID
    line: UUID
    other_line: UUID

    @property
    def owner(self) -> Principal:
        """Who owes it."""
        return self.estate["陈静"]

    @property
    def service(self) -> Principal:
        """Customer service."""
        return self.estate["冯丽"]

    @property
    def finance(self) -> Principal:
        """Finance."""
        return self.estate["蒋涛"]

    @property
    def manager(self) -> Principal:
        """The manager."""
        return self.estate["沈平"]

    async def open(self, fen: int | None = None, **more: object) -> UUID:
        """Dispute the line: the bins stood full."""
        given = {"reason": DisputeReason.poor_quality, "body": "垃圾桶连续三天没有清运"} | more
        amount = None if fen is None else Money(fen)
        return await actions.open_dispute(self.owner, self.line, amount=amount, **given)  # type: ignore[arg-type]

    async def decide(
        self, dispute: UUID, outcome: Outcome, fen: int | None = None, by: Principal | None = None, **more: object
    ) -> bool:
        """Decide it, as customer service unless said otherwise."""
        amount = None if fen is None else Money(fen)
        return await deciding.decide(by or self.service, dispute, outcome, amount, "已核实", **more)  # type: ignore[arg-type]

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

    async def state(self, dispute: UUID) -> str:
        """Its state."""
        return (await self.row("SELECT state FROM dispute WHERE id = $1", dispute))["state"]

    async def balance(self) -> tuple[int, int, int]:
        """The line's fen, outstanding and held."""
        row = await self.row("SELECT fen, outstanding, held FROM line_balance WHERE line = $1", self.line)
        return row["fen"], row["outstanding"], row["held"]

    async def verbs(self, subject: str) -> list[str]:
        """What the audit says was done, in order."""
        return [
            r["verb"] for r in await self.rows("SELECT verb FROM audit_entry WHERE subject = $1 ORDER BY at", subject)
        ]

    async def told(self) -> list[str]:
        """What was told about the dispute, in order."""
        rows = await self.rows("SELECT kind FROM notice WHERE kind LIKE 'dispute%' ORDER BY created_at")
        return [row["kind"] for row in rows]

    async def pay(self, fen: int) -> None:
        """Money for the line arrives at the counter."""
        bill = await self.row("SELECT debtor, community, issued_on FROM bill WHERE id = $1", self.bill)
        async with unit_of_work(bill["community"]):
            await post_payment(
                Incoming(
                    id=uuid4(),
                    community=bill["community"],
                    debtor=bill["debtor"],
                    channel=PaymentChannel.cash,
                    method="cash",
                    amount=Money(fen),
                    received_on=bill["issued_on"],
                    designation=(Part(self.line, Money(fen)),),
                    payer=None,
                    taken_by="test",
                    reference=str(uuid4()),
                ),
                actor="test",
            )


async def world() -> World:
    """A fresh one."""
    estate = await cast.mingxi()
    items = [await builders.charge_item(estate.community, code) for code in ("service", "water")]
    bill = await builders.bill(
        estate.community, estate.units["1栋101"], [estate["陈静"]], [(items[0], WHOLE), (items[1], 3000)]
    )
    line, other = await builders.lines_of(estate.community, bill)
    return World(estate, bill, line, other)
