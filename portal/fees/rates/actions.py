"""Announce a new version of a rate: public at once, in force from its day, after which the old one ends.

One person is enough: a rise stands a month before everybody's eyes before it is billed, a lower rate favours the
owners, and every bill run shows its differences to an approver.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from portal.fees.rates.rules import DAY, Before, check_rate, first_day_of_a_rise, is_higher
from portal.fees.tariffs.rules import rate_in_figures
from portal.homes.units.states import Use
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_, Bilingual
from portal.kit.ids import id_of
from portal.kit.period import Month
from portal.people.notices.actions import tell
from portal.people.notices.states import NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import (
    advisory_lock,
    fetch,
    fetch_one,
    fetch_value,
    reading,
    retrying,
    unit_of_work,
)

NEWER = N_(
    "A later version of this rate has already been announced. Go back to the tariffs and continue from that one."
)
NO_RATE = N_("A shared cost has no rate.")


@dataclass(frozen=True)
class NewRate:
    """A rate in yuan that applies from a day on, with the clause or resolution it is based on."""

    rate: Decimal
    starts_on: date
    source: str


@dataclass(frozen=True)
class RateOutlook:
    """The version that a new rate follows, and the new rate itself if it was given. `use` None means every use."""

    tariff: UUID
    community: int
    estate: str
    code: str
    item: Bilingual
    use: Use | None
    per: str | None
    cycle_months: int
    before: Before
    today: date
    new: NewRate | None = None

    @property
    def first_day(self) -> date:
        """The first day on which a higher rate may apply if it is announced today."""
        return first_day_of_a_rise(self.today)

    @property
    def at_once(self) -> Decimal | None:
        """The charge of a whole billing cycle at the new rate, in yuan for each unit; None if a cycle is one month."""
        return self.new.rate * self.cycle_months if self.new and self.cycle_months > 1 else None

    @property
    def rises(self) -> bool:
        """Whether the new rate is higher than the rate of the day before."""
        return self.new is not None and is_higher(self.before, self.new.rate, self.new.starts_on)


@reading
async def rate_to_follow(by: Principal, tariff: UUID, new: NewRate | None = None) -> RateOutlook:
    """The latest version of a rate, and the new rate checked. Raises Missing, Refused (not the latest), Invalid."""
    row = await _found(by, tariff)
    item = Bilingual(row["name_zh"], row["name_en"])
    outlook = RateOutlook(
        tariff=tariff,
        community=row["community"],
        estate=row["estate"],
        code=row["code"],
        item=item,
        use=None if row["use"] == "*" else Use(row["use"]),
        per=row["per"],
        cycle_months=row["cycle_months"],
        before=Before(
            item=item,
            rate=row["rate"],
            starts_on=row["starts_on"],
            ends_on=row["ends_on"],
            billed_until=await _billed_until(row),
        ),
        today=row["today"],
        new=new,
    )
    if new:
        check_rate(outlook.before, new.rate, new.starts_on, outlook.today)
    return outlook


@retrying
async def announce_rate(by: Principal, tariff: UUID, new: NewRate, *, once: str | None = None) -> UUID:
    """Save a new version and return its id. All but rate, first day and source is as in the version it follows.

    Raises as `rate_to_follow` does.
    """
    version = id_of(by.human, once)
    async with unit_of_work(*by.where(May.announce_rates)):
        community = (await _found(by, tariff, newest=False))["community"]
        await advisory_lock(f"bill-run:{community}")  # a run and a new rate must not overlook each other
        if await fetch_value("SELECT id FROM tariff WHERE id = $1", version):
            return version
        outlook = await rate_to_follow(by, tariff, new)
        if outlook.before.holds_on(new.starts_on):
            await fetch("UPDATE tariff SET ends_on = $2 WHERE id = $1", tariff, new.starts_on - DAY)
        await fetch(
            "INSERT INTO tariff (id, community, item, use, formula, rate, per, cycle_months, timing, proration,"
            " vacancy_rate, rounding, starts_on, source, announced_on)"
            " SELECT $2, community, item, use, formula, $3, per, cycle_months, timing, proration, vacancy_rate,"
            " rounding, $4, $5, $6 FROM tariff WHERE id = $1",
            tariff,
            version,
            new.rate,
            new.starts_on,
            new.source,
            outlook.today,
        )
        facts = {"on": new.starts_on, "rate": str(new.rate), "before": str(outlook.before.rate), "follows": tariff}
        await record(
            by.actor,
            AuditVerb.RATE_ANNOUNCED,
            f"tariff:{version}",
            community=community,
            reason=new.source,
            **facts,
        )
        await tell_of_rate(version)
    return version


async def _found(by: Principal, tariff: UUID, *, newest: bool = True) -> Record:
    row = await fetch_one(
        "SELECT t.community, t.item, t.use, t.rate, t.per, t.cycle_months, t.starts_on, t.ends_on, i.name_zh,"
        " i.name_en, c.name AS estate, c.code, ($3 AT TIME ZONE c.timezone)::date AS today,"
        " EXISTS (SELECT FROM tariff n WHERE n.item = t.item AND n.use = t.use"
        "   AND n.starts_on > coalesce(t.starts_on, '-infinity')) AS followed"
        " FROM tariff t JOIN charge_item i ON i.id = t.item JOIN community c ON c.id = t.community"
        " WHERE t.id = $1 AND t.community = ANY($2)",
        tariff,
        list(by.where(May.announce_rates)),
        clock.now(),
    )
    if row is None:
        raise Missing
    if row["rate"] is None:
        raise Refused(NO_RATE)
    if newest and row["followed"]:
        raise Refused(NEWER)
    return row


async def _billed_until(tariff: Record) -> date | None:
    """The last day billed for this item, in the homes to which the version applies."""
    month = await fetch_value(
        "SELECT max(l.last_month) FROM bill_line l JOIN tariff t ON t.id = l.tariff JOIN unit u ON u.id = l.unit"
        " WHERE l.item = $1 AND CASE WHEN $2 = '*' THEN t.use = '*' ELSE u.use = $2 END",
        tariff["item"],
        tariff["use"],
    )
    return Month.parse(month).last if month else None


async def tell_of_rate(version: UUID) -> None:
    """Notify everybody who owns or rents a home of this use today of a future version with another rate.

    Part of the caller's unit of work.
    """
    row = await fetch_one(
        "SELECT t.community, t.use, t.rate, t.per, t.starts_on, t.source, i.name_zh, i.name_en, c.code,"
        " c.name AS estate, ($2 AT TIME ZONE c.timezone)::date AS today,"
        " (SELECT b.rate FROM tariff b WHERE b.item = t.item AND b.use = t.use"
        "   AND coalesce(b.starts_on, '-infinity') < t.starts_on ORDER BY b.starts_on DESC NULLS LAST LIMIT 1)"
        " AS before"
        " FROM tariff t JOIN charge_item i ON i.id = t.item JOIN community c ON c.id = t.community WHERE t.id = $1",
        version,
        clock.now(),
    )
    assert row
    if None in (row["rate"], row["before"]) or row["rate"] == row["before"] or row["starts_on"] < row["today"]:
        return
    persons = await fetch(
        "SELECT DISTINCT o.person FROM occupancy o JOIN unit u ON u.id = o.unit"
        " WHERE o.community = $1 AND o.revoked_at IS NULL"
        " AND coalesce(o.starts_on, '-infinity') <= $2 AND coalesce(o.ends_on, 'infinity') >= $2"
        " AND $3 IN ('*', u.use) ORDER BY o.person",
        row["community"],
        row["today"],
        row["use"],
    )
    per = f" / {row['per']}" if row["per"] else ""
    await tell(
        [person["person"] for person in persons],
        NoticeKind.rate_announced,
        community=row["community"],
        subject=f"tariff:{version}",
        link=f"/e/{row['code']}/prices",
        item=row["name_zh"],
        item_en=row["name_en"],
        estate=row["estate"],
        starts_on=row["starts_on"],
        rate=f"{rate_in_figures(row['rate'])}{per}",
        before=f"{rate_in_figures(row['before'])}{per}",
        source=row["source"] or "–",
    )
