"""Late charges for the desk: terms, prime rates, months charged, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.collection.late_charges.facts import primes_of, terms_of
from portal.collection.late_charges.rules import PrimeRate, Terms, in_force
from portal.kit import clock
from portal.kit.money import Money
from portal.kit.period import Month
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.rows import as_row
from portal.platform.db.unit_of_work import fetch, reading

RECENT = 24  # months shown: two years

_MONTHS = """
SELECT m.community, m.month, m.bills, m.total,
  (SELECT coalesce(sum(w.outstanding), 0)::bigint FROM late_charge c JOIN line_balance w ON w.line = c.charge
   WHERE c.community = m.community AND c.month = m.month) AS outstanding
FROM late_month m WHERE m.community = ANY($1::int[]) ORDER BY m.month DESC
"""


@dataclass(frozen=True)
class ChargedMonth:
    """The late charges of a month, and the part that is still owed."""

    month: Month
    bills: int
    total: Money
    outstanding: Money


@dataclass(frozen=True)
class LateBook:
    """An estate's terms with all versions, newest first; `now` is the one in force, None if there is none."""

    code: str
    name: str
    today: date
    terms: list[Terms]
    primes: list[PrimeRate]
    months: list[ChargedMonth]

    @property
    def now(self) -> Terms | None:
        """The version in force today."""
        return in_force(reversed(self.terms), self.today)

    @property
    def on(self) -> bool:
        """Whether late payment costs anything today."""
        return bool(self.now and self.now.daily_rate)

    @property
    def lacks_prime_rate(self) -> bool:
        """Whether months wait because the prime rate for the first day that needs one is unknown."""
        charging = [version.starts_on for version in self.terms if version.daily_rate]
        return bool(charging) and in_force(reversed(self.primes), min(charging)) is None

    @property
    def most_a_year(self) -> Decimal | None:
        """Today's cap as a yearly factor; None if no prime rate is known or nothing is in force."""
        prime = in_force(reversed(self.primes), self.today)
        return self.now.multiple * prime.rate if self.now and prime else None


@reading
async def late_books(by: Principal) -> list[LateBook]:
    """The terms of every community where the reader may see late charges."""
    rows = await fetch(
        "SELECT id, code, name, timezone FROM community WHERE id = ANY($1) ORDER BY code",
        list(by.where(May.read_late_charges)),
    )
    communities = [row["id"] for row in rows]
    terms, primes = await terms_of(communities), await primes_of(communities)
    months: dict[int, list[ChargedMonth]] = {community: [] for community in communities}
    for row in await fetch(_MONTHS, communities):
        month = as_row(ChargedMonth, row, leaving=("community",))
        months[row["community"]].append(month)
    return [
        LateBook(
            code=row["code"],
            name=row["name"],
            today=clock.today(row["timezone"]),
            terms=terms[row["id"]][::-1],
            primes=primes[row["id"]][::-1],
            months=months[row["id"]][:RECENT],
        )
        for row in rows
    ]
