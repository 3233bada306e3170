"""The situation of a home's debtors: owner, former owner, deceased, heir."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.kit.i18n import N_, Sentence
from portal.people.persons.states import DebtorStanding
from portal.platform.db.unit_of_work import fetch

KNOWN = {
    DebtorStanding.former: N_("owner until %(day)s"),
    DebtorStanding.deceased: N_("died on %(day)s"),
    DebtorStanding.heir: N_("heir of %(name)s"),
}
NOT_AN_OWNER = N_("not an owner of this home")

# Whether somebody who lives and owes as `debtor` owns the home on `day`: only then is it a place to find them.
AT_HOME = """
EXISTS (SELECT FROM debtor_member hm JOIN debtor hd ON hd.id = hm.debtor
  JOIN occupancy ho ON ho.person = hm.person AND ho.unit = hd.unit AND ho.role IN ('owner', 'co_owner')
  LEFT JOIN person_now hs ON hs.person = hm.person
  WHERE hm.debtor = {debtor} AND coalesce(hs.standing NOT IN ('deceased', 'heir'), true)
   AND coalesce(ho.starts_on, '-infinity') <= {day} AND coalesce(ho.ends_on, 'infinity') >= {day})
"""
_MEMBERS = """
SELECT w.debtor, p.id AS person, p.name, p.phone, s.standing, s.since, s.evidence, s.address,
  p.human, h.name AS heir, h.phone AS heirs_phone, h.human AS heirs_human, o.owns, o.until, o.owned_from
FROM unnest($1::uuid[], $2::date[]) AS w(debtor, on_day) JOIN debtor d ON d.id = w.debtor
JOIN debtor_member m ON m.debtor = w.debtor JOIN person p ON p.id = m.person
LEFT JOIN person_now s ON s.person = p.id LEFT JOIN person h ON h.id = s.represented_by
CROSS JOIN LATERAL (SELECT coalesce(bool_or(coalesce(o.starts_on, '-infinity') <= w.on_day
    AND coalesce(o.ends_on, 'infinity') >= w.on_day), false) AS owns, max(o.ends_on) AS until,
    (array_agg(o.starts_on ORDER BY o.ends_on DESC NULLS FIRST))[1] AS owned_from
  FROM occupancy o WHERE o.person = p.id AND o.unit = d.unit AND o.role IN ('owner', 'co_owner')) o
ORDER BY w.debtor, p.external_id
"""


@dataclass(frozen=True)
class Member:
    """Somebody who owes. `name`, `phone` and `human` are of the person to contact: the heir, if there is one.

    `whose` is the person whose debt it is; `owns` whether the register calls them an owner; `since` the day of the
    death, or the last day as an owner; `owned_from` the first day, if known; `address` a postal address other than the
    home.
    """

    person: UUID
    whose: str
    owns: bool
    name: str
    phone: str | None
    human: UUID | None
    standing: DebtorStanding
    since: date | None
    evidence: str | None
    address: str | None
    owned_from: date | None

    @property
    def known(self) -> Sentence | None:
        """What staff should know about them, unless they are simply owners."""
        if self.standing is DebtorStanding.owner:
            return None
        words = KNOWN[self.standing] if self.since else NOT_AN_OWNER
        return Sentence(words, {"day": self.since, "name": self.whose})

    @property
    def reachable(self) -> bool:
        """Whether anybody can be contacted for them: an heir only at their own number or address."""
        if self.standing is DebtorStanding.heir:
            return bool(self.phone or self.address)
        return self.standing is not DebtorStanding.deceased

    @property
    def gets_letters(self) -> bool:
        """Whether a letter can be sent: to an owner at the home, to anybody else at their own address."""
        return self.reachable and (self.standing is DebtorStanding.owner or bool(self.address))


async def members_of(debtors: Sequence[UUID], days: Sequence[date]) -> dict[UUID, list[Member]]:
    """The persons of each debtor with their standing on a day, by the roll; in the caller's transaction."""
    grouped: dict[UUID, list[Member]] = defaultdict(list)
    for row in await fetch(_MEMBERS, list(debtors), list(days)):
        grouped[row["debtor"]].append(_member(row))
    return grouped


def standing_of(members: Sequence[Member]) -> DebtorStanding:
    """The standing they have together: that of the living, an owner first; deceased only if all have died."""
    result = {member.standing for member in members}
    order = (DebtorStanding.owner, DebtorStanding.former, DebtorStanding.heir, DebtorStanding.deceased)
    return next((one for one in order if one in result), DebtorStanding.owner)


def _member(row: Record) -> Member:
    recorded = DebtorStanding(row["standing"]) if row["standing"] else DebtorStanding.owner
    gone = recorded in (DebtorStanding.deceased, DebtorStanding.heir)
    standing = recorded if gone else DebtorStanding.owner if row["owns"] else DebtorStanding.former
    return Member(
        person=row["person"],
        whose=row["name"],
        owns=row["owns"],
        name=row["heir"] or row["name"],
        phone=row["heirs_phone"] if row["heir"] else row["phone"],
        human=row["heirs_human"] if row["heir"] else row["human"],
        standing=standing,
        since=row["since"] if gone else row["until"] if standing is DebtorStanding.former else None,
        evidence=row["evidence"],
        address=row["address"],
        owned_from=row["owned_from"],
    )
