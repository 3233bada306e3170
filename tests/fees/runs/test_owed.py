"""The one number: what credit covers is spread as money is, never on what is held, on the fund, or for anybody else."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from portal.care.holds.actions import hold_line
from portal.fees.receivables.states import HoldReason
from portal.kit.money import Money, total
from portal.money.payments.rules import spread
from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests import builders
from tests.arrears.cases.world import TODAY, World, world

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


async def owed(debts: World, name: str = "陈静") -> list[dict[str, object]]:
    """What somebody owes line by line, as `owed_by` says."""
    async with unit_of_work(debts.estate.community):
        rows = await fetch(
            "SELECT o.* FROM debtor_member m CROSS JOIN LATERAL owed_by(m.debtor) o WHERE m.person = $1"
            " ORDER BY o.due_on, o.number, o.position",
            debts.estate[name].persons[0],
        )
    return [dict(row) for row in rows]


async def several(debts: World) -> UUID:
    """陈静 owes seven lines of three days, of which one is of the fund and one is held in part; a paid bill beside."""
    community = debts.estate.community
    fund = await builders.charge_item(community, "fund", "fund", "专项维修资金")
    other = [await builders.charge_item(community, code) for code in ("lift", "waste")]
    for n, (days, lines) in enumerate(
        [
            (30, [(debts.item, 3333), (fund, 5000), (other[0], 1001)]),
            (30, [(debts.item, 2), (other[1], 7001)]),
            (9, [(debts.item, 4000), (other[0], 501)]),
        ]
    ):
        await builders.bill(
            community, debts.estate.units["1栋101"], [debts.estate["陈静"]], lines, period=f"2025-{n + 1:02d}",
            due_on=TODAY - timedelta(days=days), issued_on=TODAY - timedelta(days=40),
        )  # fmt: skip
    settled = await debts.bill(60, 100)
    await debts.pay(settled, 100)
    first = (await owed(debts))[0]["line"]
    debtor = (await debts.row("SELECT debtor FROM bill LIMIT 1"))["debtor"]
    async with unit_of_work(community):
        await hold_line(community, debtor, first, Money(1333), HoldReason.manual, uuid4(), "test")
    return settled


async def test_statements_spread_a_credit_as_the_rule_for_money_does() -> None:
    debts = await world()
    settled = await several(debts)
    held = 0
    for more in (0, 1, 1, 5, 93, 900, 2345, 6789, 4000, 999, 100_000):
        if more:
            await debts.pay(settled, more)
        held += more
        rows = await owed(debts)
        free = [
            (row["line"], row["due_on"], Money(0 if row["fund"] else row["outstanding"] - row["held"])) for row in rows
        ]
        meant = {part.line: part.amount.fen for part in spread(Money(held), free)}
        assert {row["line"]: row["covered"] for row in rows if row["covered"]} == meant, held
        assert sum(row["covered"] for row in rows) == min(held, total(limit for _line, _on, limit in free).fen)


async def test_nobody_elses_credit_covers_anything() -> None:
    debts = await world()
    settled = await debts.bill(60, 100, "1栋102", "李明")
    await debts.bill(20, 5000)
    await debts.bill(20, 5000, "1栋102", "李明", "王芳")
    await debts.pay(settled, 100 + 7000)
    assert [row["covered"] for name in ("陈静", "王芳") for row in await owed(debts, name)] == [0, 0]


async def test_a_bill_says_what_credit_covers_of_it_as_its_lines_do() -> None:
    debts = await world()
    await debts.pay(await several(debts), 12_000)
    rows = await owed(debts)
    for bill in {row["bill"] for row in rows}:
        said = await debts.row(
            "SELECT v.covered, w.fund FROM bill_balance w JOIN bill b ON b.id = w.bill"
            " JOIN covered_bills(ARRAY[b.debtor]) v ON v.bill = b.id WHERE b.id = $1",
            bill,
        )
        mine = [row for row in rows if row["bill"] == bill]
        assert said["covered"] == sum(row["covered"] for row in mine) > 0
        assert said["fund"] == sum(row["outstanding"] for row in mine if row["fund"])
