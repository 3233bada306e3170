"""Read the facts of a bill run from the database, as the values that the rules take."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from asyncpg import Record

from portal.fees.runs.drafts import Billed, Tie, UnitCase, sources_in
from portal.fees.runs.rules import Splits
from portal.fees.runs.schedule import Schedule
from portal.fees.tariffs.amounts import Share
from portal.fees.tariffs.rules import DueRule, MeterReading, SharedCost, TariffVersion, UnitCharge, UnitFacts
from portal.homes.vacancies.queries import LIVED_IN
from portal.kit.i18n import Bilingual
from portal.kit.money import Money
from portal.kit.period import Month
from portal.platform.db.planner import planned_afresh
from portal.platform.db.rows import as_rows, fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one

_SIXTH = Decimal("0.000001")


@dataclass(frozen=True)
class Item:
    """A charge item: its id, its kind of money and its name."""

    id: UUID
    kind: str
    name: Bilingual


@dataclass(frozen=True)
class Book:
    """A community's price book: items by code, tariff versions in the order of a bill, and the due rule."""

    items: dict[str, Item]
    tariffs: tuple[TariffVersion, ...]
    due_rule: DueRule


async def book_of(community: int) -> Book:
    """The price book. Raises LookupError for an unknown community."""
    estate = await fetch_one("SELECT due_rule FROM community WHERE id = $1", community)
    if estate is None:
        raise LookupError(community)
    items = await fetch("SELECT id, code, kind, name_zh, name_en FROM charge_item WHERE community = $1", community)
    versions = await fetch(
        "SELECT t.id, i.code AS item, t.use, t.formula, t.rate, t.per, t.cycle_months, t.timing, t.proration,"
        " t.vacancy_rate, t.rounding, t.starts_on, t.ends_on, t.source"
        " FROM tariff t JOIN charge_item i ON i.id = t.item WHERE t.community = $1"
        " ORDER BY i.kind <> 'service_fee', i.code, t.starts_on NULLS FIRST",
        community,
    )
    return Book(
        {
            row["code"]: Item(id=row["id"], kind=row["kind"], name=Bilingual(row["name_zh"], row["name_en"]))
            for row in items
        },
        tuple(as_rows(TariffVersion, versions)),
        DueRule.parse(estate["due_rule"]),
    )


async def units_of(community: int, issued_on: date) -> list[UnitFacts]:
    """Every unit of a community, with its use and occupancy on the day of issue, in the order of names."""
    return await fetch_as(
        UnitFacts,
        f"SELECT id, name, use, billable_area, {LIVED_IN.format(day='$2')} AS occupancy, handed_over_on, building"
        ' FROM unit u WHERE community = $1 ORDER BY name COLLATE "C"',
        community,
        issued_on,
    )


async def costs_of(community: int, schedule: Schedule) -> list[SharedCost]:
    """The shared costs that a run may need."""
    first, last = schedule.span
    return await fetch_as(
        SharedCost,
        "SELECT c.id, i.code AS item, c.period, c.amount, c.scope FROM shared_cost c"
        " JOIN charge_item i ON i.id = c.item WHERE c.community = $1 AND c.period BETWEEN $2 AND $3",
        community,
        str(first),
        str(last),
    )


async def frozen_splits(costs: Iterable[SharedCost], book: Book) -> Splits:
    """The splits of those costs whose publication has begun, as they were frozen then."""
    by_id = {cost.id: cost for cost in costs}
    versions = {version.id: version for version in book.tariffs}
    rows = await fetch("SELECT cost, units, tariffs, weights, amounts FROM cost_split WHERE cost = ANY($1)", [*by_id])
    return {row["cost"]: dict(_shares(row, by_id[row["cost"]], versions)) for row in rows}


def _shares(row: Record, cost: SharedCost, versions: Mapping[Any, TariffVersion]) -> Iterator[tuple[Any, Share]]:
    whole = sum(row["weights"], Decimal(0))
    lists = (row[name] for name in ("units", "tariffs", "weights", "amounts"))
    for unit, tariff, weight, fen in zip(*lists, strict=True):
        yield unit, Share(cost, versions[tariff], weight, whole, Money(fen))


async def freeze_splits(community: int, splits: Splits) -> None:
    """Save how costs are split, in this order; in the transaction that begins to publish them."""
    for cost, shares in splits.items():
        await fetch(
            "INSERT INTO cost_split (id, community, cost, units, tariffs, weights, amounts)"
            " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
            community,
            cost,
            [*shares],
            [share.version.id for share in shares.values()],
            [share.weight for share in shares.values()],
            [share.amount.fen for share in shares.values()],
        )


async def cases_of(units: Sequence[UnitFacts], schedule: Schedule) -> list[UnitCase]:
    """All that the run has to know of each of these units."""
    ids = [unit.id for unit in units]
    first, last = schedule.span
    async with planned_afresh():
        ties, charges, readings = await _ties(ids), await charges_of(ids), await _readings(ids, first, last)
        meters, billed = await _meters(ids), await _billed(ids, first, last)
    return [
        UnitCase(
            unit,
            tuple(ties[unit.id]),
            tuple(charges[unit.id]),
            tuple(readings[unit.id]),
            billed=tuple(billed[unit.id]),
            meters=frozenset(meters[unit.id]),
        )
        for unit in units
    ]


async def _ties(units: list[Any]) -> dict[Any, list[Tie]]:
    result: dict[Any, list[Tie]] = defaultdict(list)
    for row in await fetch("SELECT unit, person, role, starts_on, ends_on FROM occupancy WHERE unit = ANY($1)", units):
        result[row["unit"]].append(
            Tie(person=row["person"], role=row["role"], starts_on=row["starts_on"], ends_on=row["ends_on"])
        )
    return result


async def charges_of(units: list[Any]) -> dict[Any, list[UnitCharge]]:
    """The quantities that these units are charged for, the earliest first; part of the caller's unit of work."""
    result: dict[Any, list[UnitCharge]] = defaultdict(list)
    for row in await fetch(
        "SELECT c.unit, i.code, c.quantity, c.starts_on, c.ends_on FROM unit_charge c"
        " JOIN charge_item i ON i.id = c.item WHERE c.unit = ANY($1) ORDER BY c.starts_on NULLS FIRST",
        units,
    ):
        result[row["unit"]].append(
            UnitCharge(item=row["code"], quantity=row["quantity"], starts_on=row["starts_on"], ends_on=row["ends_on"])
        )
    return result


async def _readings(units: list[Any], first: Month, last: Month) -> dict[Any, list[MeterReading]]:
    result: dict[Any, list[MeterReading]] = defaultdict(list)
    for row in await fetch(
        "SELECT r.unit, i.code, r.meter, r.period, r.previous, r.current FROM meter_reading r"
        " JOIN charge_item i ON i.id = r.item WHERE r.unit = ANY($1) AND r.period BETWEEN $2 AND $3",
        units,
        str(first),
        str(last),
    ):
        month = Month.parse(row["period"])
        result[row["unit"]].append(
            MeterReading(
                item=row["code"], meter=row["meter"], period=month, previous=row["previous"], current=row["current"]
            )
        )
    return result


async def _meters(units: list[Any]) -> dict[Any, set[tuple[str, str]]]:
    result: dict[Any, set[tuple[str, str]]] = defaultdict(set)
    for row in await fetch(
        "SELECT DISTINCT r.unit, i.code, r.meter FROM meter_reading r JOIN charge_item i ON i.id = r.item"
        " WHERE r.unit = ANY($1)",
        units,
    ):
        result[row["unit"]].add((row["code"], row["meter"]))
    return result


async def _billed(units: list[Any], first: Month, last: Month) -> dict[Any, list[Billed]]:
    """Lines in force: those of a replaced bill do not count.

    OFFSET 0 keeps this a lookup unit by unit: with old statistics the planner would read the whole estate's lines.
    """
    result: dict[Any, list[Billed]] = defaultdict(list)
    for row in await fetch(
        "SELECT l.unit, i.code, b.period, l.first_month, l.last_month, l.supplement, l.facts, b.kind"
        " FROM unnest($1::uuid[]) AS u(id) CROSS JOIN LATERAL (SELECT * FROM bill_line WHERE unit = u.id"
        " AND last_month >= $2 AND first_month <= $3 OFFSET 0) l"
        " CROSS JOIN LATERAL (SELECT period, kind FROM bill WHERE id = l.bill"
        " AND NOT EXISTS (SELECT FROM bill r WHERE r.replaces = bill.id) OFFSET 0) b"
        " JOIN charge_item i ON i.id = l.item",
        units,
        str(first),
        str(last),
    ):
        result[row["unit"]].append(
            Billed(
                item=row["code"],
                period=Month.parse(row["period"]),
                first=Month.parse(row["first_month"]),
                last=Month.parse(row["last_month"]),
                supplement=row["supplement"],
                sources=sources_in(json.loads(row["facts"])),
                opening=row["kind"] == "opening",
            )
        )
    return result


def exact(number: Decimal) -> Decimal:
    """A quantity as the column stores it: at most six decimals."""
    return number.quantize(_SIXTH)
