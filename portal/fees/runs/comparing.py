"""A run beside the last time that each of its items was due: what made money then and makes none now is asked about."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.fees.runs.drafts import Remark
from portal.fees.runs.schedule import Schedule
from portal.kit.i18n import N_, Sentence
from portal.kit.money import ZERO, Money
from portal.kit.period import Month
from portal.platform.db.planner import survey
from portal.platform.db.unit_of_work import fetch

NOTHING = N_(
    "%(item)s came to %(before)s in %(month)s and comes to nothing now. Import what is missing, or say why not."
)


@dataclass(frozen=True)
class LastTime:
    """What an item made in its last run, `regular` without what is charged once, and what this month has already."""

    month: Month
    amount: Money
    regular: Money
    already: Money


@dataclass(frozen=True)
class Accepted:
    """Items by code that rightly come to nothing in a run, and why; empty where nobody said so."""

    items: tuple[str, ...] = ()
    reason: str = ""

    @classmethod
    def read(cls, kept: str | None) -> Accepted:
        """As a row has it."""
        found = json.loads(kept) if kept else {}
        return cls(tuple(found.get("items", ())), found.get("reason", ""))

    @property
    def kept(self) -> str | None:
        """For a row; None when nothing was said."""
        return json.dumps(asdict(self), ensure_ascii=False) if self.items else None

    @property
    def facts(self) -> dict[str, Any]:
        """For the audit."""
        return {"nothing_of": self.items, "reason": self.reason} if self.items else {}


NOTHING_SAID = Accepted()


@dataclass(frozen=True)
class Comparison:
    """The last time of each item that is due, and the items that an earlier run of this month was told of."""

    last: Mapping[str, LastTime] = field(default_factory=dict)
    accepted: Collection[str] = ()

    def come_to_nothing(self, by_item: Mapping[str, int]) -> list[str]:
        """The items that made something every time by rule, and make nothing of it now; `by_item` in fen."""
        return sorted(
            item
            for item, then in self.last.items()
            if then.regular and not then.already and not by_item.get(item) and item not in self.accepted
        )

    def remarks(self, items: Collection[str]) -> list[Remark]:
        """What is said of them."""
        return [self._remark(item, self.last[item]) for item in items]

    def _remark(self, item: str, then: LastTime) -> Remark:
        facts = {"item": item, "before": str(then.amount), "month": str(then.month)}
        return Remark("came_to_nothing", None, item, Sentence(NOTHING, facts))


async def compared(community: int, schedule: Schedule) -> Comparison:
    """The last time of each item of a run; part of the caller's unit of work."""
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
    """What each item made in these months: all of it, and what is not charged once."""
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
