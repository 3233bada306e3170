"""The figures of a month that a head office compares and adds up, counted as the live reports count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.arrears.case_file.queries import figures_in
from portal.arrears.cases.states import RUNGS
from portal.kit.money import ZERO, Money, total
from portal.kit.period import Month
from portal.overview.reports.ageing import Age, owed_by_age, stage_report, told_by_age
from portal.overview.reports.collection import collection_of, collection_report
from portal.overview.reports.rules import Collection, Report, Span


@dataclass(frozen=True)
class Counted:
    """Of one estate or several: homes and what they owe by Age, cases by stage (None where not known)."""

    collection: Collection
    ages: Sequence[tuple[int, Money]]
    cases: Sequence[int] | None

    def __add__(self, other: Counted) -> Counted:
        ages = zip(self.ages, other.ages, strict=True)
        known = self.cases is not None and other.cases is not None
        return Counted(
            self.collection + other.collection,
            [(homes + more, owed + besides) for (homes, owed), (more, besides) in ages],
            [a + b for a, b in zip(self.cases or (), other.cases or (), strict=True)] if known else None,
        )

    @property
    def overdue(self) -> Money:
        """What is owed and past its day."""
        return total(owed for age, (_homes, owed) in zip(Age, self.ages, strict=True) if age is not Age.not_due)

    @property
    def chased(self) -> int | None:
        """All cases."""
        return None if self.cases is None else sum(self.cases)

    def reports(self, on: date) -> list[Report]:
        """The reports of the desk that these figures are in; `on` is the day of what is owed."""
        told = [collection_report(self.collection), told_by_age(self.ages, on)]
        return told if self.cases is None else [*told, stage_report(dict(enumerate(self.cases)))]


async def count(community: int, month: Month, today: date) -> Counted:
    """Those of an estate as they stand now, what is owed at the end of the month; in the running unit of work."""
    span = Span(month, month)
    by_stage = (await figures_in([community])).by_stage if month == Month.of(today) else None
    return Counted(
        await collection_of([community], span),
        await owed_by_age([community], min(today, month.last)),
        None if by_stage is None else [by_stage.get(stage, 0) for stage in range(len(RUNGS))],
    )


# What sums begin with.
NOTHING = Counted(Collection(ZERO, ZERO, ZERO, ZERO), ((0, ZERO),) * len(Age), (0,) * len(RUNGS))
