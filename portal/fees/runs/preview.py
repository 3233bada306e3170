"""What publishing a service month would add, compared with last time, in batches for estates of any size."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing
from contextvars import Context
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from portal.fees.runs.drafts import Remark, RunResult, RunTotals, UnitCase
from portal.fees.runs.facts import Book, book_of, cases_of, costs_of, frozen_splits, units_of
from portal.fees.runs.rules import Splits, gather, lines_of_unit, shares_by_unit, split_shared_costs
from portal.fees.runs.schedule import Schedule
from portal.fees.tariffs.amounts import Share
from portal.fees.tariffs.rules import UnitFacts
from portal.kit.i18n import N_, Bilingual, Sentence
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.people.estates.creditor import NO_COMPANY, Paper
from portal.people.estates.queries import creditor_of
from portal.platform.db.batches import batches, one_ahead, short_turns, uncollected
from portal.platform.db.planner import survey
from portal.platform.db.unit_of_work import fetch, unit_of_work

NOTHING = N_("%(item)s came to %(before)s in %(month)s and is zero now. Import what is missing, or explain why.")


@dataclass(frozen=True)
class LastTime:
    """What an item came to in its last run; `regular` without one-off charges, `already` in this month so far."""

    month: Month
    amount: Money
    regular: Money
    already: Money


@dataclass(frozen=True)
class Accepted:
    """The items, by code, that may come to zero in a run, and the reason; empty if nothing was accepted."""

    items: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def read(cls, kept: str | None) -> Accepted:
        """Read it from a row."""
        result = json.loads(kept) if kept else {}
        return cls(tuple(result.get("items", ())), result.get("reason", ""))

    @property
    def kept(self) -> str | None:
        """The text for a row; None if nothing was accepted."""
        return json.dumps(asdict(self), ensure_ascii=False) if self.items else None

    @property
    def facts(self) -> dict[str, Any]:
        """The facts for the audit trail."""
        return {"nothing_of": self.items, "reason": self.reason} if self.items else {}


NOTHING_SAID = Accepted()


@dataclass(frozen=True)
class Comparison:
    """The last time of each item that is due, and the items accepted as zero in earlier runs of this month."""

    last: Mapping[str, LastTime] = field(default_factory=dict)
    accepted: Collection[str] = ()

    def come_to_nothing(self, by_item: Mapping[str, int]) -> list[str]:
        """The items that had a regular charge the last time and have none now; `by_item` in fen."""
        return sorted(
            item
            for item, then in self.last.items()
            if then.regular and not then.already and not by_item.get(item) and item not in self.accepted
        )

    def remarks(self, items: Collection[str]) -> list[Remark]:
        """The warnings about these items."""
        return [self._remark(item, self.last[item]) for item in items]

    def _remark(self, item: str, then: LastTime) -> Remark:
        facts = {"item": item, "before": str(then.amount), "month": str(then.month)}
        return Remark("came_to_nothing", None, item, Sentence(NOTHING, facts))


async def compared(community: int, schedule: Schedule) -> Comparison:
    """The last time of each item in a run; part of the caller's unit of work."""
    runs = await fetch(
        "SELECT period, accepted_zero FROM bill_run WHERE community = $1 AND period <= $2",
        community,
        str(schedule.period),
    )
    now = str(schedule.period)
    published = {Month.parse(run["period"]) for run in runs}
    due = {item: month for item in schedule.items if (month := schedule.last_due(item, published))}
    accepted = {item for run in runs if run["period"] == now for item in Accepted.read(run["accepted_zero"]).items}
    made = await _made(community, {now, *map(str, due.values())}) if due else {}
    nothing = (ZERO, ZERO)
    last = {
        item: LastTime(month, *made.get((item, str(month)), nothing), made.get((item, now), nothing)[0])
        for item, month in due.items()
    }
    return Comparison(last, accepted)


async def _made(community: int, months: Collection[str]) -> dict[tuple[str, str], tuple[Money, Money]]:
    """What each item came to in these months: the whole sum, and the sum without one-off charges."""
    rows = await survey(
        "SELECT i.code, b.period, sum(l.amount)::bigint AS whole,"
        " coalesce(sum(l.amount) FILTER (WHERE NOT coalesce((l.facts ->> 'one_off')::boolean, false)), 0)::bigint"
        " AS regular FROM bill b JOIN bill_line l ON l.bill = b.id JOIN charge_item i ON i.id = l.item"
        " WHERE b.community = ANY($1) AND l.community = ANY($1) AND b.kind = 'run' AND b.period = ANY($2)"
        " GROUP BY 1, 2",
        [community],
        sorted(months),
    )
    return {(row["code"], row["period"]): (Money(row["whole"]), Money(row["regular"])) for row in rows}


BATCH = 1000  # homes in one transaction

# Called after each batch with the number of homes done and of all homes.
Progress = Callable[[int, int], Coroutine[None, None, None]]


async def in_silence(done: int, whole: int) -> None:
    """Report no progress."""


@dataclass(frozen=True)
class RunReport:
    """What a run would add, or has added. `names` are the items' names by code."""

    totals: RunTotals
    preview: bool
    beside: Comparison = field(default_factory=Comparison)
    names: Mapping[str, Bilingual] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it may be published."""
        return not self.totals.errors

    def as_json(self) -> dict[str, Any]:
        """The figures that a command prints; sums in fen."""
        totals, names = self.totals, self.names
        zero = self.beside.come_to_nothing(totals.by_item) if self.preview else []
        counted = totals if self.ok or not self.preview else RunTotals(totals.period)
        return {
            "period": str(totals.period),
            "bills": counted.bills,
            "lines": counted.lines,
            "total": counted.total.fen,
            "preview": self.preview,
            "errors": [_remark(remark, names) for remark in totals.errors],
            "warnings": [_remark(remark, names) for remark in [*self.beside.remarks(zero), *totals.warnings]],
            "by_item": counted.by_item,
            "by_unit": counted.by_unit,
        }


@dataclass(frozen=True)
class Plan:
    """What is the same for every unit of a run; `fresh` are the splits of costs that no run has begun to publish."""

    community: int
    schedule: Schedule
    book: Book
    units: Sequence[UnitFacts]
    shares: dict[Any, tuple[Share, ...]]
    fresh: Splits
    errors: tuple[Remark, ...]
    warnings: tuple[Remark, ...]
    beside: Comparison

    @property
    def names(self) -> dict[str, Bilingual]:
        """The items' names by code."""
        return {code: item.name for code, item in self.book.items.items()}


async def preview_run(community: int, period: Month, issued_on: date, *, progress: Progress = in_silence) -> RunReport:
    """What publishing this month would add now; nothing is saved."""
    plan, totals = await look_ahead(community, period, issued_on, progress)
    return RunReport(totals, True, plan.beside, plan.names)


async def look_ahead(
    community: int, period: Month, issued_on: date, progress: Progress = in_silence
) -> tuple[Plan, RunTotals]:
    """The plan of a run and what it would add, both from one snapshot."""
    with uncollected(), short_turns():
        async with unit_of_work(community, isolation="REPEATABLE READ", read_only=True):
            plan = await _plan(community, period, issued_on)
            return plan, await _look(plan, progress)


async def _look(plan: Plan, progress: Progress) -> RunTotals:
    """The totals of all units. While a batch is computed, the facts of the next one are read."""
    totals, done = RunTotals(plan.schedule.period, errors=list(plan.errors), warnings=list(plan.warnings)), 0
    facts = one_ahead(cases_of(batch, plan.schedule) for batch in batches(plan.units, BATCH))
    async with aclosing(facts):
        async for cases in facts:
            totals.add(await asyncio.to_thread(compute, plan, cases))
            done += len(cases)
            await asyncio.create_task(progress(done, len(plan.units)), context=Context())  # not in this transaction
    return totals


def compute(plan: Plan, cases: Iterable[UnitCase]) -> RunResult:
    """Compute the bills of some units."""
    results = (lines_of_unit(case, plan.schedule, plan.shares.get(case.unit.id, ())) for case in cases)
    return gather(plan.schedule.period, results)


async def _plan(community: int, period: Month, issued_on: date) -> Plan:
    book = await book_of(community)
    schedule = Schedule(period, issued_on, book.due_rule, book.tariffs)
    units = await units_of(community, issued_on)
    costs = await costs_of(community, schedule)
    frozen = await frozen_splits(costs, book)
    splits, errors = split_shared_costs(costs, units, schedule, frozen)
    fresh = {cost: shares for cost, shares in splits.items() if cost not in frozen and shares}
    beside = await compared(community, schedule)
    nameless = tuple(
        Remark("no_company", None, None, Sentence(NO_COMPANY))
        for _ in (await creditor_of(community)).missing(Paper.bill)
    )
    return Plan(
        community=community,
        schedule=schedule,
        book=book,
        units=units,
        shares=shares_by_unit(splits),
        fresh=fresh,
        errors=tuple(errors),
        warnings=nameless,
        beside=beside,
    )


def _remark(remark: Remark, names: Mapping[str, Bilingual]) -> dict[str, Any]:
    facts = dict(remark.message.facts)
    if name := names.get(remark.item or ""):
        facts |= {"item": name.words("en")}
    text = remark.message.text % facts if facts else remark.message.text
    return {"code": remark.code, "unit": remark.unit, "item": remark.item, "message": text}
