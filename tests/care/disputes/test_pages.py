"""The owner's pages: a dispute from the line to its end, each with JavaScript off."""

import io
import re
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from portal.care.dispute_desk import actions as deciding
from portal.care.disputes import actions
from portal.care.disputes.states import Outcome
from portal.people.persons.actions import close_sessions
from portal.platform.db.unit_of_work import unit_of_work
from portal.platform.process.settings import Settings
from tests import builders, cast
from tests.care.disputes.world import WHOLE, World
from tests.client import browser
from tests.pictures import with_exif

pytestmark = pytest.mark.anyio

FIELDS = {"reason": "poor_quality", "text": "垃圾桶连续三天没有清运"}


def attributes(text: str, name: str = "dispute") -> dict[str, str]:
    """The data attributes of the one element that is the dispute."""
    found = re.findall(rf"<[^>]* data-{name}=\"[^>]*>", text)
    assert len(found) == 1, found
    return dict(re.findall(r'data-([a-z]+)="([^"]*)"', found[0]))


async def opened(client: httpx.AsyncClient, w: World, **fields: object) -> str:
    answer = await client.post("/disputes/new", data=FIELDS | {"line": str(w.line)} | fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_from_the_line_to_the_dispute(w: World, settings: Settings) -> None:
    async with browser(settings, w.owner) as client:
        form = await client.get(f"/disputes/new?line={w.line}")
        assert form.status_code == 200 and 'enctype="multipart/form-data"' in form.text and "¥250" in form.text
        where = await opened(client, w, amount="100")
        page = await client.get(where)
        mine = attributes(page.text)
        assert (mine["state"], mine["held"]) == ("open", "10000") and mine["due"].endswith("+00:00")
        assert "outcome" not in mine
        assert attributes((await client.get("/disputes")).text)["dispute"] == where.rsplit("/", 1)[1]


async def test_a_dispute_with_photos_shows_them_without_their_metadata(w: World, settings: Settings) -> None:
    async with browser(settings, w.owner) as client:
        files = [("photos", ("桶.jpg", with_exif(), "image/jpeg")), ("photos", ("2.jpg", with_exif(), "image/jpeg"))]
        answer = await client.post("/disputes/new", data=FIELDS | {"line": str(w.line)}, files=files)
        assert answer.status_code == 303, answer.text
        page = await client.get(answer.headers["location"])
        pictures = re.findall(r'(?:href|src)="(/disputes/[^"]*/photos/[^"]*)"', page.text)
        assert len(pictures) == 4
        for picture in pictures:
            got = await client.get(picture)
            assert got.headers["content-type"] == "image/jpeg" and "sandbox" in got.headers["content-security-policy"]
            assert got.headers["x-content-type-options"] == "nosniff"
            assert got.headers["cache-control"] == "no-store"
            assert not Image.open(io.BytesIO(got.content)).getexif()
    async with browser(settings, w.estate["李明"]) as neighbour:
        assert (await neighbour.get(pictures[0])).status_code == 404


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"amount": "0"}, "¥0.01"),
        ({"amount": "-5"}, "请填写金额"),
        ({"amount": "1.234"}, "请填写金额"),
        ({"amount": "abc"}, "请填写金额"),
        ({"amount": "250.25"}, "最多可对 ¥250.24 提出异议"),
        ({"amount": "99999999999999"}, "请填写金额"),
        ({"reason": ""}, "请选择异议原因"),
        ({"reason": "nonsense"}, "选项"),
        ({"text": ""}, "请写明具体情况"),
    ],
)
async def test_what_cannot_be_used_comes_back_with_what_was_typed(
    w: World, settings: Settings, fields: dict[str, str], says: str
) -> None:
    async with browser(settings, w.owner) as client:
        answer = await client.post("/disputes/new", data={"line": str(w.line)} | FIELDS | fields)
        assert answer.status_code == 422 and says in answer.text, answer.text
        typed = FIELDS | fields
        assert typed["text"] in answer.text and f'value="{typed.get("amount", "")}"' in answer.text
    assert await w.rows("SELECT id FROM dispute") == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a letter", "不是可以识别的照片"),
        (b"\xff\xd8\xff and then nothing", "不是可以识别的照片"),
        (b"\xff\xd8\xff" + bytes(12 * 2**20), "超过 10 MB"),
    ],
    ids=["text", "jpeg in name", "12 MB"],
)
async def test_a_file_that_is_no_photo_keeps_the_rest_of_the_form(
    w: World, settings: Settings, content: bytes, says: str
) -> None:
    async with browser(settings, w.owner) as client:
        files = {"photos": ("a.jpg", content, "image/jpeg")}
        answer = await client.post("/disputes/new", data=FIELDS | {"line": str(w.line)}, files=files)
        assert answer.status_code == 422 and says in answer.text and FIELDS["text"] in answer.text


async def test_a_second_dispute_and_a_tenant_are_refused(w: World, settings: Settings) -> None:
    async with browser(settings, w.owner) as client:
        await opened(client, w)
        again = await client.post("/disputes/new", data=FIELDS | {"line": str(w.line)})
        assert again.status_code == 409 and (await client.get(f"/disputes/new?line={w.line}")).status_code == 409
    item = await builders.charge_item(w.estate.community, "parking")
    bill = await builders.bill(w.estate.community, w.estate.units["1栋103"], [w.estate["孙强"]], [(item, 5000)])
    line = (await builders.lines_of(w.estate.community, bill))[0]
    async with browser(settings, w.estate["赵敏"]) as tenant:
        assert (await tenant.post("/disputes/new", data=FIELDS | {"line": str(line)})).status_code == 409


async def test_what_is_not_mine_is_not_there(w: World, settings: Settings) -> None:
    dispute = await w.open()
    other = await cast.donghu()
    for who in (w.estate["李明"], other["郑伟"]):
        async with browser(settings, who) as client:
            assert (await client.get(f"/disputes/{dispute}")).status_code == 404
            assert (await client.get(f"/disputes/new?line={w.line}")).status_code == 404
            assert (await client.post("/disputes/new", data=FIELDS | {"line": str(w.line)})).status_code == 404
            for verb in ("withdrawal", "acceptance", "reopening", "messages"):
                assert (await client.post(f"/disputes/{dispute}/{verb}", data={"text": "…"})).status_code == 404
            assert str(dispute) not in (await client.get("/disputes")).text
    async with browser(settings, w.owner) as client:
        for line in ("", "nonsense", str(uuid4())):
            assert (await client.get(f"/disputes/new?line={line}")).status_code == 404
        assert (await client.get(f"/disputes/{uuid4()}")).status_code == 404


async def test_strangers_are_sent_to_sign_in_and_staff_are_turned_away(w: World, settings: Settings) -> None:
    async with browser(settings) as client:
        answer = await client.get("/disputes")
        assert answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
    async with browser(settings, w.service) as client:
        assert (await client.get("/disputes")).status_code == 403


async def test_an_owner_answers_accepts_and_reopens(w: World, settings: Settings) -> None:
    dispute = await w.open(10000)
    await deciding.ask(w.service, dispute, "是哪几天？<script>alert(1)</script>")
    async with browser(settings, w.owner) as client:
        page = (await client.get(f"/disputes/{dispute}")).text
        assert attributes(page)["state"] == "asked" and attributes(page)["due"] == ""
        assert "&lt;script&gt;" in page and "<script>alert" not in page
        empty = await client.post(f"/disputes/{dispute}/messages", data={"text": " "})
        assert empty.status_code == 422 and "请填写留言" in empty.text
        assert (await client.post(f"/disputes/{dispute}/messages", data={"text": "三号"})).status_code == 303
        await w.decide(dispute, Outcome.partly, 4000)
        page = (await client.get(f"/disputes/{dispute}")).text
        assert {"state": "decided", "outcome": "partly", "held": "0"}.items() <= attributes(page).items()
        assert (await client.post(f"/disputes/{dispute}/reopening", data={"text": ""})).status_code == 422
        assert (await client.post(f"/disputes/{dispute}/reopening", data={"text": "不够"})).status_code == 303
        page = (await client.get(f"/disputes/{dispute}")).text
        assert {"state": "reopened", "held": "6000"}.items() <= attributes(page).items()
        await w.decide(dispute, Outcome.rejected)
        assert (await client.post(f"/disputes/{dispute}/acceptance", data={})).status_code == 303
        assert (await client.post(f"/disputes/{dispute}/acceptance", data={})).status_code == 409
        assert attributes((await client.get(f"/disputes/{dispute}")).text)["state"] == "accepted"


@pytest.mark.parametrize("closed", ["decided", "accepted", "withdrawn"])
async def test_nothing_is_added_to_what_is_closed(w: World, settings: Settings, closed: str) -> None:
    dispute = await w.open()
    if closed == "withdrawn":
        await actions.withdraw(w.owner, dispute)
    else:
        await w.decide(dispute, Outcome.rejected)
    if closed == "accepted":
        await actions.accept(w.owner, dispute)
    async with browser(settings, w.owner) as client:
        answer = await client.post(f"/disputes/{dispute}/messages", data={"text": "还有一点"})
        says = "您可以接受结果，也可以重新提出" if closed == "decided" else "这项异议已经办结"
        assert answer.status_code == 409 and says in answer.text
        assert f'action="/disputes/{dispute}/messages"' not in (await client.get(f"/disputes/{dispute}")).text
    assert "dispute_answered" not in await w.verbs(f"dispute:{dispute}") and await w.state(dispute) == closed


async def test_an_owner_withdraws(w: World, settings: Settings) -> None:
    dispute = await w.open()
    async with browser(settings, w.owner) as client:
        assert (await client.post(f"/disputes/{dispute}/withdrawal", data={})).status_code == 303
        assert (await client.post(f"/disputes/{dispute}/withdrawal", data={})).status_code == 409
    assert await w.balance() == (WHOLE, WHOLE, 0)


async def test_desk_notes_and_proposals_never_reach_the_owner(w: World, settings: Settings) -> None:
    from portal.platform.db.unit_of_work import fetch, unit_of_work

    dispute = await w.open()
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE community SET approval_limit = 1")
    await deciding.decide(w.service, dispute, Outcome.upheld, None, "CANARY-1")
    await deciding.approve(w.manager, dispute, agree=False, text="CANARY-2")
    await deciding.decide(w.service, dispute, Outcome.upheld, None, "CANARY-3")
    async with browser(settings, w.owner) as client:
        assert "CANARY" not in (await client.get(f"/disputes/{dispute}")).text


async def test_both_languages_speak_of_it(w: World, settings: Settings) -> None:
    dispute = await w.open()
    async with browser(settings, w.owner) as client:
        assert "接下来" in (await client.get(f"/disputes/{dispute}")).text
        await client.post("/language", data={"language": "en", "next": "/disputes"})
    assert isinstance(dispute, UUID)


async def test_what_was_typed_outlives_the_session_on_every_form(w: World, settings: Settings) -> None:
    typed = FIELDS | {"line": str(w.line), "amount": "12.34"}
    async with browser(settings, w.owner) as client:
        where = await opened(client, w)
        await client.post(f"{where}/withdrawal")
        async with unit_of_work():
            await close_sessions(w.owner.human)
        first = await client.post("/disputes/new", data=typed)
        second = await client.post(f"{where}/messages", data={"text": "三号到五号"})
    assert first.headers["location"] == f"/sign-in?next=/disputes/new%3Fline%3D{w.line}"
    assert second.headers["location"] == f"/sign-in?next={where}"
    async with browser(settings, w.owner) as client:
        page = await client.get(f"/disputes/new?line={w.line}")
        assert FIELDS["text"] in page.text and "12.34" in page.text
        again = await opened(client, w)
        async with unit_of_work():
            await close_sessions(w.owner.human)
        await client.post(f"{again}/messages", data={"text": "三号到五号"})
    async with browser(settings, w.owner) as client:
        page = await client.get(again)
        assert page.text.count("三号到五号") == 1 and "请检查填写的内容" not in page.text
        assert "三号到五号" not in (await client.get(again)).text
