"""One request and its answer, for the tests of bindings. Today is 2026-11-24."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from portal.homes.residents.actions import Wanted, ask_binding
from portal.homes.residents.answering import approve_binding
from portal.homes.residents.states import BoundAs
from portal.people.persons.principal import Audience, Principal
from portal.platform.db.unit_of_work import EVERYWHERE, fetch_one, fetch_value, unit_of_work
from tests import builders, cast

TODAY = date(2026, 11, 24)
TANG = "+8618800000001"


def wanted(estate: cast.Estate, **other: object) -> Wanted:
    """唐悦 as the tenant of 1栋101 from 2026-11-01 on."""
    facts = {
        "unit": estate.units["1栋101"],
        "name": "唐悦",
        "phone": TANG,
        "role": BoundAs.tenant,
        "starts_on": date(2026, 11, 1),
        "ends_on": None,
    }
    return Wanted(**facts | other)  # type: ignore[arg-type]


async def bound(estate: cast.Estate, who: str = "陈静", **other: object) -> UUID:
    """Somebody is bound; their tie."""
    binding = await ask_binding(estate[who], wanted(estate, **other), "")
    await approve_binding(estate["沈平"], binding)
    async with unit_of_work(EVERYWHERE):
        return await fetch_value("SELECT occupancy FROM binding WHERE id = $1", binding)


async def as_principal(phone: str) -> Principal:
    """Who signs in with this number."""
    async with unit_of_work(EVERYWHERE):
        row = await fetch_one(
            "SELECT h.id AS human, p.id, p.name, p.community FROM human h JOIN person p ON p.human = h.id"
            " WHERE h.phone = $1",
            phone,
        )
    assert row
    return Principal(
        human=row["human"],
        session=UUID(int=0),
        audience=Audience.owner,
        name=row["name"],
        language="zh-CN",
        persons=(row["id"],),
        communities=(row["community"],),
    )


async def bills(estate: cast.Estate) -> dict[str, UUID]:
    """A bill of 1栋101 for each of September to December 2026, by month."""
    item = await builders.charge_item(estate.community)
    return {
        month: await builders.bill(
            estate.community, estate.units["1栋101"], [estate["陈静"]], [(item, 100)], period=month
        )
        for month in ("2026-09", "2026-10", "2026-11", "2026-12")
    }
