"""What is open online."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch_value, reading

CLOSING = N_(
    "An online payment of %(sum)s was in progress for this. It is being closed; if it has just been "
    "paid, it becomes the owner's credit."
)


@reading
async def open_online(by: Principal, bills: Collection[UUID]) -> Money:
    """The sum of the payments that are open online for any of these bills, in the estates of this person's scope."""
    return Money(
        await fetch_value(
            "SELECT coalesce(sum(amount), 0)::bigint FROM attempt WHERE id IN"
            " (SELECT attempt FROM attempt_bill WHERE live AND bill = ANY($1::uuid[]))",
            list(bills),
        )
    )
