"""Record a change of ownership: end the old occupancies, begin the new ones, notify both sides."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

from portal.arrears.case_file.actions import Said, look_again, write_standing
from portal.homes.residents.actions import end_ties
from portal.homes.units.debtors import ensure_debtors
from portal.homes.units.states import OccupantRole
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.kit.i18n import N_
from portal.kit.ids import id_of
from portal.kit.money import Money
from portal.money.payments.choosing import lock_bills
from portal.people.notices.actions import tell
from portal.people.notices.states import Channel, NoticeKind
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.people.persons.states import DebtorStanding
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import advisory_lock, fetch, fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent, encode, keep_photos
from portal.records.transfers.buyers import Wanted, ensure_person
from portal.records.transfers.outlook import Outlook, outlook_of

CHANGED = N_("The open matters for this home have changed. Check them again and confirm what is shown now.")
TELLING = (Channel.inbox, Channel.sms)


@retrying
async def change_owners(
    by: Principal, unit: UUID, wanted: Wanted, *, seen: str, photos: Sequence[Sent] = (), once: str | None = None
) -> UUID:
    """Record that the home belongs to the new owners from `wanted.starts_on`; returns the transfer's id.

    No bill changes its debtor. `seen` is the seal of the outlook that was confirmed; a repeated request with the same
    `once` returns the first transfer. Raises Missing, Invalid as `outlook_of` does, Refused if anything changed since.
    """
    kept, transfer = await encode(photos), id_of(by.human, once)
    async with unit_of_work(*by.where(May.change_owners)):
        await _lock(by, unit)
        if await fetch_value("SELECT id FROM transfer WHERE id = $1 AND unit = $2", transfer, unit):
            return transfer
        outlook = await outlook_of(by, unit, wanted)
        if outlook.seal != seen:
            raise Refused(CHANGED)
        await _end(outlook)
        persons = await _begin(outlook)
        old = await _insert(by, transfer, outlook, persons)
        await _bury(by, outlook)
        await keep_photos(outlook.community, f"transfer:{transfer}", by.actor, kept)
        await record(
            by.actor,
            AuditVerb.OWNERS_CHANGED,
            f"unit:{unit}",
            community=outlook.community,
            reason=wanted.document,
            on=wanted.starts_on,
            cause=wanted.basis,
            transfer=transfer,
            outstanding=outlook.outstanding,
            photos=len(kept),
        )
        await _tell(transfer, outlook, persons, outlook.owed_by(old))
    return transfer


async def _lock(by: Principal, unit: UUID) -> None:
    """Lock out bill runs, imports and payments between what was seen and what is written."""
    community = await fetch_value(
        "SELECT community FROM unit WHERE id = $1 AND community = ANY($2)", unit, list(by.where(May.change_owners))
    )
    if community is None:
        raise Missing
    await advisory_lock(f"bill-run:{community}")
    await fetch("SELECT FROM unit WHERE id = $1 FOR NO KEY UPDATE", unit)
    await lock_bills([row["id"] for row in await fetch("SELECT id FROM bill WHERE unit = $1", unit)])


async def _end(outlook: Outlook) -> None:
    """End the ties of the former owners, and of people there through them, on the day before; revoke later ones."""
    ties = [*outlook.leaving, *outlook.ending]
    late = [tie.id for tie in ties if tie.starts_on and tie.starts_on > outlook.last_day]
    await end_ties(late)
    await fetch(
        "UPDATE occupancy SET ends_on = $2 WHERE id = ANY($1) AND revoked_at IS NULL",
        [tie.id for tie in ties],
        outlook.last_day,
    )


async def _begin(outlook: Outlook) -> list[UUID]:
    """The new owners' ties; returns their persons, in the order entered."""
    persons = [await ensure_person(outlook.community, owner) for owner in outlook.coming]
    roles = [OccupantRole.owner, *[OccupantRole.co_owner] * (len(persons) - 1)]
    await fetch(
        "INSERT INTO occupancy (id, community, unit, person, role, share, starts_on)"
        " SELECT gen_random_uuid(), $1, $2, p, r, s, $3"
        " FROM unnest($4::uuid[], $5::text[], $6::numeric[]) AS t(p, r, s)",
        outlook.community,
        outlook.unit,
        outlook.wanted.starts_on,
        persons,
        [role.value for role in roles],
        [owner.share for owner in outlook.coming],
    )
    return persons


async def _insert(by: Principal, transfer: UUID, outlook: Outlook, persons: list[UUID]) -> UUID | None:
    """Write the transfer; returns the debtor that the former owners were together."""
    new = outlook.unit, tuple(sorted(persons, key=str))
    old = outlook.unit, tuple(sorted({tie.person for tie in outlook.leaving}, key=str))
    debtors = await ensure_debtors(outlook.community, [new, *([old] if old[1] else [])])
    seen = {name: whole for name, whole in asdict(outlook).items() if name in ("bills", "things", "turns", "vacant")}
    await fetch(
        "INSERT INTO transfer (id, community, unit, starts_on, basis, document, old_debtor, new_debtor, seen, made_by,"
        " made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        transfer,
        outlook.community,
        outlook.unit,
        outlook.wanted.starts_on,
        outlook.wanted.basis.value,
        outlook.wanted.document,
        debtors.get(old),
        debtors[new],
        json.dumps(seen, default=str, ensure_ascii=False, sort_keys=True),
        await staff_of(by, outlook.community),
        clock.now(),
    )
    return debtors.get(old)


async def _bury(by: Principal, outlook: Outlook) -> None:
    """The home is inherited: what the deceased owe is held at once, until an heir is named."""
    gone = [tie.person for tie in outlook.dying]
    if not gone:
        return
    entry = Said(DebtorStanding.deceased, outlook.last_day, outlook.wanted.document)
    known = {row["person"] for row in await fetch(
        "SELECT person FROM person_now WHERE person = ANY($1) AND standing IN ('deceased', 'heir')", gone)}  # fmt: skip
    staff = await staff_of(by, outlook.community)
    for person in sorted(set(gone) - known, key=str):
        await write_standing(outlook.community, person, entry, None, staff, actor=by.actor)
        await look_again(outlook.community, person, clock.today(outlook.zone), by.actor)


async def _tell(transfer: UUID, outlook: Outlook, persons: list[UUID], owed: Money) -> None:
    """Notify those who leave and those who come, each once; somebody who stays as a co-owner hears of the new tie.

    Nothing is sent to those from whom the home was inherited.
    """
    dead = {tie.person for tie in outlook.dying}
    about = {"community": outlook.community, "subject": f"transfer:{transfer}", "channels": TELLING}
    facts = {"unit": outlook.name, "estate": outlook.estate, "starts_on": outlook.wanted.starts_on}
    facts["basis"] = outlook.wanted.basis.value
    going = sorted({tie.person for tie in outlook.leaving} - set(persons) - dead, key=str)
    last = {"last_on": outlook.last_day, "amount": owed}
    await tell(going, NoticeKind.ownership_ended, link="/bills", **about, **facts, **last)  # type: ignore[arg-type]
    await tell(persons, NoticeKind.ownership_began, link="/household", **about, **facts)  # type: ignore[arg-type]
