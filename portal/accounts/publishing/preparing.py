"""Prepare a draft: say what its figures rest on, and explain in public what the checks found."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from portal.accounts.publishing.actions import draft_for_update, keep_finding
from portal.accounts.publishing.queries import content_of
from portal.accounts.statements.states import Basis, RemunerationBase
from portal.homes.units.discretion import no_personal_data
from portal.kit.errors import Invalid, Refused
from portal.kit.i18n import N_
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.people.persons.queries import staff_of
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, retrying, unit_of_work

_NEEDS = {RemunerationBase.received: Basis.cash, RemunerationBase.receivable: Basis.accrual}


@retrying
async def explain_finding(by: Principal, statement: UUID, finding: str, words: str) -> None:
    """Say for everybody why something that was found (its key) is so; again puts new words in place of the old.

    Raises Missing without a publishing role there, Refused for anything but a draft or what is found no more, Invalid
    where the words name a person, a home or a number.
    """
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        found = next((one.finding for one in (await content_of(draft)).explained if one.finding.key == finding), None)
        if found is None:
            raise Refused(N_("This no longer holds: the figures changed. Look at the checks again."))
        await no_personal_data(draft["community"], text=words)
        await keep_finding(draft["community"], statement, found, words, await staff_of(by, draft["community"]))
        await record(
            by.actor, AuditVerb.STATEMENT_EXPLAINED, f"statement:{statement}", community=draft["community"],
            finding=finding, words=words,
        )  # fmt: skip


@retrying
async def set_terms(
    by: Principal,
    statement: UUID,
    basis: Basis,
    base: RemunerationBase | None = None,
    rate: Decimal | None = None,
    outside: Sequence[int] = (),
) -> None:
    """Say what a draft's figures rest on: cash or accrual, and what the manager's share (rate, a ratio) is taken of.

    Raises Missing without a publishing role there, Refused for anything but a draft, Invalid for a base without a rate,
    a rate without a base, or a base that the basis does not show.
    """
    if (base is None) != (rate is None):
        raise Invalid("rate", N_("Give both: what the remuneration is taken of, and its rate."))
    if base in _NEEDS and _NEEDS[base] is not basis:
        raise Invalid("base", N_("Fees received are shown on a cash basis, fees receivable on an accrual basis."))
    scope = by.where(May.publish_statements)
    async with unit_of_work(*scope):
        draft = await draft_for_update(statement, scope)
        await fetch(
            "UPDATE statement SET basis = $2, remuneration_base = $3, remuneration_rate = $4, outside_base = $5"
            " WHERE id = $1",
            statement,
            basis.value,
            base,
            rate,
            sorted(outside) if base else None,
        )
        await record(
            by.actor, AuditVerb.STATEMENT_TERMS_SET, f"statement:{statement}", community=draft["community"],
            basis=basis.value, base=base, rate=None if rate is None else str(rate), outside=sorted(outside),
        )  # fmt: skip
