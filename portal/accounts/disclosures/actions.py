"""Record that something was disclosed elsewhere, for example on the notice board."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.accounts.disclosures.rules import tellable
from portal.accounts.disclosures.states import Duty
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, retrying, unit_of_work

AFTER = N_("Choose a day after the end of the period, no later than today.")
AHEAD = N_("Choose a day before the end of the period, no later than today.")


@retrying
async def record_disclosure(by: Principal, disclosure: UUID, on: date, place: str) -> None:
    """Record where and on which day it was disclosed.

    Raises Missing without finance or manager there, Refused if it is published already, Invalid for a future day or one
    on which the period could not be disclosed.
    """
    scope = by.where(May.record_disclosures)
    async with unit_of_work(*scope):
        row = await fetch_one(
            "SELECT d.*, c.timezone FROM disclosure d JOIN community c ON c.id = d.community"
            " WHERE d.id = $1 AND d.community = ANY($2) FOR NO KEY UPDATE OF d",
            disclosure,
            list(scope),
        )
        if row is None:
            raise Missing
        if row["published_on"]:
            raise Refused(N_("This has already been disclosed."))
        first, last = tellable(Duty(row["duty"]), row["starts_on"], row["ends_on"])
        if not first <= on <= min(last, clock.today(row["timezone"])):
            raise Invalid("on", AHEAD if Duty(row["duty"]).ahead else AFTER)
        await fetch(
            "UPDATE disclosure SET published_on = $2, place = $3, recorded_by = $4, recorded_at = $5 WHERE id = $1",
            disclosure,
            on,
            place,
            await staff_of(by, row["community"]),
            clock.now(),
        )
        await record(
            by.actor, AuditVerb.DISCLOSURE_RECORDED, f"disclosure:{disclosure}", community=row["community"],
            on=on, place=place,
        )  # fmt: skip
