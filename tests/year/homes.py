"""Ten kinds of homes and what they do in a year, each act done in the portal and told to the oracle."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from portal.arrears.cases.states import ContactChannel, ContactOutcome, Reason
from portal.arrears.climbing.actions import take_step
from portal.arrears.contacts import actions as contacts, holding
from portal.care.dispute_desk import actions as deciding
from portal.care.disputes.actions import open_dispute
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.plans.actions import agree_plan, approve_plan, request_plan
from portal.kit.errors import Refused
from portal.people.persons.principal import Principal
from tests import builders, cast
from tests.arrears.cases.world import World
from tests.papers import delivered
from tests.year.oracle import Line, Oracle, Talked

YEAR = 2027
CALL, VISIT, DEMAND = ContactChannel.call, ContactChannel.visit, ContactChannel.demand
MET, NOBODY = ContactOutcome.reached, ContactOutcome.no_answer


def of(month: int, day: int) -> date:
    """A day of the year."""
    return date(YEAR, month, day)


@dataclass
class Plan:
    """A plan as the oracle sees it: (last day in time, fen due by then), and what was paid since it began."""

    id: UUID
    lines: set[UUID]
    parts: list[tuple[date, int]]
    paid: int = 0


@dataclass
class Home:
    """A home with its owner, its bills in the order they came, and its oracle. `fee` is a month's charge in fen."""

    debts: World
    unit: UUID
    owner: Principal
    fee: int
    acts: Callable[[Home, date], Awaitable[None]]
    months: range = range(1, 13)
    oracle: Oracle = field(default_factory=Oracle)
    bills: list[tuple[UUID, UUID]] = field(default_factory=list)
    plan: Plan | None = None
    held_until: date | None = None
    dispute: UUID | None = None

    @property
    def estate(self) -> cast.Estate:
        """Where it is."""
        return self.debts.estate

    async def bill(self, month: int) -> None:
        """The charge of a month, due on its fifteenth."""
        due, first = of(month, 15), of(month, 1)
        where = self.estate.community, self.unit, [self.owner], [(self.debts.item, self.fee)]
        bill = await builders.bill(*where, period=f"{YEAR}-{month:02d}", due_on=due, issued_on=first)
        line = await self.debts.line(bill)
        self.bills.append((bill, line))
        self.oracle.lines[line] = Line(due, self.fee)

    async def pay(self, day: date, most: int = 10**9, oldest: int | None = None) -> None:
        """Pay up to `most` fen of each bill that still owes, of the `oldest` only (below 0: of all but the newest)."""
        owing = [(bill, line) for bill, line in self.bills if self.oracle.lines[line].owed]
        for bill, line in owing[:oldest]:
            fen = min(most, self.oracle.lines[line].owed)
            await self.debts.pay(bill, fen)
            self.oracle.pay(line, fen, day)
            if self.plan and line in self.plan.lines:
                self.plan.paid += fen

    async def case(self) -> UUID:
        """Its case that is not closed."""
        row = await self.debts.row("SELECT id FROM arrears_case WHERE unit = $1 AND state <> 'closed'", self.unit)
        return row["id"]

    async def talk(self, day: date, way: ContactChannel, outcome: ContactOutcome) -> None:
        """Staff try to reach the owner; a visit by two."""
        if way is DEMAND:
            await delivered(self.estate["沈平"], await self.case(), way=outcome)
            self.oracle.store(day)
        else:
            witness = "shen" if way is VISIT else ""
            await contacts.record_contact(self.estate["冯丽"], await self.case(), way, outcome, witness=witness)
        assert self.oracle.file
        named = {CALL: "call", VISIT: "visit"}.get(way, "paper")
        self.oracle.file.talks.append(Talked(day, named, outcome is not NOBODY))
        if way is DEMAND:
            self.oracle.file.demanded = self.oracle.file.demanded or day

    async def step(self, day: date) -> None:
        """The manager tries to go on; it works exactly when the oracle says so."""
        expected = self.oracle.step(day)
        try:
            await take_step(self.estate["沈平"], await self.case())
        except Refused:
            assert not expected, f"{day}: the portal refused a step that is right"
        else:
            assert expected, f"{day}: the portal took a step that is wrong"

    async def promise(self, day: date, parts: int) -> None:
        """Ask for instalments of all that is overdue, the first in a week; approved and agreed on the same day."""
        late = [(bill, line) for bill, line in self.bills if self.oracle.lines[line].due < day]
        late = [(bill, line) for bill, line in late if self.oracle.lines[line].owed]
        first = day + timedelta(days=7)
        plan = await request_plan(self.owner, [bill for bill, _line in late], parts, first)
        await approve_plan(plan, by=self.estate["沈平"])
        await agree_plan(plan, by=self.owner, text="我同意")
        whole = sum(self.oracle.lines[line].owed for _bill, line in late)
        due = [(date(YEAR, first.month + n, first.day), whole * (n + 1) // parts) for n in range(parts)]
        floors = [whole // parts * (n + 1) if n + 1 < parts else whole for n in range(parts)]
        last = [(on + timedelta(days=5), sum_) for (on, _), sum_ in zip(due, floors, strict=True)]
        self.plan, self.oracle.whole = Plan(plan, {line for _bill, line in late}, last), True

    async def before_the_job(self, day: date) -> None:
        """What ends by itself: a plan that was kept or broken, a hold whose day is over."""
        if self.plan:
            missed = any(last < day and self.plan.paid < sum_ for last, sum_ in self.plan.parts)
            if missed or self.plan.paid >= self.plan.parts[-1][1]:
                self.plan, self.oracle.whole = None, False
        if self.held_until and day > self.held_until:
            self.held_until, self.oracle.whole = None, False


async def punctual(home: Home, day: date) -> None:
    """Pays a day early."""
    if day.day == 14:
        await home.pay(day)


async def forgetful(home: Home, day: date) -> None:
    """Pays twelve days late, always."""
    if day.day == 27:
        await home.pay(day)


async def behind(home: Home, day: date) -> None:
    """Pays all but the newest on the thirtieth, when that one is fifteen days late: the last day of the first stage."""
    if day.day == 30 and day.month > 1:
        await home.pay(day, oldest=-1)


async def worked(home: Home, day: date) -> None:
    """Is called, visited and written to, and somebody tries to go on every day; pays in July, November, December.

    What holds it back is once the grace of the demand (March), once the stay in stage 3 (August) and in 2 (November).
    """
    said = {
        of(2, 5): (CALL, NOBODY), of(2, 8): (CALL, MET), of(2, 20): (VISIT, NOBODY), of(3, 1): (VISIT, MET),
        of(3, 5): (DEMAND, ContactOutcome.handed_over), of(8, 10): (CALL, MET), of(8, 12): (VISIT, MET),
        of(11, 16): (CALL, MET),
    }  # fmt: skip
    if day in said:
        await home.talk(day, *said[day])
    if day == of(3, 2):
        await contacts.set_reason(home.estate["冯丽"], await home.case(), Reason.refuses)
        assert home.oracle.file
        home.oracle.file.reason = True
    if day in (of(7, 14), of(11, 14)):
        await home.pay(day, oldest=-2)
    if day == of(12, 1):
        await home.pay(day)
    if home.oracle.file and day > of(1, 20):
        await home.step(day)


async def ignored(home: Home, day: date) -> None:
    """Never pays and nobody turns to it, but for a hold by hand in May and June."""
    if day == of(5, 1):
        home.held_until = of(6, 30)
        await holding.hold_by_hand(home.estate["沈平"], await home.case(), "业主住院", home.held_until)
        home.oracle.whole = True
        home.oracle.store(day)


async def halving(home: Home, day: date) -> None:
    """Pays half of what each bill still owes now and then."""
    if day.day == 20 and day.month % 2 == 0:
        await home.pay(day, most=home.fee // 2)


async def disputing(home: Home, day: date) -> None:
    """Disputes the bill of February for six weeks in vain, and pays in June and December."""
    line = home.bills[1][1] if day >= of(2, 1) else None
    if line and day == of(2, 25):
        about = {"reason": DisputeReason.poor_quality, "body": "没有清运"}
        home.dispute = await open_dispute(home.owner, line, **about)
        home.oracle.lines[line].held, home.oracle.disputes = home.fee, 1
    if line and home.dispute and day == of(4, 10):
        await deciding.decide(home.estate["蒋涛"], home.dispute, Outcome.rejected, None, "清运记录完整")
        home.oracle.lines[line].held, home.oracle.disputes = 0, 0
    if day in (of(6, 10), of(12, 20)):
        await home.pay(day)


async def keeping(home: Home, day: date) -> None:
    """Falls behind until April, agrees to three instalments and keeps them; pays on time from then on."""
    if day == of(4, 20):
        await home.promise(day, 3)
    if home.plan and day.day == 27:
        await home.pay(day, oldest=-(-len(home.plan.lines) // 3))
    elif day > of(4, 20) and day.day == 14:
        line = home.bills[-1][1]
        await home.debts.pay(home.bills[-1][0], home.fee)
        home.oracle.pay(line, home.fee, day)


async def breaking(home: Home, day: date) -> None:
    """Agrees to four instalments and pays only the first."""
    if day == of(4, 20):
        await home.promise(day, 4)
    if day == of(4, 27):
        await home.pay(day, oldest=1)


async def nobody_pays(home: Home, day: date) -> None:
    """Owes and does nothing: a seller, or a home of some coins."""
