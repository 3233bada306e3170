"""Which changes make something more expensive, for whom. Pure, and used wherever a price comes in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from portal.fees.tariffs.rules import Rhythm, TariffVersion, Timeline, versions_by_day
from portal.fees.tariffs.states import Formula, Proration, Timing
from portal.homes.units.states import Use

DAY = timedelta(days=1)
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rise:
    """A version that asks more of a use from a day on than `asked`, the version announced so far (None: none)."""

    version: TariffVersion
    use: Use
    on: date
    asked: TariffVersion | None


def asks_more(before: TariffVersion, after: TariffVersion) -> bool:
    """Whether anybody may pay more, or earlier, under `after`. Terms that cannot be compared count as more."""
    if after.formula is not before.formula or after.rounding is not before.rounding:
        return True
    if after.proration is not before.proration and before.proration is not Proration.full_month:
        return True  # no proration charges more than the whole month
    parts = (version.vacancy_rate if version.vacancy_rate is not None else ONE for version in (before, after))
    less, more = parts
    return (after.rate or 0) > (before.rate or 0) or more > less or _ahead(after.rhythm) > _ahead(before.rhythm)


def rises(
    known: Sequence[TariffVersion], wanted: Sequence[TariffVersion], kinds: Mapping[str, str], since: date
) -> Iterator[Rise]:
    """Where the price book `wanted` asks more than the `known` one, from the day `since` on.

    `since` is the first day that the estate has billed. An item that began before is no rise, unless it is added to or
    replaces an item of the same kind (`kinds`, by item). Each use is compared day by day, so that all ways count alike:
    a rate rises, a row for one use is added to that for all, a row ends, or an item continues under another name.
    """
    for use in Use:
        before, after = _book(known, use), _book(wanted, use)
        for item in after:
            alike = [other for other in before if kinds.get(other) == kinds.get(item)]
            lines = [before.get(item, ()), after[item], *(after.get(other, ()) for other in alike)]
            for day in _edges(lines, since):
                version = _on(after[item], day)
                if version and _more(item, version, day=day, before=before, after=after, alike=alike, since=since):
                    yield Rise(version, use, day, _asked(before.get(item, ()), day))


def _more(
    item: str, version: TariffVersion, day: date, before: Mapping[str, Timeline], after: Mapping[str, Timeline],
    alike: Iterable[str], since: date,
) -> bool:  # fmt: skip
    mine = before.get(item, ())
    if asked := _asked(mine, day):
        return asks_more(asked, version)
    beside = {other: asked for other in alike if (asked := _asked(before[other], day))}
    gone = [asked for other, asked in beside.items() if not _on(after.get(other, ()), day)]
    if gone:
        return all(asks_more(asked, version) for asked in gone)
    if version.formula is Formula.per_quantity and not mine:
        return False  # nobody pays before they use any
    return bool(beside) or version.days.first >= since


def _book(versions: Iterable[TariffVersion], use: Use) -> dict[str, Timeline]:
    by_item: dict[str, list[TariffVersion]] = defaultdict(list)
    for version in versions:
        by_item[version.item].append(version)
    return {item: versions_by_day(mine, use) for item, mine in by_item.items()}


def _edges(lines: Iterable[Timeline], since: date) -> list[date]:
    """The days from `since` on when something may change."""
    starts = {days.first for line in lines for days, _ in line}
    ends = {days.last + DAY for line in lines for days, _ in line if days.last < date.max}
    return sorted({max(day, since) for day in starts | ends})


def _on(line: Timeline, day: date) -> TariffVersion | None:
    return next((version for days, version in line if days.first <= day <= days.last), None)


def _asked(line: Timeline, day: date) -> TariffVersion | None:
    """The version announced for a day, or else the one in force the day before."""
    return _on(line, day) or _on(line, day - DAY)


def _ahead(rhythm: Rhythm) -> int:
    """How many months in advance a bill asks; negative when it asks in arrears."""
    cycle, timing = rhythm
    return cycle if timing is Timing.advance else -cycle
