"""Record a change in a debtor's situation: a death, an heir, a new address, or a mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.arrears.cases.actions import keep_still, refresh_cases
from portal.homes.units.standing import Member, members_of
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.people.persons.roll import ensure_on_roll
from portal.people.persons.states import DebtorStanding
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, retrying, unit_of_work

D = DebtorStanding
GONE = frozenset({D.deceased, D.heir})

WHO = N_("Several people owe this jointly. Choose which of them this is about.")
NOT_YET = N_("That day is in the future. Enter the day on which it happened.")
NO_HEIR = N_("Enter the name of the heir or administrator, as shown on the document.")
ONLY_AN_HEIR = N_(
    "A representative can only be named for someone who has died. Choose “heir named”, or leave this empty."
)
KNOWN = N_("The death is already on record. Name an heir, or mark it as a mistake.")
STILL_OWNS = N_("%(name)s is still registered as an owner. Record the change of ownership for the home first.")
OWNS_NO_MORE = N_("%(name)s is no longer registered as an owner. Choose “former owner”.")
THEMSELVES = N_("A person cannot be their own heir. Enter the heir.")


@dataclass(frozen=True)
class Said:
    """What staff record about a person who owes; `person` may be left out if there is only one.

    `represented_by` is the name of an heir or their number on the roll, with the heir's own `phone` and `address`;
    otherwise `address` is the person's postal address.
    """

    standing: DebtorStanding
    since: date
    evidence: str
    person: UUID | None = None
    address: str = ""
    represented_by: str = ""
    phone: str | None = None


@retrying
async def record_standing(by: Principal, debtor: UUID, entry: Said) -> None:
    """Record a person's standing, and at once hold or release what they owe.

    Raises Missing; Refused for a death that is known already; Invalid for a future day, a person who does not owe, an
    heir without all details, somebody called an owner who is none, and a former owner who still owns the home.
    """
    async with unit_of_work(*by.where(May.contact_debtors)):
        row = await fetch_one(
            "SELECT d.community, c.timezone FROM debtor d JOIN community c ON c.id = d.community"
            " WHERE d.id = $1 AND d.community = ANY($2::int[])",
            debtor,
            list(by.where(May.contact_debtors)),
        )
        if row is None:
            raise Missing
        today = clock.today(row["timezone"])
        if entry.since > today:
            raise Invalid("since", NOT_YET)
        whose = _whose((await members_of([debtor], [today]))[debtor], entry.person)
        _fits(whose, entry)
        heir = await _heir(row["community"], whose.person, entry)
        me = await staff_of(by, row["community"])
        await write_standing(row["community"], whose.person, entry, heir, me, actor=by.actor)
        await look_again(row["community"], whose.person, today, by.actor)


async def write_standing(
    community: int, person: UUID, entry: Said, heir: UUID | None, staff: UUID, *, actor: str
) -> None:
    """Write the standing with its audit row, and hold or release what the person owes; in the caller's unit of work."""
    await fetch("SELECT FROM person WHERE id = $1 FOR NO KEY UPDATE", person)
    await fetch(
        "INSERT INTO person_standing (id, community, person, standing, since, evidence, address, represented_by,"
        " by_staff, at) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9)",
        community,
        person,
        entry.standing.value,
        entry.since,
        entry.evidence.strip(),
        entry.address.strip() or None,
        heir,
        staff,
        clock.now(),
    )
    facts = {"standing": entry.standing, "since": entry.since}
    await record(
        actor, AuditVerb.PERSON_STANDING_RECORDED, f"person:{person}", community=community,
        reason=entry.evidence.strip(), heir=heir, **facts,
    )  # fmt: skip
    await keep_still(await _debts_of(person), actor=actor)


def _whose(members: Sequence[Member], person: UUID | None) -> Member:
    if person is None and len(members) == 1:
        return members[0]
    chosen = next((member for member in members if member.person == person), None)
    if chosen is None:
        raise Invalid("person", WHO)
    return chosen


def _fits(whose: Member, entry: Said) -> None:
    """Raises Invalid or Refused if it contradicts the register or what is known already."""
    if entry.standing is D.heir:
        if not entry.represented_by.strip():
            raise Invalid("represented_by", NO_HEIR)
    elif entry.represented_by.strip() or entry.phone:
        raise Invalid("represented_by", ONLY_AN_HEIR)
    if entry.standing is D.deceased and whose.standing is D.deceased:
        raise Refused(KNOWN)
    if entry.standing not in GONE and whose.owns is not (entry.standing is D.owner):
        raise Invalid("standing", STILL_OWNS if whose.owns else OWNS_NO_MORE, name=whose.whose)


async def _heir(community: int, person: UUID, entry: Said) -> UUID | None:
    """The person of the heir, by number on the roll or by name and phone; somebody new is added to the roll."""
    if entry.standing is not D.heir:
        return None
    named = entry.represented_by.strip()
    row = await fetch_one(
        "SELECT h.id, p.language FROM person p LEFT JOIN person h ON h.community = p.community AND h.external_id = $2"
        " WHERE p.id = $1",
        person,
        named,
    )
    assert row
    heir = row["id"] or await ensure_on_roll(community, named, entry.phone, language=row["language"])
    if heir == person:
        raise Invalid("represented_by", THEMSELVES)
    return heir


async def _debts_of(person: UUID) -> list[UUID]:
    rows = await fetch("SELECT debtor FROM debtor_member WHERE person = $1 ORDER BY debtor", person)
    return [row["debtor"] for row in rows]


async def look_again(community: int, person: UUID, today: date, actor: str) -> None:
    """Look at the person's cases at once, so that they stop or continue the same day."""
    debtors = await _debts_of(person)
    looked = await fetch_value("SELECT max(looked_on) FROM arrears_case WHERE debtor = ANY($1::uuid[])", debtors)
    await refresh_cases(community, debtors, max(today, looked or today), actor=actor)
