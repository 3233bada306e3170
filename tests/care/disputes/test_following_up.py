"""Four weeks on the owners are asked, once, whether it is really fixed; no makes work of it again."""

import asyncio
from datetime import date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from portal.care.dispute_desk import actions as deciding, desk_queries as desk
from portal.care.dispute_desk.actions import rectify
from portal.care.dispute_desk.jobs import rounds
from portal.care.disputes import actions, queries
from portal.care.disputes.following_up import answer_follow_up
from portal.care.disputes.reporting import dispute_service
from portal.care.disputes.states import DisputeReason, Fixed, Outcome, StepKind
from portal.care.services.actions import Work, record_service
from portal.care.standards.states import ServiceArea
from portal.kit import clock
from portal.kit.errors import Missing, Refused
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings
from portal.run.cli.work import JOBS
from portal.run.worker import DAILY
from tests import cast
from tests.care.disputes.test_pages import attributes
from tests.care.disputes.world import WHOLE, World
from tests.client import browser

pytestmark = pytest.mark.anyio

START = datetime.fromisoformat("2026-11-23T10:00:00+08:00")
ASKING = date(2026, 12, 21)  # four weeks on


@pytest.fixture(autouse=True)
def start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything happens on a Monday at ten, one thing after the other."""
    ticks = count()
    monkeypatch.setattr(clock, "now", lambda: START + timedelta(milliseconds=next(ticks)))


async def accepted(w: World, outcome: Outcome = Outcome.upheld, fen: int | None = None) -> UUID:
    dispute = await w.open(20000)
    await w.decide(dispute, outcome, fen)
    await actions.accept(w.owner, dispute)
    return dispute


async def rectified(w: World) -> UUID:
    dispute = await w.open(20000)
    await deciding.route(w.service, dispute, "工程部", START.date())
    await rectify(w.service, dispute, "阀门已更换")
    return dispute


async def questions(w: World) -> int:
    return (await w.told()).count("dispute_follow_up")


async def test_it_is_asked_four_weeks_after_a_decision_was_accepted_and_not_a_day_before(w: World) -> None:
    dispute = await accepted(w)
    assert (await rounds(ASKING - timedelta(days=1)))["asked"] == 0
    assert (await rounds(ASKING))["asked"] == 1
    notice = await w.row("SELECT link, facts FROM notice WHERE kind = 'dispute_follow_up'")
    assert notice["link"] == f"/disputes/{dispute}/follow-up"
    ways = await w.rows("SELECT channel FROM delivery d JOIN notice n ON n.id = d.notice WHERE n.kind = $1 ORDER BY 1",
                        "dispute_follow_up")  # fmt: skip
    assert [row["channel"] for row in ways] == ["inbox", "sms"]
    assert (await w.verbs(f"dispute:{dispute}"))[-1] == "dispute_followed_up" and await questions(w) == 1


async def test_the_job_may_run_twice_at_once_and_late(w: World) -> None:
    await accepted(w)
    ends = await asyncio.gather(*(rounds(ASKING + timedelta(days=40)) for _ in range(4)))
    assert sum(end["asked"] for end in ends) == 1
    assert (await rounds(ASKING + timedelta(days=41)))["asked"] == 0 and await questions(w) == 1


async def test_the_job_is_run_by_the_worker_and_from_the_command_line() -> None:
    assert rounds in DAILY and JOBS["rounds"] == rounds.__module__


async def test_every_co_owner_is_asked_and_the_answer_of_one_counts(w: World) -> None:
    record = await record_service(w.service, w.estate.community, Work(ServiceArea.cleaning, "清洗垃圾桶", "北门"))
    dispute = await dispute_service(w.estate["李明"], record, reason=DisputeReason.other, body="没有洗")
    await w.decide(dispute, Outcome.upheld)
    await actions.accept(w.estate["王芳"], dispute)
    assert (await rounds(ASKING))["asked"] == 1 and await questions(w) == 2
    await answer_follow_up(w.estate["李明"], dispute, Fixed.yes)
    with pytest.raises(Refused, match="already been answered"):
        await answer_follow_up(w.estate["王芳"], dispute, Fixed.no)


async def test_what_a_department_did_is_asked_about_even_without_an_acceptance(w: World) -> None:
    dispute = await rectified(w)
    await w.decide(dispute, Outcome.rejected)
    assert (await rounds(ASKING))["asked"] == 1


async def test_nothing_is_asked_while_somebody_still_has_to_do_something(w: World) -> None:
    dispute = await rectified(w)
    await deciding.route(w.service, dispute, "工程部", START.date())
    assert (await rounds(ASKING))["asked"] == 0
    await rectify(w.service, dispute, "管道也更换了")
    await deciding.ask(w.service, dispute, "好了吗？")
    assert (await rounds(ASKING))["asked"] == 0
    await actions.withdraw(w.owner, dispute)
    assert (await rounds(ASKING))["asked"] == 0


async def test_a_decision_nobody_accepted_is_not_asked_about(w: World) -> None:
    await w.decide(await w.open(), Outcome.rejected)
    assert (await rounds(ASKING + timedelta(days=400)))["asked"] == 0


async def test_yes_closes_the_question(w: World) -> None:
    dispute = await accepted(w)
    await rounds(ASKING)
    await answer_follow_up(w.owner, dispute, Fixed.yes, "谢谢")
    page = await queries.dispute_of(w.owner, dispute)
    assert page.dispute.state == "accepted" and page.question is not None and page.question.answer is Fixed.yes
    assert (page.history.steps[-1].kind, page.history.steps[-1].body) == (StepKind.confirmed, "谢谢")
    assert (await w.verbs(f"dispute:{dispute}"))[-1] == "dispute_confirmed"
    for fixed in Fixed:
        with pytest.raises(Refused, match="already been answered"):
            await answer_follow_up(w.owner, dispute, fixed)
    assert (await rounds(ASKING + timedelta(days=400)))["asked"] == 0


async def test_no_makes_work_of_it_again_though_every_fen_was_credited(w: World) -> None:
    dispute = await accepted(w)
    await rounds(ASKING)
    await answer_follow_up(w.owner, dispute, Fixed.no, "又漏了")
    assert await w.state(dispute) == "reopened" and await w.balance() == (WHOLE - 20000, WHOLE - 20000, 0)
    page = await desk.dispute_at(w.service, dispute)
    assert page.history.steps[-1].kind is StepKind.reopened and page.dispute.due is not None
    with pytest.raises(Refused, match="already been answered"):
        await answer_follow_up(w.owner, dispute, Fixed.no)
    assert await w.decide(dispute, Outcome.upheld) is True
    await actions.accept(w.owner, dispute)
    assert (await rounds(ASKING))["asked"] == 1 and await questions(w) == 2


async def test_no_holds_what_was_not_credited(w: World) -> None:
    dispute = await accepted(w, Outcome.partly, 5000)
    await rounds(ASKING)
    await answer_follow_up(w.owner, dispute, Fixed.no)
    assert await w.balance() == (WHOLE - 5000, WHOLE - 5000, 15000)


async def test_no_gives_the_department_its_task_again_while_nobody_decided(w: World) -> None:
    dispute = await rectified(w)
    await rounds(ASKING)
    await answer_follow_up(w.owner, dispute, Fixed.no)
    page = await desk.dispute_at(w.service, dispute)
    assert (page.dispute.state, page.dispute.department, page.dispute.has_task) == ("reopened", "工程部", True)
    assert await w.balance() == (WHOLE, WHOLE, 20000)
    await rectify(w.service, dispute, "管道也更换了")
    assert (await rounds(ASKING))["asked"] == 1
    await answer_follow_up(w.owner, dispute, Fixed.no)
    assert await w.state(dispute) == "reopened" and (await desk.dispute_at(w.service, dispute)).dispute.has_task


async def test_what_was_reopened_before_the_answer_is_asked_about_no_more(w: World) -> None:
    dispute = await rectified(w)
    await w.decide(dispute, Outcome.rejected)
    await rounds(ASKING)
    await actions.reopen(w.owner, dispute, "又漏了")
    with pytest.raises(Refused, match="nothing to answer"):
        await answer_follow_up(w.owner, dispute, Fixed.no)


async def test_of_two_answers_at_once_one_counts(w: World) -> None:
    for _ in range(5):
        dispute = await accepted(w, Outcome.rejected)
        await rounds(ASKING)
        ends = await asyncio.gather(*(answer_follow_up(w.owner, dispute, one) for one in Fixed), return_exceptions=True)
        assert sorted(type(end).__name__ for end in ends) == ["NoneType", "Refused"]
        if await w.state(dispute) == "reopened":
            await actions.withdraw(w.owner, dispute)


async def test_one_tap_answers_it_and_looking_answers_nothing(w: World, settings: Settings) -> None:
    dispute = await accepted(w)
    await rounds(ASKING)
    where = f"/disputes/{dispute}/follow-up"
    async with browser(settings) as client:
        away = await client.get(where)
        assert away.status_code == 303 and away.headers["location"] == f"/sign-in?next={where}"
    async with browser(settings, w.owner) as client:
        for _ in range(2):
            page = (await client.get(where)).text
            assert page.count('name="fixed"') == 2 and attributes(page)["state"] == "accepted"
        assert where in (await client.get(f"/disputes/{dispute}")).text
        for nonsense in ({}, {"fixed": "maybe"}):
            answer = await client.post(where, data=nonsense)
            assert answer.status_code == 422 and 'name="fixed"' in answer.text
        answer = await client.post(where, data={"fixed": "no"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/disputes/{dispute}")
        page = (await client.get(f"/disputes/{dispute}")).text
        assert attributes(page)["state"] == "reopened" and where not in page
        assert (await client.post(where, data={"fixed": "yes"})).status_code == 409
        assert 'name="fixed"' not in (await client.get(where)).text


async def test_the_question_is_for_its_owners_only(w: World, settings: Settings) -> None:
    dispute, other = await accepted(w), await cast.donghu()
    where = f"/disputes/{dispute}/follow-up"
    async with browser(settings, w.owner) as client:
        assert (await client.get(where)).status_code == 200
        assert (await client.post(where, data={"fixed": "yes"})).status_code == 409
    await rounds(ASKING)
    for who, status in ((w.estate["李明"], 404), (other["郑伟"], 404), (w.service, 403)):
        async with browser(settings, who) as client:
            assert (await client.get(where)).status_code == status
            assert (await client.post(where, data={"fixed": "no"})).status_code == status
    with pytest.raises(Missing):
        await answer_follow_up(w.estate["李明"], dispute, Fixed.no)
    async with unit_of_work(w.estate.community):
        assert [row["answer"] for row in await fetch("SELECT answer FROM follow_up")] == [None]
