"""An estate's price list: every current or announced rate with its terms and source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.fees.tariffs.rules import rate_in_figures
from portal.fees.tariffs.states import Formula, ItemKind, Proration, Rounding, TariffStanding, Timing, Voucher
from portal.homes.units.states import Use
from portal.kit import clock
from portal.kit.i18n import N_, Bilingual
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading

# The formulas in words.
IN_WORDS = {
    Formula.per_area: N_("rate × billable area × months"),
    Formula.fixed: N_("rate × months, same for every home"),
    Formula.per_quantity: N_("rate × quantity × months"),
    Formula.metered: N_("rate × metered consumption"),
    Formula.share_by_area: N_("the month's actual cost, shared by billable area"),
    Formula.share_by_unit: N_("the month's actual cost, shared equally between homes"),
}


@dataclass(frozen=True)
class Price:
    """One version of a rate. `use` None means every use; `rate` is in yuan, None if a cost is shared."""

    id: UUID
    use: Use | None
    formula: Formula
    rate: Decimal | None
    per: str
    cycle_months: int
    timing: Timing
    proration: Proration
    vacancy_rate: Decimal | None
    rounding: Rounding
    starts_on: date | None
    ends_on: date | None
    source: str
    announced_on: date | None
    standing: TariffStanding
    latest: bool

    @property
    def can_be_followed(self) -> bool:
        """Whether a new rate may follow it: it is the latest version and has a rate."""
        return self.latest and self.rate is not None

    @property
    def formula_words(self) -> str:
        """The formula as a sentence to be translated."""
        return IN_WORDS[self.formula]

    @property
    def has_cycle(self) -> bool:
        """Whether several months are billed at once."""
        return self.cycle_months > 1

    @property
    def has_proration(self) -> bool:
        """Whether a partial month changes the sum; it does not if the sum is metered or shared."""
        return self.formula in (Formula.per_area, Formula.fixed, Formula.per_quantity)

    @property
    def is_announced(self) -> bool:
        """Whether it is not in force yet; a higher rate must be announced a month ahead."""
        return self.standing is TariffStanding.announced

    @property
    def has_ended(self) -> bool:
        """Whether it is no longer in force."""
        return self.standing is TariffStanding.ended

    @property
    def rate_text(self) -> str:
        """The rate in yuan: at least two decimals, more only if it has them."""
        return "" if self.rate is None else rate_in_figures(self.rate)


@dataclass(frozen=True)
class PricedItem:
    """A charge item with the versions of its rate, those in force first."""

    code: str
    name: Bilingual
    kind: ItemKind
    voucher: Voucher | None
    prices: list[Price]


@dataclass(frozen=True)
class PriceBook:
    """All rates of one estate, for the desk."""

    estate: str
    code: str
    items: list[PricedItem]


ROWS = (
    "SELECT i.community, i.code, i.name_zh, i.name_en, i.kind, i.voucher, t.id, t.use, t.formula, t.rate, t.per,"
    " t.cycle_months, t.timing, t.proration, t.vacancy_rate, t.rounding, t.starts_on, t.ends_on, t.source,"
    " t.announced_on"
    " FROM tariff t JOIN charge_item i ON i.id = t.item WHERE i.community = ANY($1)"
    " ORDER BY i.community, array_position($2::text[], i.kind), i.code, array_position($3::text[], t.use),"
    " t.starts_on NULLS FIRST"
)


@reading
async def price_list(community: int, on: date) -> list[PricedItem]:
    """The rates in force on a day and those announced for later; anybody may read them."""
    items = _items(await _rows([community]), on)
    shown = [(item, [price for price in item.prices if price.standing is not TariffStanding.ended]) for item in items]
    return [PricedItem(i.code, i.name, i.kind, i.voucher, prices) for i, prices in shown if prices]


@reading
async def price_books(by: Principal) -> list[PriceBook]:
    """All past, present and future versions, for each of the reader's estates."""
    estates = await fetch(
        "SELECT id, code, name, timezone FROM community WHERE id = ANY($1) ORDER BY code", list(by.communities)
    )
    rows = await _rows(list(by.communities))
    return [
        PriceBook(
            estate=estate["name"],
            code=estate["code"],
            items=_items([row for row in rows if row["community"] == estate["id"]], clock.today(estate["timezone"])),
        )
        for estate in estates
    ]


async def _rows(communities: list[int]) -> list[Any]:
    return await fetch(ROWS, communities, [kind.value for kind in ItemKind], [use.value for use in Use])


def _items(rows: list[Any], on: date) -> list[PricedItem]:
    result: dict[str, PricedItem] = {}
    latest = {(row["code"], row["use"]): row["id"] for row in rows}
    for row in rows:
        voucher = Voucher(row["voucher"]) if row["voucher"] else None
        item = result.setdefault(
            row["code"],
            PricedItem(
                code=row["code"],
                name=Bilingual(row["name_zh"], row["name_en"]),
                kind=ItemKind(row["kind"]),
                voucher=voucher,
                prices=[],
            ),
        )
        item.prices.append(_price(row, on, row["id"] == latest[row["code"], row["use"]]))
    return list(result.values())


def _price(row: Mapping[str, Any], on: date, latest: bool) -> Price:
    standing = TariffStanding.current
    if row["ends_on"] is not None and row["ends_on"] < on:
        standing = TariffStanding.ended
    elif row["starts_on"] is not None and row["starts_on"] > on:
        standing = TariffStanding.announced
    return Price(
        id=row["id"],
        use=None if row["use"] == "*" else Use(row["use"]),
        formula=Formula(row["formula"]),
        rate=row["rate"],
        per=row["per"] or "",
        cycle_months=row["cycle_months"],
        timing=Timing(row["timing"]),
        proration=Proration(row["proration"]),
        vacancy_rate=row["vacancy_rate"],
        rounding=Rounding(row["rounding"]),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
        source=row["source"],
        announced_on=row["announced_on"],
        standing=standing,
        latest=latest,
    )
