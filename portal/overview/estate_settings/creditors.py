"""The companies of the estates that a reader keeps, and what of them is not known yet."""

from __future__ import annotations

from dataclasses import dataclass

from portal.kit.errors import Missing
from portal.kit.i18n import Sentence
from portal.people.estates.companies import creditors_of
from portal.people.estates.creditor import Creditor, Paper, named
from portal.people.persons.permissions import May
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, reading


@dataclass(frozen=True)
class CompanyRow:
    """An estate with its company; `missing` names what papers need and is not known."""

    id: int
    code: str
    creditor: Creditor

    @property
    def missing(self) -> tuple[Sentence, ...]:
        """The names of what is not known and stands on some paper."""
        return named(self.creditor.missing(Paper.letter))


@reading
async def companies_of(by: Principal, what: May = May.read_companies) -> list[CompanyRow]:
    """The estates in which the reader may do this, by their codes."""
    rows = await fetch("SELECT id, code FROM community WHERE id = ANY($1) ORDER BY code", list(by.where(what)))
    known = await creditors_of(row["id"] for row in rows)
    return [CompanyRow(row["id"], row["code"], known[row["id"]]) for row in rows]


async def company_at(by: Principal, code: str) -> CompanyRow:
    """One in which they may enter the company. Raises Missing."""
    found = next((row for row in await companies_of(by, May.set_companies) if row.code == code), None)
    if found is None:
        raise Missing
    return found
