"""A person sees the homes that are theirs today, and who shares them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.homes.units.queries import homes_of
from portal.kit import clock
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
NOV = datetime(2026, 11, 23, tzinfo=UTC)


async def names(estate: cast.Estate, who: str, at: datetime = NOV) -> dict[str, list[str]]:
    return {home.name: [person.name for person in home.people] for home in await homes_of(estate[who], at)}


async def test_co_owners_see_each_other_and_nobody_else() -> None:
    estate = await cast.mingxi()
    assert await names(estate, "王芳") == {"1栋102": ["李明", "王芳"]}
    assert await names(estate, "陈静") == {"1栋101": ["陈静"]}


async def test_who_lets_sees_the_tenant_but_the_tenant_only_themselves() -> None:
    estate = await cast.mingxi()
    assert await names(estate, "孙强") == {"1栋103": ["孙强", "赵敏"]}
    assert await names(estate, "赵敏") == {"1栋103": ["赵敏"]}


async def test_a_home_changes_hands_at_midnight_of_the_estate() -> None:
    estate = await cast.mingxi()
    before, after = (datetime(2026, 10, 14, 15, 59, tzinfo=UTC) + timedelta(minutes=n) for n in (0, 1))
    assert await names(estate, "周杰", before) == {"1栋104": ["周杰"]} and await names(estate, "吴霞", before) == {}
    assert await names(estate, "周杰", after) == {} and await names(estate, "吴霞", after) == {"1栋104": ["吴霞"]}


async def test_several_homes_are_listed_in_the_order_of_the_estate() -> None:
    estate = await cast.mingxi()
    await builders.occupies(
        estate.community, estate.units["1栋103"], estate["陈静"], role="co_owner", starts_on=date(2026, 1, 1)
    )
    assert list(await names(estate, "陈静")) == ["1栋101", "1栋103"]


async def test_the_page_shows_ones_own_homes_only(settings: Settings) -> None:
    estate, _other = await cast.mingxi(), await cast.donghu()
    async with browser(settings, estate["李明"]) as client, browser(settings) as stranger:
        page = await client.get("/household")
        assert page.status_code == 200 and "1栋102" in page.text and "王芳" in page.text and "共有" in page.text
        assert not [name for name in ("陈静", "1栋101", "8栋801", "郑伟") if name in page.text]
        assert (await stranger.get("/household")).headers["location"] == "/sign-in?next=/household"
    async with browser(settings, estate["冯丽"]) as staff:
        assert (await staff.get("/household")).status_code == 403


async def test_who_has_sold_sees_a_calm_empty_page(settings: Settings) -> None:
    estate = await cast.mingxi()
    clock.start_at(NOV)
    try:
        async with browser(settings, estate["周杰"]) as client:
            page = await client.get("/household")
            assert page.status_code == 200 and "没有登记房屋" in page.text
    finally:
        clock.start_at(clock.real_now())
