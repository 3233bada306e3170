"""Questions on published accounts: asked by owners without a name, answered once, in public and in time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest

from portal.accounts.questions.actions import answer, ask, questions_at_desk
from portal.accounts.questions.rules import answer_due
from portal.accounts.statement_pages.queries import published_statement
from portal.kit import clock
from portal.kit.errors import Forbidden, Invalid, Missing, Refused
from portal.overview.desk.queries import desk_of
from portal.platform.db.unit_of_work import EVERYWHERE, fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.verify import verify
from tests import cast
from tests.accounts.statements import books
from tests.client import browser

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
WHY = "为什么这一项比预算高这么多？"


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    clock.start_at(datetime(2026, 11, 20, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def published() -> tuple[cast.Estate, UUID]:
    mingxi = await cast.mingxi()
    statement = await books.draft(mingxi.community)
    await books.publish(mingxi, statement)
    return mingxi, statement


def test_the_limit_is_that_of_the_place_or_of_the_country() -> None:
    on = date(2026, 11, 20)
    assert [answer_due(place, on).day for place in ("CN", "CN-unknown", "CN-liaocheng", "CN-hangzhou")] == [
        27,
        27,
        23,
        30,
    ]


async def test_an_owner_asks_everybody_reads_and_nobody_learns_who_it_was(settings: Settings) -> None:
    mingxi, statement = await published()
    async with browser(settings, mingxi["陈静"]) as client:
        asked = await client.post(f"/statements/{statement}/questions", data={"line": "1", "text": WHY})
        assert (asked.status_code, asked.headers["location"]) == (303, f"/statements/{statement}")
        assert WHY in (await client.get(f"/statements/{statement}")).text
        for wrong in ({"line": "999"}, {"line": ""}, {"text": ""}):
            sent = {"line": "1", "text": WHY} | wrong
            assert (await client.post(f"/statements/{statement}/questions", data=sent)).status_code == 422
        assert (
            await client.post(f"/statements/{uuid4()}/questions", data={"line": "1", "text": WHY})
        ).status_code == 404
    [waiting] = await questions_at_desk(mingxi["蒋涛"])
    assert (waiting.due_on, waiting.late, waiting.answer) == (date(2026, 11, 27), False, "")
    async with browser(settings, mingxi["冯丽"]) as client:
        assert WHY in (await client.get("/desk/questions")).text
        assert (await client.post(f"/desk/questions/{waiting.id}/answer", data={"text": "见附件"})).status_code == 403
    async with browser(settings, mingxi["蒋涛"]) as client:
        assert (await client.get(f"/desk/questions/{waiting.id}")).status_code == 200
        for words, status in (("", 422), ("九月换了主板。", 303), ("再答一次", 409)):
            answered = await client.post(f"/desk/questions/{waiting.id}/answer", data={"text": words})
            assert answered.status_code == status, words
    async with browser(settings) as client:
        public = (await client.get(f"/e/mingxi/statements/{statement}")).text
        assert WHY in public and "九月换了主板。" in public and "陈静" not in public
    async with unit_of_work(EVERYWHERE):
        told = await fetch("SELECT n.person, p.name FROM notice n JOIN person p ON p.id = n.person"
                           " WHERE n.kind = 'question_answered'")  # fmt: skip
    assert [row["name"] for row in told] == ["陈静"]
    assert (await verify())["failed"] == []


@pytest.mark.parametrize(
    "words",
    [
        "请打 13800138000 告诉我", "请打 138 0013 8000", "请打１３８００１３８０００", "请打 138-0013-8000",
        "座机 0571-87654321",
        "写到 chen@example.com", "1栋102 的钱呢", "李明交了吗",
    ],
)  # fmt: skip
async def test_what_names_somebody_is_caught_before_it_is_published(words: str) -> None:
    mingxi, statement = await published()
    with pytest.raises(Invalid):
        await ask(mingxi["陈静"], statement, "1", words)
    question = await ask(mingxi["陈静"], statement, "1", "2018年10月的 308970.85 元是怎么来的？编号 20181001")
    with pytest.raises(Invalid):
        await answer(mingxi["蒋涛"], question, words)


async def test_only_owners_of_the_estate_ask_and_only_about_what_is_published() -> None:
    mingxi, statement = await published()
    donghu = await cast.donghu()
    draft = await books.draft(mingxi.community, code="b")
    with pytest.raises(Missing):
        await ask(donghu["郑伟"], statement, "1", WHY)
    with pytest.raises(Missing):
        await ask(mingxi["陈静"], draft, "1", WHY)
    with pytest.raises(Forbidden):
        await ask(mingxi["赵敏"], statement, "1", WHY)
    question = await ask(mingxi["陈静"], statement, "1", WHY)
    with pytest.raises(Missing):
        await answer(donghu["韩冰"], question, "好")


async def test_a_double_click_asks_once_and_of_two_answers_one_stands() -> None:
    mingxi, statement = await published()
    asked = await asyncio.gather(*(ask(mingxi["陈静"], statement, "1", WHY, once="k" * 32) for _ in range(2)))
    assert len(set(asked)) == 1 and len(await questions_at_desk(mingxi["蒋涛"])) == 1
    answers = (answer(mingxi["蒋涛"], asked[0], "一"), answer(mingxi["沈平"], asked[0], "二"))
    done = await asyncio.gather(*answers, return_exceptions=True)
    assert sorted(type(one) for one in done if one is not None) == [Refused]


async def test_the_day_after_its_limit_an_answer_is_late_and_red_on_the_desk() -> None:
    mingxi, statement = await published()
    question = await ask(mingxi["陈静"], statement, "1", WHY)
    for day, late in ((27, False), (28, True)):
        clock.start_at(datetime(2026, 11, day, 4, tzinfo=UTC))
        [one] = (await published_statement(mingxi.community, statement)).questions
        assert one.late is late
        desk = await desk_of(mingxi["蒋涛"])
        assert (desk.questions, desk.questions_late) == (1, int(late))
        assert (await desk_of(mingxi["冯丽"])).questions is None
    await answer(mingxi["蒋涛"], question, "九月换了主板。")
    desk = await desk_of(mingxi["蒋涛"])
    assert (desk.questions, desk.questions_late) == (0, 0)
