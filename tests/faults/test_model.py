"""Anything in any order: bills, payments, disputes, holds, plans, contacts, steps and days, against the oracle.

After every step all invariants hold and every home stands where the oracle says. What fails is told step by step, and
not shortened: each try takes a database.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import anyio
import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.arrears.case_file.queries import Filter, cases_on_desk
from portal.arrears.cases.states import ContactChannel, ContactOutcome, Reason
from portal.arrears.climbing.actions import take_step
from portal.arrears.climbing.jobs import arrears
from portal.arrears.contacts import actions as contacts, holding
from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import DisputeReason, Outcome
from portal.care.holds.jobs import holds
from portal.care.plan_pages.jobs import plans
from portal.care.plans.actions import agree_plan, approve_plan, request_plan, withdraw_plan
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.money import Money
from portal.run.verify import verify
from tests import builders
from tests.arrears.cases.world import World, world
from tests.conftest import Wipe
from tests.faults.counts import note, times
from tests.papers import delivered
from tests.year.oracle import Line, Oracle, Talked

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean"), pytest.mark.timeout(3600)]

START = date(2027, 1, 10)
STEPS = 25
HOMES = (("1栋101", ("陈静",)), ("1栋102", ("李明", "王芳")), ("1栋103", ("孙强",)))
WAYS = {
    "call": (ContactChannel.call, ContactOutcome.reached),
    "nobody": (ContactChannel.call, ContactOutcome.no_answer),
    "visit": (ContactChannel.visit, ContactOutcome.reached),
}
home = st.integers(0, len(HOMES) - 1)
some = st.integers(0, 3)  # which of several, as far as there are so many
share = st.sampled_from((1, 2, 3))


class Model(RuleBasedStateMachine):
    """The estate and its oracle side by side; `run` does something in the event loop of the pool."""

    def __init__(self, run: Callable[..., Any], wipe: Wipe) -> None:
        super().__init__()
        self.run, self.day, self.steps = run, START, 0
        self.oracles = [Oracle() for _ in HOMES]
        self.owed_to: list[list[UUID]] = [[] for _ in HOMES]
        self.bill_of: dict[UUID, UUID] = {}
        self.holds: dict[UUID, list[list[Any]]] = defaultdict(list)  # line -> [source, fen, until]
        self.disputes: dict[int, list[tuple[UUID, UUID, int]]] = defaultdict(list)  # home -> (dispute, line, fen)
        self.run(wipe)
        self._set_clock()
        self.debts: World = self.run(world)

    def _set_clock(self) -> None:
        clock.start_at(datetime(self.day.year, self.day.month, self.day.day, 4, tzinfo=UTC))

    def tried(self, act: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        """What the act answers, None when it is refused."""

        async def trying() -> Any:
            try:
                return (await act(*args, **more),)
            except (Refused, Invalid, Missing):
                return None

        return self.run(trying)

    def owner(self, home: int) -> Any:
        """The first owner of a home."""
        return self.debts.estate[HOMES[home][1][0]]

    def case(self, home: int) -> UUID | None:
        """Its case that is not closed."""
        rows = self.run(
            self.debts.rows,
            "SELECT k.id FROM arrears_case k JOIN unit u ON u.id = k.unit WHERE u.name = $1 AND k.state <> 'closed'",
            HOMES[home][0],
        )
        return rows[0]["id"] if rows else None

    def line(self, home: int, nth: int, *, free: bool = False) -> UUID | None:
        """One of the lines of a home that owe something, `free` of holds if so wished."""
        lines = self.oracles[home].lines
        found = [id for id in self.owed_to[home] if lines[id].owed > (lines[id].held if free else 0)]
        return found[nth % len(found)] if found else None

    def reheld(self, home: int) -> None:
        """What is held of each line: never more than it owes, however many holds there are."""
        for id, line in self.oracles[home].lines.items():
            line.held = min(sum(hold[1] for hold in self.holds[id]), line.owed)

    @rule(home=home, fen=st.sampled_from((700, 5_001, 30_000)), due=st.integers(-20, 10))
    def bill(self, home: int, fen: int, due: int) -> None:
        """A bill, due before or after today."""
        unit, names = HOMES[home]
        on = self.day + timedelta(days=due)
        owners = [self.debts.estate[name] for name in names]
        where = self.debts.estate.community, self.debts.estate.units[unit], owners, [(self.debts.item, fen)]
        n = len(self.bill_of)
        period = f"{2020 + n // 12}-{n % 12 + 1:02d}"

        async def issue() -> tuple[UUID, UUID]:
            made = await builders.bill(*where, period=period, due_on=on, issued_on=min(on, self.day))
            return made, await self.debts.line(made)

        made, line = self.run(issue)
        self.bill_of[line] = made
        self.owed_to[home].append(line)
        self.oracles[home].lines[line] = Line(on, fen)

    @rule(home=home, nth=some, part=share)
    def pay(self, home: int, nth: int, part: int) -> None:
        """All, a half or a third of what a line owes, held or not."""
        if line := self.line(home, nth):
            fen = -(-self.oracles[home].lines[line].owed // part)
            self.run(self.debts.pay, self.bill_of[line], fen)
            self.oracles[home].pay(line, fen, self.day)
            self.reheld(home)

    @rule(home=home, nth=some, part=share)
    def dispute(self, home: int, nth: int, part: int) -> None:
        """All or a part of what is free of a line."""
        if line := self.line(home, nth, free=True):
            left = self.oracles[home].lines[line]
            fen = -(-(left.owed - left.held) // part)
            about = {"reason": DisputeReason.poor_quality, "body": "没有清运", "amount": Money(fen)}
            if made := self.tried(actions.open_dispute, self.owner(home), line, **about):
                self.disputes[home].append((made[0], line, fen))
                self.holds[line].append([made[0], fen, None])
                self.oracles[home].disputes += 1
                self.reheld(home)

    @rule(home=home, how=st.sampled_from(("credited", "rejected", "withdrawn")))
    def end_dispute(self, home: int, how: str) -> None:
        """Decide the oldest, or take it back; nothing is credited beyond what is still owed."""
        if not self.disputes[home]:
            return
        dispute, line, fen = self.disputes[home].pop(0)
        finance, sum_ = self.debts.estate["蒋涛"], min(fen, self.oracles[home].lines[line].owed)
        if how == "withdrawn":
            self.run(actions.withdraw, self.owner(home), dispute)
        elif how == "rejected" or not sum_:
            self.run(deciding.decide, finance, dispute, Outcome.rejected, None, "记录完整")
        else:
            outcome = Outcome.upheld if sum_ == fen else Outcome.partly
            self.run(deciding.decide, finance, dispute, outcome, Money(sum_), "同意减免")
            self.oracles[home].pay(line, sum_, self.day)
        self.holds[line] = [hold for hold in self.holds[line] if hold[0] != dispute]
        self.oracles[home].disputes -= 1
        self.reheld(home)

    @rule(home=home, days=st.integers(0, 12))
    def hold(self, home: int, days: int) -> None:
        """Everything, by hand, for some days."""
        if case := self.case(home):
            until = self.day + timedelta(days=days)
            if self.tried(holding.hold_by_hand, self.debts.estate["沈平"], case, "住院", until):
                self.see_holds()
                self.oracles[home].store(self.day)

    @rule(home=home, parts=st.integers(2, 4), agree=st.booleans())
    def plan(self, home: int, parts: int, agree: bool) -> None:
        """Ask for instalments of everything; approved, and agreed or taken back."""
        bills = [self.bill_of[line] for line in self.owed_to[home] if self.oracles[home].lines[line].owed]
        owner, manager = self.owner(home), self.debts.estate["沈平"]
        if made := self.tried(request_plan, owner, bills, parts, self.day + timedelta(days=3)):
            approved = self.tried(approve_plan, made[0], by=manager)
            if not (agree and approved and self.tried(agree_plan, made[0], by=owner, text="我同意")):
                self.tried(withdraw_plan, made[0], by=owner)
            self.see_holds()

    @rule(home=home, how=st.sampled_from(sorted(WAYS)))
    def talk(self, home: int, how: str) -> None:
        """A call, a visit."""
        case, file = self.case(home), self.oracles[home].file
        if not case:
            return
        allowed, who = self.oracles[home].rested(self.day), self.debts.estate["冯丽"]
        done = self.tried(contacts.record_contact, who, case, *WAYS[how], witness="shen" if how == "visit" else "")
        assert bool(done) is allowed, "the cap is where the oracle says"
        if done and file:
            file.talks.append(Talked(self.day, "call" if how == "nobody" else how, how != "nobody"))

    @rule(home=home)
    def demand(self, home: int) -> None:
        """A demand that arrives; only where the case has come so far, and not again within a week."""
        case, oracle = self.case(home), self.oracles[home]
        if not case or not self.tried(delivered, self.debts.estate["沈平"], case):
            return
        stands = oracle.look(self.day)
        oracle.store(self.day)
        assert stands and stands[0] == "open" and stands[1] >= 3 and oracle.file
        oracle.file.talks.append(Talked(self.day, "paper", met=True))
        oracle.file.demanded = oracle.file.demanded or self.day

    @rule(home=home)
    def reason(self, home: int) -> None:
        """Somebody found out why."""
        file = self.oracles[home].file
        if (case := self.case(home)) and file:
            self.run(contacts.set_reason, self.debts.estate["冯丽"], case, Reason.refuses)
            file.reason = True

    @rule(home=home)
    def step(self, home: int) -> None:
        """A manager tries to go on: it works exactly when the oracle says so."""
        if case := self.case(home):
            expected = self.oracles[home].step(self.day)
            done = self.tried(take_step, self.debts.estate["沈平"], case)
            assert bool(done) is expected, f"{HOMES[home]} on {self.day}"

    @rule(days=st.integers(1, 9))
    def wait(self, days: int) -> None:
        """Days pass, each with its jobs."""
        for _ in range(days):
            self.day += timedelta(days=1)
            self._set_clock()
            for job in (plans, holds, arrears):
                self.run(job, self.day)
            for n in range(len(HOMES)):
                self.reheld(n)
            self.see_holds()
            for oracle in self.oracles:
                oracle.morning(self.day)

    def see_holds(self) -> None:
        """Whether a hold on everything lasts is read: how plans are kept has an oracle of its own."""
        rows = self.run(
            self.debts.rows,
            "SELECT DISTINCT u.name FROM hold h JOIN debtor d ON d.id = h.debtor JOIN unit u ON u.id = d.unit"
            " WHERE h.line IS NULL AND h.released_at IS NULL AND (h.until IS NULL OR h.until >= $1)",
            self.day,
        )
        held = {row["name"] for row in rows}
        for (unit, _names), oracle in zip(HOMES, self.oracles, strict=True):
            oracle.whole = unit in held

    @invariant()
    def nothing_is_broken(self) -> None:
        """Every promise of the database, and each home as the desk shows it."""
        self.steps += 1
        found = self.run(verify)
        assert found["ok"], found["findings"]
        listed = self.run(cases_on_desk, self.debts.estate["沈平"], Filter()).cases
        shown = {case.unit: ((case.state.value, case.stage), (case.overdue.fen, case.held.fen)) for case in listed}
        for (unit, _names), oracle in zip(HOMES, self.oracles, strict=True):
            expected = (oracle.look(self.day), oracle.sums(self.day)) if oracle.file else None
            assert shown.get(unit) == expected, (unit, self.day)

    def teardown(self) -> None:
        """The books, line by line."""
        rows = self.run(self.debts.rows, "SELECT line, outstanding FROM line_balance")
        owed = {line: left.owed for oracle in self.oracles for line, left in oracle.lines.items()}
        assert {row["line"]: row["outstanding"] for row in rows} == owed


async def test_in_any_order_every_home_stands_where_the_oracle_says(wipe: Wipe) -> None:
    examples, steps = times(sample=10, landing=400), 0

    def made() -> Model:
        nonlocal steps
        steps += STEPS
        return Model(_run, wipe)

    def _run(act: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        async def go() -> Any:
            return await act(*args, **more)

        return anyio.from_thread.run(go)

    chosen = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        phases=(Phase.generate,),
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    try:
        await anyio.to_thread.run_sync(lambda: run_state_machine_as_test(made, settings=chosen))
    finally:
        clock.start_at(clock.real_now())
    note("stateful model", steps, examples=examples)
