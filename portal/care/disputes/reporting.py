"""Disputes about a piece of work, which have no sum."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from portal.care.disputes import steps
from portal.care.disputes.actions import drawn, enter, tell_opened
from portal.care.disputes.queries import SECOND_OF_SERVICE, service_to_dispute
from portal.care.disputes.states import LIVE, DisputeReason
from portal.homes.units.debtors import ensure_debtors
from portal.kit.errors import Refused
from portal.kit.ids import id_of
from portal.people.persons.principal import Principal
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch_value, retrying, unit_of_work
from portal.platform.files.actions import Sent


@retrying
async def dispute_service(
    by: Principal,
    service: UUID,
    *,
    reason: DisputeReason,
    body: str,
    photos: Sequence[Sent] = (),
    once: str | None = None,
) -> UUID:
    """Dispute a piece of work for the reader's home, and return the dispute's id. No money is involved.

    A repeated request with the same `once` returns the first dispute. Raises Missing for a record that they do not see,
    Refused without a home of their own there and for a second open dispute, Invalid for photos.
    """
    kept, dispute = await drawn(photos), id_of(by.human, once)
    async with unit_of_work(by):
        if await fetch_value("SELECT id FROM dispute WHERE id = $1 AND opened_by = $2", dispute, by.human):
            return dispute
        service_view = await service_to_dispute(by, service)
        home = service_view.home, service_view.owners
        debtor = (await ensure_debtors(service_view.community, [home]))[home]
        await steps.lock_service(debtor, service)
        if await fetch_value(
            "SELECT id FROM dispute WHERE debtor = $1 AND service = $2 AND state = ANY($3)",
            debtor,
            service,
            [state.value for state in LIVE],
        ):
            raise Refused(SECOND_OF_SERVICE)
        about = {"community": service_view.community, "debtor": debtor, "service": service}
        opened = await enter(by, dispute, about=about, reason=reason, body=body, photos=kept)
        traced = {"service": service, "cause": reason, "photos": len(kept)}
        await steps.leave_trace(by, AuditVerb.DISPUTE_OPENED, opened, **traced)
        await tell_opened(opened)
    return dispute
