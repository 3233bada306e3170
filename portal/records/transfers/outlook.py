"""The effect of a change of ownership: who owes which months, and what happens to open matters."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from uuid import UUID

from asyncpg import Record

from portal.care.disputes.states import LIVE as LIVE_DISPUTES
from portal.care.plans.states import LIVE as LIVE_PLANS
from portal.fees.runs.facts import book_of, charges_of
from portal.homes.units.states import BOUND, OWNING, OccupantRole
from portal.kit import clock
from portal.kit.errors import Invalid, Missing
from portal.kit.i18n import Bilingual
from portal.kit.money import Money, total
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import fetch_as
from portal.platform.db.unit_of_work import fetch, fetch_one, reading
from portal.records.transfers.buyers import NewOwner, Wanted, new_owners
from portal.records.transfers.rules import SAME_OWNERS, Reach, Turn, check_day, turns
from portal.records.transfers.states import Basis, OpenThing
from portal.records.transfers.words import EARLIER, STAYS, fate_of

DAY = timedelta(days=1)

# The last day that decided who owes an item of a bill; for opening balances their month.
BILLS = """
SELECT b.id, b.number, b.debtor, b.due_on, n.names, w.fen, w.outstanding, l.first, l.last, l.decided_on
FROM bill b JOIN bill_balance w ON w.bill = b.id JOIN debtor_names n ON n.debtor = b.debtor
JOIN LATERAL (
  SELECT min(i.first) AS first, max(i.last) AS last, max(i.decided_on) AS decided_on
  FROM (SELECT min(first_month) AS first, max(last_month) AS last,
               min(coalesce((facts ->> 'owed_on')::date, (facts ->> 'starts_on')::date,
                            to_date(first_month, 'YYYY-MM'))) AS decided_on
        FROM bill_line WHERE bill = b.id GROUP BY item) i) l ON true
WHERE b.unit = $1 AND w.state <> 'replaced' ORDER BY b.issued_on, b.number
"""
THINGS = """
SELECT 'dispute' AS kind, d.id, d.state, d.amount, d.debtor FROM dispute d JOIN debtor o ON o.id = d.debtor
WHERE o.unit = $1 AND d.state = ANY($2)
UNION ALL SELECT 'plan', p.id, p.state, p.total, p.debtor FROM plan p JOIN debtor o ON o.id = p.debtor
WHERE o.unit = $1 AND p.state = ANY($3)
UNION ALL SELECT 'case', c.id, c.state, NULL, c.debtor FROM arrears_case c WHERE c.unit = $1 AND c.state <> 'closed'
UNION ALL SELECT 'hold', h.id, h.reason, h.amount, h.debtor FROM hold h JOIN debtor o ON o.id = h.debtor
WHERE o.unit = $1 AND h.released_at IS NULL AND h.reason NOT IN ('dispute', 'plan')
UNION ALL SELECT 'attempt', a.id, a.state, a.amount, a.debtor FROM attempt a JOIN debtor o ON o.id = a.debtor
WHERE o.unit = $1 AND a.state IN ('creating', 'open', 'unknown', 'completed')
UNION ALL SELECT 'correction', k.id, k.state, k.amount, b.debtor FROM correction k JOIN bill_line l ON l.id = k.line
JOIN bill b ON b.id = l.bill WHERE b.unit = $1 AND k.state = 'waiting'
UNION ALL SELECT 'credit', r.debtor, 'posted', sum(r.amount)::bigint, r.debtor FROM credit r
JOIN debtor o ON o.id = r.debtor WHERE o.unit = $1 GROUP BY r.debtor HAVING sum(r.amount) > 0
"""


@dataclass(frozen=True)
class Tie:
    """A tie to the home that the change affects: a leaving owner, a tenant, the family of an owner."""

    id: UUID
    person: UUID
    name: str
    role: OccupantRole
    starts_on: date | None
    ends_on: date | None
    family_of: UUID | None


@dataclass(frozen=True)
class StayingBill:
    """A bill that stays with its debtors. `reaches`: it covers days of the new owners too."""

    id: UUID
    number: int
    debtor: UUID
    names: str
    first: Month
    last: Month
    due_on: date
    fen: Money
    outstanding: Money
    reaches: bool


@dataclass(frozen=True)
class StayingThing:
    """Something open that stays with `names`; `state` is the word for its state."""

    kind: OpenThing
    id: UUID
    state: str
    amount: Money | None
    names: str


@dataclass(frozen=True)
class ItemTurn:
    """Who owes an item around the change."""

    item: Bilingual
    turn: Turn


@dataclass(frozen=True)
class Outlook:
    """All effects of a change of owners, as things are now."""

    unit: UUID
    community: int
    name: str
    estate: str
    zone: str
    wanted: Wanted
    leaving: Sequence[Tie]
    bound: Sequence[Tie]
    coming: Sequence[NewOwner]
    turns: Sequence[ItemTurn]
    bills: Sequence[StayingBill]
    things: Sequence[StayingThing]
    vacant: bool

    @property
    def last_day(self) -> date:
        """The last day of the former owners."""
        return self.wanted.starts_on - DAY

    @property
    def tenants(self) -> list[Tie]:
        """Tenants who continue to rent it, without those who buy it."""
        coming = {owner.person for owner in self.coming}
        return [tie for tie in self.bound if tie.family_of is None and tie.person not in coming]

    @property
    def ending(self) -> list[Tie]:
        """Other ties that end with the owners': of a tenant who buys, of the family of a leaving owner."""
        coming = {owner.person for owner in self.coming}
        return [t for t in self.bound if t.person in coming or (t.family_of and t.family_of not in coming)]

    @property
    def dying(self) -> list[Tie]:
        """The owners who have died, from whom the home is inherited."""
        coming = {owner.person for owner in self.coming}
        inherited = self.wanted.basis is Basis.inheritance
        return [tie for tie in self.leaving if inherited and tie.person not in coming]

    @property
    def earlier(self) -> str:
        """Who owes what was billed before, as a sentence to be translated."""
        return EARLIER.get(self.wanted.basis, STAYS)

    def fate(self, thing: StayingThing) -> str:
        """What happens to something open, as a sentence to be translated."""
        return fate_of(self.wanted.basis, thing.kind)

    @property
    def outstanding(self) -> Money:
        """All that remains to be paid for this home, by whatever debtor."""
        return total(bill.outstanding for bill in self.bills)

    def owed_by(self, debtor: UUID | None) -> Money:
        """The part of it that one debtor owes."""
        return total(bill.outstanding for bill in self.bills if bill.debtor == debtor)

    @property
    def seal(self) -> str:
        """SHA-256 of all of it: whoever confirms sends it back, so that nothing else is confirmed."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()


@reading
async def outlook_of(by: Principal, unit: UUID, wanted: Wanted) -> Outlook:
    """The effects of the change. Raises Missing, and Invalid at the field that prevents it."""
    home = await fetch_one(
        "SELECT u.id, u.community, u.name, u.use, u.handed_over_on, c.name AS estate, c.timezone"
        " FROM unit u JOIN community c ON c.id = u.community WHERE u.id = $1 AND u.community = ANY($2)",
        unit,
        list(by.where(May.change_owners)),
    )
    if home is None:
        raise Missing
    ties, bills = await _ties(unit), await fetch(BILLS, unit)
    owners = [tie for tie in ties if tie.role in OWNING]
    reach = Reach(
        home["handed_over_on"],
        max((tie.starts_on for tie in owners if tie.starts_on), default=None),
        max((bill["decided_on"] for bill in bills), default=None),
    )
    check_day(wanted.starts_on, reach, clock.today(home["timezone"]))
    leaving = [tie for tie in owners if tie.ends_on is None or tie.ends_on >= wanted.starts_on]
    coming = await new_owners(home["community"], wanted.buyers)
    if {tie.person for tie in leaving} == {owner.person for owner in coming}:
        raise Invalid("name_1", SAME_OWNERS)
    return Outlook(
        unit=unit,
        community=home["community"],
        name=home["name"],
        estate=home["estate"],
        zone=home["timezone"],
        wanted=wanted,
        leaving=leaving,
        bound=[tie for tie in ties if tie.role in BOUND and (tie.ends_on is None or tie.ends_on >= wanted.starts_on)],
        coming=coming,
        turns=await _turns(home, wanted.starts_on),
        bills=[_bill(bill, Month.of(wanted.starts_on)) for bill in bills if _matters(bill, wanted.starts_on)],
        things=await _things(unit),
        vacant=await _vacant(unit, wanted.starts_on),
    )


async def _ties(unit: UUID) -> list[Tie]:
    return await fetch_as(
        Tie,
        "SELECT o.id, o.person, p.name, o.role, o.starts_on, o.ends_on, o.family_of"
        " FROM occupancy o JOIN person p ON p.id = o.person WHERE o.unit = $1 AND o.revoked_at IS NULL"
        " ORDER BY o.role DESC, p.external_id, o.starts_on",
        unit,
    )


async def _turns(home: Record, starts_on: date) -> list[ItemTurn]:
    book = await book_of(home["community"])
    charges = (await charges_of([home["id"]])).get(home["id"], [])
    names = {
        row["code"]: Bilingual(row["name_zh"], row["name_en"])
        for row in await fetch("SELECT code, name_zh, name_en FROM charge_item WHERE community = $1", home["community"])
    }
    result = turns(book.tariffs, charges, home["use"], home["handed_over_on"], starts_on)
    return [ItemTurn(names[turn.item], turn) for turn in result]


def _matters(bill: Record, starts_on: date) -> bool:
    """What is still owed, and what was billed, paid or not, for days after the change."""
    return bool(bill["outstanding"]) or Month.parse(bill["last"]).last >= starts_on


def _bill(bill: Record, month: Month) -> StayingBill:
    last = Month.parse(bill["last"])
    return StayingBill(
        id=bill["id"],
        number=bill["number"],
        debtor=bill["debtor"],
        names=bill["names"],
        first=Month.parse(bill["first"]),
        last=last,
        due_on=bill["due_on"],
        fen=Money(bill["fen"]),
        outstanding=Money(bill["outstanding"]),
        reaches=last >= month,
    )


async def _things(unit: UUID) -> list[StayingThing]:
    return await fetch_as(
        StayingThing,
        f"SELECT t.kind, t.id, t.state, t.amount, n.names FROM ({THINGS}) t JOIN debtor_names n ON n.debtor = t.debtor"
        " UNION ALL SELECT 'binding', b.id, b.state, NULL, p.name FROM binding b JOIN person p ON p.id = b.owner"
        " WHERE b.unit = $1 AND b.state = 'requested' ORDER BY kind, id",
        unit,
        [state.value for state in LIVE_DISPUTES],
        [state.value for state in LIVE_PLANS],
    )


async def _vacant(unit: UUID, on: date) -> bool:
    return bool(
        await fetch(
            "SELECT FROM vacancy WHERE unit = $1 AND state = 'approved' AND coalesce(ends_on, 'infinity') >= $2",
            unit,
            on,
        )
    )
