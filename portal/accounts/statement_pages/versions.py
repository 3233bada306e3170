"""Versions that correct a published statement: who found the mistake, how long owners can object, and the notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from asyncpg import Record

from portal.accounts.findings.versions import changes, corrected
from portal.accounts.publishing.actions import draft_for_update
from portal.accounts.publishing.queries import Content, content_of, lines_of
from portal.accounts.statement_pages.rows import Corrected, Correction, FundChange
from portal.accounts.statements.rules import Line, funds_of
from portal.accounts.statements.states import FoundBy
from portal.kit import clock
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work


@retrying
async def say_correction(by: Principal, statement: UUID, found_by: FoundBy, until: date) -> None:
    """Record who found what a draft corrects, and the last day on which owners may object.

    Raises Missing without a publishing role there; Refused for anything but a draft, and without a published version;
    Invalid unless the day is in the future.
    """
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        if (await content_of(draft)).corrects is None:
            raise Refused(N_("There is no published statement for this to correct."))
        if until <= clock.today(draft["timezone"]):
            raise Invalid("until", N_("Choose a future day. Owners need time to review it."))
        await fetch(
            "UPDATE statement SET found_by = $2, objections_until = $3 WHERE id = $1", statement, found_by.value, until
        )
        await record(
            by.actor, AuditVerb.STATEMENT_CORRECTION_SAID, f"statement:{statement}", community=draft["community"],
            found_by=found_by.value, until=until,
        )  # fmt: skip


async def correction_of(row: Record, content: Content, older: Record | None) -> Correction | None:
    """The correction of the older version (its id, version, time); None for a first version. In the unit of work."""
    if older is None:
        return None
    before = await lines_of(older["id"])
    why = {one.finding.key: one.words for one in content.explained}
    return Correction(
        older=older["id"],
        version=older["version"],
        published_at=older["published_at"],
        lines=[Corrected(one, why.get(corrected(one).key, "")) for one in changes(before, content.lines)],
        results=_results(before, content.lines),
        found_by=FoundBy(row["found_by"]) if row["found_by"] else None,
        until=row["objections_until"],
    )


def _results(before: Sequence[Line], after: Sequence[Line]) -> list[FundChange]:
    """The remaining balance of each fund in both versions."""
    old, new = ({table.fund: table.left for table in funds_of(lines)} for lines in (before, after))
    return [FundChange(fund, old.get(fund, Money(0)), new.get(fund, Money(0))) for fund in {**old, **new}]
