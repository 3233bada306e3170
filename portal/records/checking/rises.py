"""Price increases by import, which have to be announced a month ahead like those of the desk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from portal.fees.rates.actions import tell_of_rate
from portal.fees.rates.rises import Rise, rises
from portal.fees.rates.rules import first_day_of_a_rise
from portal.fees.tariffs.rules import TariffVersion
from portal.fees.tariffs.states import Formula, Proration, Rounding, Timing
from portal.kit.i18n import N_
from portal.kit.period import Month
from portal.people.estates.queries import today_in
from portal.platform.db.unit_of_work import fetch, fetch_value
from portal.records.checking.queries import Cells, Change, Known, merged
from portal.records.reading.parsing import Folder

TOO_SOON = N_(
    "%(item)s would become more expensive for %(use)s from %(from)s, or sooner than announced. A "
    "higher rate must be announced a month in advance: imported today, it can start on %(day)s or "
    "later."
)
TERMS = ("formula", "rate", "cycle_months", "timing", "proration", "vacancy_rate", "rounding")


async def check_rises(folder: Folder, known: Known, changes: Mapping[str, list[Change]]) -> None:
    """Report each tariff that asks more in less than a month. Before its first bill an estate may ask anything."""
    changed = [change for change in changes["tariffs"] if not change.same]
    if known.community is None or not changed:
        return
    since = await first_billed(known.community["id"])
    if since is None:
        return
    free = first_day_of_a_rise(await today_in(known.community["id"]))
    items = merged("charge_items", folder, known).values()
    book = merged("tariffs", folder, known).values()
    kinds = {cells["item"]: cells["kind"] for cells, _ in items}
    before = [_version(cells) for cells in known.of("tariffs").values()]
    reported = set()
    for rise in rises(before, [_version(cells) for cells, _ in book], kinds, since):
        if rise.on < free and rise.version.id not in reported:
            reported.add(rise.version.id)
            line, column = _place(rise, changed)
            facts = {"item": rise.version.item, "use": rise.use.value, "from": rise.on, "day": free}
            if not folder.faults.about("tariffs", line):  # as there is for what is billed already
                folder.add("tariffs", line, column, TOO_SOON, **facts)


async def first_billed(community: int) -> date | None:
    """The first day that a run of this estate has billed."""
    month = await fetch_value("SELECT min(period) FROM bill WHERE community = $1 AND kind = 'run'", community)
    return Month.parse(month).first if month else None


async def announce(community: int, changes: Sequence[Change]) -> None:
    """Save when new or changed terms were first shown, and notify those who pay. Before the first bill none is new."""
    rows = [change.new for change in changes if change.old is None or change.changes(*TERMS)]
    if not rows or await first_billed(community) is None:
        return
    for shown in await fetch(
        "UPDATE tariff t SET announced_on = $2 FROM charge_item i, unnest($3::text[], $4::text[], $5::date[])"
        " AS shown(item, use, starts_on) WHERE t.community = $1 AND i.id = t.item AND i.code = shown.item"
        " AND t.use = shown.use AND t.starts_on IS NOT DISTINCT FROM shown.starts_on RETURNING t.id",
        community,
        await today_in(community),
        *([cells[name] for cells in rows] for name in ("item", "use", "from")),
    ):
        await tell_of_rate(shown["id"])


def _place(rise: Rise, changed: Sequence[Change]) -> tuple[int, str]:
    """The row that causes it: the version's own, the one that no longer replaces it, or another of the same item."""
    by_key: dict[object, Change] = {change.key: change for change in changed}
    if change := by_key.get(rise.version.id):
        return change.row.line, "from"
    ended = by_key.get(rise.asked.id) if rise.asked else None
    rivals = [change for change in changed if change.new["item"] == rise.version.item]
    return (ended or next(iter(rivals), changed[0])).row.line, "to"


def _version(cells: Cells) -> TariffVersion:
    terms: dict[str, Any] = {name: cells[name] for name in ("item", "use", "rate", "cycle_months", "vacancy_rate")}
    return TariffVersion(
        (cells["item"], cells["use"], cells["from"]),
        **terms,
        formula=Formula(cells["formula"]),
        timing=Timing(cells["timing"]),
        proration=Proration(cells["proration"]),
        rounding=Rounding(cells["rounding"]),
        starts_on=cells["from"],
        ends_on=cells["to"],
    )
