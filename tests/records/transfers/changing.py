"""A change of owners as the desk makes it, and what came of it; shared by the tests of transfers."""

from datetime import date

from portal.people.persons.principal import Audience, Principal
from portal.people.persons.states import Language
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.records.transfers.actions import change_owners
from portal.records.transfers.buyers import Buyer, Wanted
from portal.records.transfers.outlook import outlook_of
from portal.records.transfers.states import Basis

FROM = date(2026, 12, 1)


def buyer(name="何芳", phone="+8619900000109", share=None, *, number=1, roll="", email=None):
    return Buyer(number, roll, name, phone, email, Language.chinese, share)


def wanted(*buyers, starts_on=FROM):
    return Wanted(starts_on, Basis.sale, "不动产权第0001号", buyers or (buyer(),))


async def change(estate, what, *, unit="1栋101", by="沈平", **more):
    outlook = await outlook_of(estate[by], estate.units[unit], what)
    return await change_owners(estate[by], estate.units[unit], what, seen=outlook.seal, **more)


async def owner_called(estate, name):
    """The person of that name as they would be signed in."""
    async with unit_of_work(estate.community):
        (row,) = await fetch("SELECT id, human, external_id FROM person WHERE name = $1", name)
    return Principal(
        human=row["human"], session=row["id"], audience=Audience.owner, name=name, language="zh-CN",
        persons=(row["id"],), communities=(estate.community,),
    )  # fmt: skip


async def ties(estate, unit="1栋101"):
    async with unit_of_work(estate.community):
        return {
            (row["name"], row["role"], row["share"], row["starts_on"], row["ends_on"])
            for row in await fetch(
                "SELECT p.name, o.role, o.share, o.starts_on, o.ends_on FROM occupancy o"
                " JOIN person p ON p.id = o.person WHERE o.unit = $1",
                estate.units[unit],
            )
        }
