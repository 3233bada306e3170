"""The people of every test, with names that say who they are, and the two small estates they live in.

陈静 owns 1栋101. 李明 and 王芳 own 1栋102 together. 孙强 lets 1栋103 to 赵敏. 周杰 sold 1栋104 to 吴霞 on 2026-10-15.
郑伟 lives in the other estate. 冯丽 (service), 蒋涛 (finance) and 沈平 (manager) are staff; 韩冰 is staff elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.people.persons.permissions import Role
from portal.people.persons.principal import Principal
from tests import builders


@dataclass(frozen=True)
class Estate:
    """A community with its units and its people as principals."""

    community: int
    code: str
    units: dict[str, UUID]
    people: dict[str, Principal]

    def __getitem__(self, name: str) -> Principal:
        return self.people[name]


async def mingxi() -> Estate:
    """The estate where most tests happen."""
    community = await builders.community("mingxi", "明溪花园")
    units = {name: await builders.unit(community, name) for name in ("1栋101", "1栋102", "1栋103", "1栋104")}
    people = {}
    for name, phone in {
        "陈静": "19900000101",
        "李明": "19900000102",
        "王芳": "19900000103",
        "孙强": "19900000104",
        "赵敏": "19900000105",
        "周杰": "19900000106",
        "吴霞": "19900000107",
    }.items():
        people[name] = await builders.owner(community, name, phone)
    await builders.occupies(community, units["1栋101"], people["陈静"])
    await builders.occupies(community, units["1栋102"], people["李明"])
    await builders.occupies(community, units["1栋102"], people["王芳"], role="co_owner")
    await builders.occupies(community, units["1栋103"], people["孙强"])
    await builders.occupies(community, units["1栋103"], people["赵敏"], role="tenant", starts_on=date(2026, 1, 1))
    await builders.occupies(community, units["1栋104"], people["周杰"], ends_on=date(2026, 10, 14))
    await builders.occupies(community, units["1栋104"], people["吴霞"], starts_on=date(2026, 10, 15))
    people["冯丽"] = await builders.staff(community, "冯丽", "feng", Role.service)
    people["蒋涛"] = await builders.staff(community, "蒋涛", "jiang", Role.finance, department="工程部")
    people["沈平"] = await builders.staff(community, "沈平", "shen", Role.manager, department="环境部")
    return Estate(community, "mingxi", units, people)


async def donghu() -> Estate:
    """The estate next door: nothing of it may ever be seen in the first."""
    community = await builders.community("donghu", "东湖小筑")
    units = {"8栋801": await builders.unit(community, "8栋801")}
    people = {
        "郑伟": await builders.owner(community, "郑伟", "19900000801"),
        "韩冰": await builders.staff(community, "韩冰", "han", Role.service, Role.finance, Role.manager),
    }
    await builders.occupies(community, units["8栋801"], people["郑伟"])
    return Estate(community, "donghu", units, people)
