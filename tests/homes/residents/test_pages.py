"""The household and the desk's queue in the browser: what is shown before it is asked, and who sees what."""

from collections.abc import Iterator
from datetime import UTC, datetime

import asyncpg
import pytest

from portal.homes.residents.actions import ask_binding
from portal.kit import clock
from portal.people.persons.actions import start_session
from portal.people.persons.principal import Audience
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.client import HOST, browser
from tests.homes.residents.world import TANG, as_principal, bound, wanted
from tests.populated import a_photo

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]


@pytest.fixture(autouse=True)
def in_november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 24, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


def typed(estate: cast.Estate, **other: str) -> dict[str, str]:
    return {
        "unit": str(estate.units["1栋101"]),
        "role": "tenant",
        "name": "唐悦",
        "phone": "188 0000 0001",
        "starts_on": "2026-11-01",
        "ends_on": "2027-10-31",
    } | other


async def test_before_anything_is_asked_the_home_and_its_estate_are_shown(
    settings: Settings, admin: asyncpg.Connection
) -> None:
    """Production mistake 7be5054: homes of the same name, and the wrong one bound."""
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        form = await client.get("/household/bindings/new")
        assert "1栋101 · 明溪花园" in form.text
        asked = await client.post("/household/bindings/new", data=typed(estate))
        assert asked.status_code == 200 and "1栋101" in asked.text and "明溪花园" in asked.text
        assert "188 0000 0001" in asked.text and not await admin.fetchval("SELECT count(*) FROM binding")
        sure = typed(estate) | {"confirmed": "yes", "informed": "yes", "note": "租约一年", "_once": "a" * 20}
        files = {"photos": ("lease.jpg", a_photo(), "image/jpeg")}
        done = await client.post("/household/bindings/new", data=sure, files=files)
        assert (done.status_code, done.headers["location"]) == (303, "/household")
        again = await client.post("/household/bindings/new", data=sure, files=files)
        assert again.status_code == 303 and await admin.fetchval("SELECT count(*) FROM binding") == 1
        mine = await client.get("/household")
        assert "188****0001" in mine.text and "18800000001" not in mine.text and 'data-state="requested"' in mine.text


async def test_what_cannot_be_comes_back_as_it_was_typed(settings: Settings) -> None:
    estate = await cast.mingxi()
    async with browser(settings, estate["陈静"]) as client:
        for wrong, kept in (
            ({"phone": "12"}, 'value="12"'),
            ({"starts_on": "2020-01-01"}, "开始日期不能早于一年前"),
            ({"ends_on": "2026-10-01"}, "结束日期早于开始日期"),
            ({"unit": str(estate.units["1栋102"])}, "请从列出的选项中选择一项。"),
            ({"name": ""}, "请填写姓名。"),
        ):
            answer = await client.post("/household/bindings/new", data=typed(estate) | wrong)
            assert answer.status_code == 422 and kept in answer.text, wrong
        unsure = await client.post("/household/bindings/new", data=typed(estate) | {"confirmed": "yes"})
        assert unsure.status_code == 422 and "征得对方同意" in unsure.text


async def test_who_owns_no_home_today_finds_no_form(settings: Settings) -> None:
    estate = await cast.mingxi()
    for who in ("赵敏", "周杰"):
        async with browser(settings, estate[who]) as client:
            assert (await client.get("/household/bindings/new")).status_code == 404
            assert (await client.post("/household/bindings/new", data=typed(estate))).status_code == 404


async def test_the_desk_sees_the_evidence_and_answers(settings: Settings) -> None:
    estate = await cast.mingxi()
    binding = await ask_binding(estate["陈静"], wanted(estate, phone="+8619900000102"), "租约一年")
    async with browser(settings, estate["沈平"]) as client:
        assert f"/desk/bindings/{binding}" in (await client.get("/desk/bindings")).text
        assert "绑定申请" in (await client.get("/desk")).text
        shown = await client.get(f"/desk/bindings/{binding}")
        assert "租约一年" in shown.text and "陈静" in shown.text and "199****0102" in shown.text
        assert "李明 · 1栋102" in shown.text, "the number is known already"
        assert "19900000102" not in shown.text
        empty = await client.post(f"/desk/bindings/{binding}/refusal", data={"text": ""})
        assert empty.status_code == 422
        done = await client.post(f"/desk/bindings/{binding}/approval")
        assert done.headers["location"] == f"/desk/bindings/{binding}"
        assert (await client.post(f"/desk/bindings/{binding}/approval")).status_code == 409
        assert "解除绑定" in (await client.get(f"/desk/bindings/{binding}")).text


async def test_the_owner_ends_it_and_the_tenant_is_signed_out_with_the_next_request(settings: Settings) -> None:
    estate = await cast.mingxi()
    tie = await bound(estate)
    tang = await as_principal(TANG)
    async with browser(settings, estate["陈静"]) as owner, browser(settings) as tenant:
        tenant.cookies.set("sid", await start_session(tang.human, Audience.owner, "tests"), HOST)
        assert "1栋101" in (await tenant.get("/household")).text
        assert (await tenant.get("/disputes/new", params={"line": str(tie)})).status_code == 404
        question = await owner.get(f"/household/ties/{tie}/revocation")
        assert "唐悦" in question.text and "明溪花园" in question.text
        assert (await owner.post(f"/household/ties/{tie}/revocation")).headers["location"] == "/household"
        assert (await tenant.get("/household")).headers["location"] == "/sign-in?next=/household"
        assert "唐悦" not in (await owner.get("/household")).text
        assert (await owner.post(f"/household/ties/{tie}/revocation")).status_code == 409


async def test_the_desk_ends_it_from_the_page_of_the_home(settings: Settings) -> None:
    estate = await cast.mingxi()
    tie = await bound(estate)
    async with browser(settings, estate["沈平"]) as client:
        home = await client.get(f"/desk/units/{estate.units['1栋101']}")
        assert f"/desk/ties/{tie}/revocation" in home.text
        assert (await client.post(f"/desk/ties/{tie}/revocation", data={"text": ""})).status_code == 422
        assert (await client.post(f"/desk/ties/{tie}/revocation", data={"text": "租约到期"})).status_code == 303
        assert "已解除绑定" in (await client.get(f"/desk/units/{estate.units['1栋101']}")).text
    async with browser(settings, estate["冯丽"]) as other:
        assert (await other.get("/desk/bindings")).status_code == 403
        assert (await other.get(f"/desk/ties/{tie}/revocation")).status_code == 403


async def test_one_of_two_homes_is_chosen_and_nothing_of_the_tenant_is_told_to_a_neighbour(settings: Settings) -> None:
    estate = await cast.mingxi()
    await builders.occupies(estate.community, estate.units["1栋103"], estate["陈静"], role="co_owner")
    await bound(estate)
    async with browser(settings, estate["陈静"]) as client:
        form = (await client.get("/household/bindings/new")).text
        assert "1栋101 · 明溪花园" in form and "1栋103 · 明溪花园" in form
    async with browser(settings, estate["李明"]) as neighbour:
        assert "唐悦" not in (await neighbour.get("/household")).text
