"""The new owners: existing residents found by number or by name and phone, or new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.people.persons.roll import put_on_roll
from portal.people.persons.states import Language
from portal.platform.db.unit_of_work import fetch
from portal.records.transfers.rules import TWICE, shares_of
from portal.records.transfers.states import Basis

MOST_BUYERS = 4
NO_NAME = N_("Enter the new owner's name.")
NOT_ON_ROLL = N_("No resident has this number. Correct it, or leave it empty and enter name and phone.")
OTHER_NAME = N_("Resident number %(roll)s is %(name)s. Correct the number or the name.")


@dataclass(frozen=True)
class Buyer:
    """A new owner as entered; `number` is the row of the form."""

    number: int
    roll: str
    name: str
    phone: str | None
    email: str | None
    language: Language
    share: Fraction | None


@dataclass(frozen=True)
class Wanted:
    """A change of owners as entered."""

    starts_on: date
    basis: Basis
    document: str
    buyers: tuple[Buyer, ...]


@dataclass(frozen=True)
class NewOwner:
    """A new owner; `person` is None if they are not on the roll yet."""

    person: UUID | None
    name: str
    phone: str | None
    email: str | None
    language: Language
    share: Decimal | None
    shared_with: str | None


async def new_owners(community: int, buyers: Sequence[Buyer]) -> list[NewOwner]:
    """The persons for the entries, in that order; part of the caller's unit of work.

    Raises Invalid at the field to correct: no name, an invalid number, somebody twice, shares that are not a whole.
    """
    shares = shares_of([(buyer.number, buyer.share) for buyer in buyers])
    result = [await _owner(community, buyer, share) for buyer, share in zip(buyers, shares, strict=True)]
    keys = [(owner.person, owner.name, owner.phone) for owner in result]
    for n, key in enumerate(keys):
        if key in keys[:n]:
            raise Invalid(f"name_{buyers[n].number}", TWICE)
    return result


async def _owner(community: int, buyer: Buyer, share: Decimal | None) -> NewOwner:
    if not (buyer.roll or buyer.name):
        raise Invalid(f"name_{buyer.number}", NO_NAME)
    rows = await fetch(
        "SELECT id, external_id, name, phone, email, language FROM person WHERE community = $1"
        " AND CASE WHEN $2 <> '' THEN external_id = $2 ELSE phone = $3 END ORDER BY external_id",
        community,
        buyer.roll,
        buyer.phone,
    )
    if buyer.roll and not rows:
        raise Invalid(f"roll_{buyer.number}", NOT_ON_ROLL)
    if buyer.roll and buyer.name and rows[0]["name"] != buyer.name:
        raise Invalid(f"roll_{buyer.number}", OTHER_NAME, roll=buyer.roll, name=rows[0]["name"])
    known = next((row for row in rows if buyer.roll or row["name"] == buyer.name), None)
    if known:
        return NewOwner(
            person=known["id"],
            name=known["name"],
            phone=known["phone"],
            email=known["email"],
            language=Language(known["language"]),
            share=share,
            shared_with=None,
        )
    others = "、".join(row["name"] for row in rows) or None  # one number may serve two persons: one sign-in sees both
    return NewOwner(
        person=None,
        name=buyer.name,
        phone=buyer.phone,
        email=buyer.email,
        language=buyer.language,
        share=share,
        shared_with=others,
    )


async def ensure_person(community: int, owner: NewOwner) -> UUID:
    """The person of a new owner, added to the roll with a sign-in by phone if missing."""
    return owner.person or await put_on_roll(community, owner.name, owner.phone, owner.email, owner.language.value)
