"""A department has a task until it says what it did; the owner reads that, and sees it before and after."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.dispute_desk.actions import rectify
from portal.care.disputes import actions, queries
from portal.care.disputes.queries import open_rectifications
from portal.care.disputes.states import Outcome, PhotoKind, StepKind
from portal.kit import clock
from portal.kit.errors import Invalid, Missing, Refused
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from tests import cast
from tests.care.dispute_desk.test_desk_pages import _another, limit
from tests.care.disputes.test_pages import attributes
from tests.care.disputes.world import WHOLE, World
from tests.client import browser
from tests.pictures import a_photo, with_exif

pytestmark = pytest.mark.anyio

DONE = "阀门已更换，现场无渗漏"


@dataclass(frozen=True)
class Photo:
    name: str
    content: bytes


def a_few(*names: str) -> Sequence[Photo]:
    return [Photo(name, a_photo(size=(60, 40))) for name in names]


def today() -> date:
    return clock.today("Asia/Shanghai")


async def routed(w: World, days: int = 2) -> UUID:
    """A dispute that the engineers have to look into."""
    dispute = await w.open()
    await deciding.route(w.service, dispute, "工程部", today() + timedelta(days=days))
    return dispute


async def tasks(w: World) -> list[tuple[UUID, str, date]]:
    """The open rectifications of the owner of the world."""
    debtor = (await w.row("SELECT debtor FROM bill WHERE id = $1", w.bill))["debtor"]
    async with unit_of_work(EVERYWHERE):
        found = await open_rectifications([debtor, uuid4()])
    assert set(found) <= {debtor}
    return found.get(debtor, [])


async def test_the_answer_of_a_department_ends_its_task_and_goes_to_the_owner(w: World) -> None:
    dispute = await routed(w)
    assert await tasks(w) == [(dispute, "工程部", today() + timedelta(days=2))]
    await rectify(w.service, dispute, DONE)
    assert await tasks(w) == [] and await w.state(dispute) == "open"
    page = await queries.dispute_of(w.owner, dispute)
    last = page.history.steps[-1]
    assert (last.kind, last.body, last.department) == (StepKind.rectified, DONE, "工程部")
    assert "has reported what was done" in page.dispute.next_words.text
    assert await w.told() == ["dispute_opened", "dispute_routed", "dispute_rectified"]
    assert (await w.verbs(f"dispute:{dispute}"))[-1] == "dispute_rectified"
    notice = await w.row("SELECT facts, link FROM notice WHERE kind = 'dispute_rectified'")
    assert DONE in notice["facts"] and notice["link"] == f"/disputes/{dispute}"
    assert await w.balance() == (WHOLE, WHOLE, WHOLE)


async def test_who_has_no_task_has_nothing_to_report(w: World) -> None:
    dispute = await w.open()
    with pytest.raises(Refused, match="Pass the dispute to a department first"):
        await rectify(w.service, dispute, DONE)
    await deciding.route(w.service, dispute, "工程部", today())
    ends = await asyncio.gather(*(rectify(w.service, dispute, DONE) for _ in range(3)), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused", "Refused"]
    assert (await w.told()).count("dispute_rectified") == 1


async def test_a_department_may_be_asked_again(w: World) -> None:
    dispute = await routed(w)
    await rectify(w.service, dispute, DONE)
    await deciding.route(w.service, dispute, "工程部", today())
    assert len(await tasks(w)) == 1
    await rectify(w.service, dispute, "管道也更换了")
    assert await tasks(w) == [] and (await w.told()).count("dispute_rectified") == 2


async def test_a_question_to_the_owner_stands_when_the_department_is_done(w: World) -> None:
    dispute = await routed(w)
    await deciding.ask(w.service, dispute, "是哪几天？")
    await rectify(w.service, dispute, DONE)
    assert await w.state(dispute) == "asked"
    await actions.answer(w.owner, dispute, "三号")
    assert await w.state(dispute) == "open"


async def test_a_proposal_stands_when_the_department_is_done(w: World) -> None:
    await limit(w, 1)
    dispute = await routed(w)
    await w.decide(dispute, Outcome.upheld)
    await rectify(w.service, dispute, DONE)
    assert await w.state(dispute) == "awaiting_approval"
    await deciding.approve(w.manager, dispute)
    assert await w.state(dispute) == "decided"


async def test_what_is_decided_or_withdrawn_asks_nothing_of_a_department(w: World) -> None:
    dispute = await routed(w)
    await actions.withdraw(w.owner, dispute)
    assert await tasks(w) == []
    second = await routed(w)
    await w.decide(second, Outcome.rejected)
    assert await tasks(w) == []
    for one in (dispute, second):
        with pytest.raises(Refused):
            await rectify(w.service, one, DONE)


async def test_photos_from_before_and_after_stay_with_the_answer(w: World) -> None:
    dispute = await routed(w)
    photos = {
        PhotoKind.before: a_few("1.jpg"),
        PhotoKind.after: a_few("2.jpg", "3.jpg"),
        PhotoKind.other: a_few("4.jpg"),
    }
    await rectify(w.service, dispute, DONE, photos)
    for history in (
        (await queries.dispute_of(w.owner, dispute)).history,
        (await desk.dispute_at(w.service, dispute)).history,
    ):
        assert history.photos == []
        assert {kind: len(rows) for kind, rows in history.steps[-1].photos.items()} == {
            PhotoKind.before: 1,
            PhotoKind.after: 2,
            PhotoKind.other: 1,
        }
    one = history.steps[-1].photos[PhotoKind.after][0].id
    assert (await queries.photo_of_mine(w.owner, dispute, one)).startswith(b"\xff\xd8\xff")
    assert (await desk.photo_at_desk(w.service, dispute, one)).startswith(b"\xff\xd8\xff")
    other = await _another(w)
    for nobody in (
        queries.photo_of_mine(w.estate["李明"], dispute, one),
        queries.photo_of_mine(w.owner, other, one),
        desk.photo_at_desk(w.service, other, one),
    ):
        with pytest.raises(Missing):
            await nobody


async def test_a_photo_that_cannot_be_read_is_told_at_its_field_and_nothing_is_saved(w: World) -> None:
    dispute = await routed(w)
    bad = [*a_few("1.jpg"), Photo("2.jpg", b"\xff\xd8\xffhello")]
    for kind, field in ((PhotoKind.before, "before"), (PhotoKind.after, "after"), (PhotoKind.other, "photos")):
        with pytest.raises(Invalid) as refused:
            await rectify(w.service, dispute, DONE, {kind: bad})
        assert (refused.value.field, refused.value.sentence.facts) == (field, {"name": "2.jpg"})
    assert await w.state(dispute) == "routed" and await w.rows("SELECT id FROM photo") == []


async def test_a_late_department_comes_first_and_in_red(
    w: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = await routed(w, days=1)
    start = clock.now()
    monkeypatch.setattr(clock, "now", lambda: start + timedelta(days=2))
    fresh = await _another(w)
    async with unit_of_work(w.estate.community):
        await fetch("UPDATE dispute SET acknowledge_by = acknowledge_by - interval '9 days' WHERE id = $1", fresh)
    queue = await desk.queue_of(w.service)
    assert [card.dispute.id for card in queue.cards] == [late, fresh]
    assert (queue.counts.tasks, queue.counts.tasks_late) == (1, 1) and "工程部" in queue.departments
    async with browser(settings, w.service) as client:
        page = (await client.get("/desk/disputes?show=tasks")).text
        assert re.findall(r'data-dispute="([^"]*)"', page) == [str(late)] and "status-bad" in page
        assert "data-dispute" not in (await client.get("/desk/disputes?show=tasks&department=客服部")).text
    await rectify(w.service, late, DONE)
    queue = await desk.queue_of(w.service)
    assert [card.dispute.id for card in queue.cards] == [fresh, late] and queue.counts.tasks == 0


async def test_a_department_reports_on_the_page_and_the_owner_sees_it(w: World, settings: Settings) -> None:
    dispute = await routed(w)
    async with browser(settings, w.service) as client:
        assert (
            f'action="/desk/disputes/{dispute}/rectification"' in (await client.get(f"/desk/disputes/{dispute}")).text
        )
        empty = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": " "})
        assert empty.status_code == 422 and "请写明做了什么" in empty.text
        wrong = await client.post(
            f"/desk/disputes/{dispute}/rectification",
            data={"text": DONE},
            files=[("after", ("a.jpg", b"\xff\xd8\xff and then nothing", "image/jpeg"))],
        )
        assert wrong.status_code == 422 and "不是可以识别的照片" in wrong.text and DONE in wrong.text
        files = [(name, (f"{name}.jpg", with_exif(), "image/jpeg")) for name in ("before", "after", "photos")]
        answer = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": DONE}, files=files)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/disputes/{dispute}")
        page = (await client.get(f"/desk/disputes/{dispute}")).text
        assert attributes(page)["state"] == "open" and "/rectification" not in page
        again = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": DONE})
        assert again.status_code == 409 and "请先转交部门" in again.text
    async with browser(settings, w.owner) as client:
        page = (await client.get(f"/disputes/{dispute}")).text
        assert DONE in page and "处理前" in page and "处理后" in page
        pictures = re.findall(r'(?:href|src)="(/disputes/[^"]*/photos/[^"]*)"', page)
        assert len(pictures) == 6
        for picture in pictures:
            assert (await client.get(picture)).headers["content-type"] == "image/jpeg"


async def test_the_plain_form_with_words_alone_is_enough(w: World, settings: Settings) -> None:
    dispute = await routed(w)
    async with browser(settings, w.manager) as client:
        answer = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": DONE})
        assert answer.status_code == 303
    assert await tasks(w) == []


async def test_a_rectification_is_not_for_strangers(w: World, settings: Settings) -> None:
    dispute, other = await routed(w), await cast.donghu()
    for who, status in ((other["韩冰"], 404), (w.owner, 403)):
        async with browser(settings, who) as client:
            answer = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": DONE})
            assert answer.status_code == status
    async with browser(settings) as client:
        answer = await client.post(f"/desk/disputes/{dispute}/rectification", data={"text": DONE})
        assert answer.status_code == 303 and "/desk/sign-in" in answer.headers["location"]
    assert len(await tasks(w)) == 1
