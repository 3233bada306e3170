"""Nothing that is left empty breaks a form of the desk, also for somebody who works for two estates."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from portal.platform.db.unit_of_work import fetch, unit_of_work
from tests.web.walk.conftest import Stage
from tests.web.walk.routes import Route

pytestmark = pytest.mark.anyio

MANAGER = "沈平"


@pytest.fixture(scope="module")
async def posts(stage: Stage) -> AsyncIterator[list[Route]]:
    """Every form of the desk; the manager works for the other estate too."""
    there = stage.world.there.estate.community
    async with unit_of_work(there):
        await fetch(
            "INSERT INTO staff (id, community, human, name, roles) VALUES (gen_random_uuid(), $1, $2, '经理', $3)",
            there,
            stage.world.people[MANAGER].human,
            ["manager", "finance", "service", "legal"],
        )
    yield [r for r in stage.routes if r.method == "POST" and r.path.startswith("/desk") and not r.public]


async def sent(stage: Stage, route: Route, form: dict[str, str]) -> str:
    """What broke, or nothing."""
    answer = await stage[MANAGER].post(route.address(stage.world.here.ids), data=form)
    return f"{route.path} {form}: {answer.status_code}" if answer.status_code >= 500 else ""


async def test_no_form_of_the_desk_breaks_when_it_comes_wholly_empty(stage: Stage, posts: list[Route]) -> None:
    broken = [await sent(stage, route, {}) for route in posts]
    assert len(posts) > 60
    assert not any(broken), "\n".join(filter(None, broken))


async def test_no_form_of_the_desk_breaks_when_one_of_its_fields_is_empty(stage: Stage, posts: list[Route]) -> None:
    broken = []
    for route in posts:
        good = route.form(stage.world.here)
        broken += [await sent(stage, route, good | {name: ""}) for name in good]
    assert not any(broken), "\n".join(filter(None, broken))


async def test_who_works_for_two_estates_is_asked_which(stage: Stage, posts: list[Route]) -> None:
    asked = [route for route in posts if route.form(stage.world.here).get("community") and "{" not in route.path]
    assert len(asked) > 4
    for route in asked:
        answer = await stage[MANAGER].post(route.path, data=route.form(stage.world.here) | {"community": ""})
        assert (answer.status_code, "请选择小区。" in answer.text) == (422, True), route.path
