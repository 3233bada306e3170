"""Record work done on the estate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.care.standards.actions import keep_round
from portal.care.standards.states import ServiceArea
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch_one, fetch_value, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos


@dataclass(frozen=True)
class Work:
    """A piece of work as entered; day and time are in the community's zone, by default now.

    `standard` is the promise that it keeps, if any.
    """

    area: ServiceArea
    title: str
    place: str
    done_on: date | None = None
    done_at: time | None = None
    note: str = ""
    standard: UUID | None = None


async def record_service(
    by: Principal, community: int, work: Work, photos: Sequence[Sent] = (), once: str | None = None
) -> UUID:
    """Save a piece of work with its photos, and return its id. The same `once` again returns the first id.

    Raises Forbidden without a recording role there, Invalid for a future moment or a photo that cannot be read,
    Missing for a standard of another estate.
    """
    if not by.may(community, May.record_services):
        raise Forbidden
    drawn = await encode(photos)
    key = id_of(by.human, once)
    async with unit_of_work(community):
        staff = await fetch_one(
            "SELECT s.id, c.timezone FROM staff s JOIN community c ON c.id = s.community"
            " WHERE s.community = $1 AND s.human = $2",
            community,
            by.human,
        )
        if staff is None:
            raise Forbidden
        done_at = _moment(work, staff["timezone"])
        made: UUID | None = await fetch_value(
            "INSERT INTO service_record (id, community, area, title, place, note, done_at, recorded_by, recorded_at,"
            " once) VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8, $9)"
            " ON CONFLICT (once) DO NOTHING RETURNING id",
            community,
            work.area.value,
            work.title,
            work.place,
            work.note or None,
            done_at,
            staff["id"],
            clock.now(),
            key,
        )
        if made is None:
            before: UUID = await fetch_value("SELECT id FROM service_record WHERE once = $1", key)
            return before
        subject = f"service:{made}"
        await keep_photos(community, subject, by.actor, drawn)
        if work.standard:
            await keep_round(community, work.standard, made, done_at.date(), actor=by.actor)
        await record(
            by.actor, AuditVerb.SERVICE_RECORDED, subject, community=community, area=work.area, photos=len(drawn)
        )
        return made


def _moment(work: Work, zone: str) -> datetime:
    now = clock.now().astimezone(ZoneInfo(zone))
    done = datetime.combine(work.done_on or now.date(), work.done_at or now.time(), now.tzinfo)
    if done > now:
        raise Invalid("done_on", N_("This is in the future. Enter when the work was done."))
    return done
