"""Somebody who knows every home, its owner and its bills reads all public pages, and learns nothing of few homes."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from uuid import UUID

import httpx
import pytest

from portal.accounts.publishing.actions import sign_statement
from portal.accounts.publishing.drafts import Wish, draft_from_books, explain_finding
from portal.accounts.statement_pages.queries import statement_at
from portal.accounts.statements.states import Basis
from portal.accounts.statements.suppression import SMALL
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason
from portal.care.plans.actions import request_plan
from portal.fees.receivables.states import AdjustmentKind
from portal.kit.money import Money
from portal.kit.period import Month
from portal.money.corrections.actions import credit_line
from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import builders
from tests.client import browser
from tests.faults.counts import SEED, note, times
from tests.overview.reports.paying import pay

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(1800)]
MONTHS = (Month(2026, 9), Month(2026, 10))
HOMES = 9
HUGE = (10_000_00, 9_000_000_00)  # so that no two figures are the same by chance
_SUM = re.compile(r"-?\d[\d,]*\.\d\d")


@dataclass
class Roll:
    """What the reader knows beforehand, in fen, and what they want to know."""

    community: int
    finance: Principal
    manager: Principal
    homes: dict[str, Principal]
    billed: dict[tuple[str, Month], int] = field(default_factory=dict)
    paid: dict[tuple[str, Month], int] = field(default_factory=dict)
    corrected: dict[tuple[str, Month], int] = field(default_factory=dict)
    lines: dict[tuple[str, Month], tuple[UUID, UUID]] = field(default_factory=dict)

    @property
    def wanted(self) -> set[int]:
        """Every sum of one home, and of every group of fewer than SMALL that acted alike in a month or two."""
        found = {fen for known in (self.billed, self.paid, self.corrected) for fen in known.values()}
        for known in (self.paid, self.corrected):
            for months in (MONTHS[:1], MONTHS[1:], MONTHS):
                group = {home for home, month in known if month in months}
                if 0 < len(group) < SMALL:
                    found.add(sum(fen for (_home, month), fen in known.items() if month in months))
        for (home, month), fen in self.billed.items():
            found.add(fen - self.paid.get((home, month), 0) - self.corrected.get((home, month), 0))
        for building in {home.split("栋")[0] for home in self.homes}:
            for known in (self.billed, self.paid, self.corrected):
                found.add(sum(fen for (home, _m), fen in known.items() if home.startswith(building)))
        return found - {0}


async def a_roll(dice: random.Random, code: str, corrections: int) -> Roll:
    """Nine homes in three buildings, two months of bills, at least SMALL homes paying in each, and corrections."""
    community = await builders.community(code, "林溪苑")
    staff = [
        await builders.staff(community, name, f"{name}{code}", role)
        for name, role in (("蒋涛", Role.finance), ("沈平", Role.manager))
    ]
    names = [f"{1 + n // 3}栋{101 + n % 3}" for n in range(HOMES)]
    homes = {
        name: await builders.owner(community, f"业主{code}{name}", f"199{dice.randrange(10**5):05}{n:03}")
        for n, name in enumerate(names)
    }
    roll = Roll(community, *staff, homes)
    item = await builders.charge_item(community)
    chosen = set(dice.sample(names, corrections))
    payers = {month: dice.sample(names, dice.randint(SMALL, HOMES)) for month in MONTHS}
    for name in names:
        unit = await builders.unit(community, name)
        for month in MONTHS:
            fen = dice.randrange(*HUGE)
            bill = await builders.bill(
                community, unit, [homes[name]], [(item, fen)], period=str(month), issued_on=month.first,
                due_on=month.first.replace(day=15),
            )  # fmt: skip
            (line,) = await builders.lines_of(community, bill)
            roll.billed[name, month], roll.lines[name, month] = fen, (bill, line)
            if month == MONTHS[1] and name in chosen:
                off = dice.randrange(fen // 3)
                async with unit_of_work(community):
                    await credit_line(
                        line, Money(off), kind=AdjustmentKind.waiver, reason="x", made_by="staff:x", approved_by=None,
                        source=None, on=month.last,
                    )  # fmt: skip
                roll.corrected[name, month] = off
            if name in payers[month]:
                roll.paid[name, month] = fen // 2
                await pay(community, bill, line, fen // 2, month.last)
    return roll


async def publish(roll: Roll, basis: Basis) -> None:
    """Each month, and both together."""
    for first, last in ((MONTHS[0], MONTHS[0]), (MONTHS[1], MONTHS[1]), MONTHS):
        wish = Wish(f"{first}-{last}", "物业服务费收入", first.first, last.last, basis)
        draft = await draft_from_books(roll.finance, roll.community, wish)
        for one in (await statement_at(roll.finance, draft)).shown.open_findings:
            await explain_finding(roll.finance, draft, one.finding.key, "按账簿公布。")
        for who in (roll.finance, roll.manager):
            await sign_statement(draft, who)


async def everything_public(client: httpx.AsyncClient, code: str) -> dict[str, str]:
    """Every page below the estate's that links lead to."""
    found: dict[str, str] = {}
    waiting = [f"/e/{code}"]
    while waiting:
        address = waiting.pop()
        answer = await client.get(address)
        assert answer.status_code == 200, address
        found[address] = answer.text
        links = re.findall(rf'href="(/e/{code}[^"#?]*)', answer.text)
        waiting += [link for link in dict.fromkeys(links) if link not in found and link not in waiting]
    return found


def figures(pages: dict[str, str]) -> set[int]:
    """Every sum of every page, in fen."""
    ended = [re.sub(r"</(td|th|p|h\d|li|dd)>", " ", page) for page in pages.values()]
    shown = "\n".join(re.sub(r"<[^>]+>", "", page) for page in ended)
    return {round(float(found.replace(",", "")) * 100) for found in _SUM.findall(shown)}


@pytest.mark.parametrize("basis", list(Basis))
async def test_sums_and_differences_of_public_pages_are_no_sum_of_few_homes(settings: Settings, basis: Basis) -> None:
    dice, tries, seen = random.Random(SEED), times(sample=2, landing=20), 0
    for number in range(tries):
        code = f"linxi{number}"
        roll = await a_roll(dice, code, corrections=1 + number * 3 % HOMES)
        await publish(roll, basis)
        async with browser(settings) as client:
            pages = await everything_public(client, code)
        shown = figures(pages)
        told = shown | {abs(a - b) for a, b in combinations(shown, 2)} | {a + b for a, b in combinations(shown, 2)}
        assert len(pages) >= 6 and len(shown) >= 4, "there is something to read"
        assert not told & roll.wanted, f"of {len(roll.corrected)} corrected homes"
        for name, who in roll.homes.items():
            for word in (f"业主{code}{name}", name, str(who.human)):
                assert not any(word in page for page in pages.values())
        seen += len(told)
    note("suppression", tries, basis=basis.value, figures=seen)


async def test_what_one_home_does_changes_no_public_page(settings: Settings) -> None:
    roll = await a_roll(random.Random(SEED), "linxi", corrections=2)
    await publish(roll, Basis.cash)
    async with browser(settings) as client:
        before = await everything_public(client, "linxi")
        for name, month in list(roll.lines)[:3]:
            bill, line = roll.lines[name, month]
            who = roll.homes[name]
            await open_dispute(who, line, reason=DisputeReason.other, body="没有这项服务", amount=Money(500), photos=[])
            await pay(roll.community, bill, line, 700, date(2026, 11, 2))
        bill, _line = roll.lines["3栋103", MONTHS[1]]
        await request_plan(roll.homes["3栋103"], [bill], 3, date(2026, 12, 20), "手头紧")
        assert await everything_public(client, "linxi") == before
