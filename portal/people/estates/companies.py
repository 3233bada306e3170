"""The company of an estate: read for papers, and entered at the desk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from asyncpg import Record

from portal.kit.errors import Missing
from portal.people.estates.creditor import FIELDS, NEEDS, Creditor, Paper
from portal.platform.audit.actions import record
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch, fetch_one, retrying, unit_of_work

COLUMNS = "company, credit_code, address, phone, bank, account_name, account_no, hotline, opens_at, closes_at"
_LACKING = " OR ".join(
    f"{'coalesce(hotline, phone)' if field == 'phone' else field} IS NULL" for field in NEEDS[Paper.letter]
)
_NAMELESS = f"SELECT name FROM community WHERE id = ANY($1) AND ({_LACKING}) ORDER BY code LIMIT $2"
_COMPANY = f"SELECT id, name, {COLUMNS} FROM community"


async def creditor_of(community: int) -> Creditor:
    """The company that an estate's fees are owed to, in the running unit of work. Raises Missing for no such estate."""
    row = await fetch_one(_COMPANY + " WHERE id = $1", community)
    if row is None:
        raise Missing
    return as_creditor(row)


async def creditors_of(communities: Iterable[int]) -> dict[int, Creditor]:
    """The companies of some estates, in the running unit of work."""
    rows = await fetch(_COMPANY + " WHERE id = ANY($1) ORDER BY code", sorted(set(communities)))
    return {row["id"]: as_creditor(row) for row in rows}


async def nameless(communities: Iterable[int], most: int) -> list[str]:
    """The names of some of these estates, at most so many, whose company is not known as a letter names it."""
    return [row["name"] for row in await fetch(_NAMELESS, sorted(set(communities)), most)]


def as_creditor(row: Record) -> Creditor:
    """A row with the estate's name and the COLUMNS as its company."""
    fields = {name: row[name] or "" for name in (*FIELDS, "hotline")}
    return Creditor(estate=row["name"], **fields, hours=f"{row['opens_at']:%H:%M}–{row['closes_at']:%H:%M}")


@retrying
async def set_company(community: int, entered: Mapping[str, str], *, actor: str) -> None:
    """Enter the fields of an estate's company; an empty text is unknown again. What was issued keeps its words."""
    values = [entered[name].strip() or None for name in FIELDS]
    async with unit_of_work(community):
        await fetch(
            "UPDATE community SET company = $2, credit_code = $3, address = $4, phone = $5, bank = $6,"
            " account_name = $7, account_no = $8 WHERE id = $1",
            community,
            *values,
        )
        await record(actor, AuditVerb.COMPANY_SET, f"community:{community}", community=community)
