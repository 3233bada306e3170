"""What somebody wrote is never lost: not when the session expired over it, and not when the act was refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

import httpx
import pytest

from tests.client import ORIGIN
from tests.web.walk.conftest import FROM_OUR_PAGES, Stage
from tests.web.walk.hostile import forms_of
from tests.web.walk.reading import Reading

pytestmark = pytest.mark.anyio
WORDS = "楼道灯坏了两周，已报修三次"
WHO = {"owner": "陈静", "committee": "吴霞", "staff": "沈平"}


@dataclass(frozen=True)
class Written:
    """A form in which somebody writes: on which page, where it is sent, with which field and what else it carries."""

    page: str
    action: str
    field: str
    carried: tuple[tuple[str, str], ...]


def forms_on(address: str, text: str) -> Iterator[Written]:
    """Those with a text area."""
    for form in Reading(address, text).tree.iter("form"):
        areas = [area.get("name") or "" for area in form.iter("textarea")]
        if form.get("method") == "post" and areas:
            carried = ((one.get("name") or "", one.get("value") or "") for one in form.iter("input"))
            yield Written(
                address, form.get("action") or "", areas[0], tuple(pair for pair in carried if pair[0][:1] == "_")
            )


async def written(stage: Stage) -> dict[str, list[Written]]:
    """Every form in which somebody writes, by who does."""
    found: dict[str, list[Written]] = {}
    for route in stage.routes:
        if route.method == "GET" and route.door in WHO:
            for home in stage.world.homes[:1] if route.door != "committee" else stage.world.homes[2:3]:
                for address in route.addresses(home.ids):
                    answer = await stage[WHO[route.door]].get(address)
                    if answer.status_code == 200 and "text/html" in answer.headers.get("content-type", ""):
                        found.setdefault(WHO[route.door], []).extend(forms_on(address, answer.text))
    return found


async def test_what_a_lost_session_cut_off_is_there_again_on_the_page_it_was_written_on(stage: Stage) -> None:
    """The browser has no session any more, not even an old one: the form itself says whose it was."""
    forms, lost = await written(stage), []
    transport = httpx.ASGITransport(app=stage.app)  # type: ignore[arg-type]
    for who, ones in forms.items():
        for one in ones:
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=FROM_OUR_PAGES) as signed_out:
                answer = await signed_out.post(
                    one.action, data={**dict(one.carried), one.field: WORDS}, headers={"Referer": ORIGIN + one.page}
                )
                door = await signed_out.get(answer.headers["location"])
            assert (answer.status_code, "两小时内" in door.text) == (303, True), one
            again = (await stage[who].get(one.page)).text
            if not any(WORDS in (area.text or "") for area in Reading(one.page, again).tree.iter("textarea")):
                lost.append(f"{one.page}: {one.action}")
    assert len({one.action for ones in forms.values() for one in ones}) >= 30
    assert lost == []


async def test_what_is_refused_comes_back_with_what_was_written(stage: Stage) -> None:
    """Each form is sent twice with words in every text field: where it is too late, the words are shown again."""
    refused, lost = 0, []
    for route in stage.routes:
        fields = [name for form in forms_of(route, guess=False) for name, field in form()._fields.items()
                  if getattr(field, "lines", 1) > 1]  # fmt: skip
        if route.method != "POST" or route.door not in WHO or not fields:
            continue
        home = stage.world.homes[2 if route.door == "committee" else 0]
        for _ in range(2):
            answer = await stage[WHO[route.door]].post(
                route.address(home.ids), data=route.form(home) | dict.fromkeys(fields, WORDS)
            )
            if answer.status_code == 409:
                refused += 1
                if escape(WORDS) not in answer.text:
                    lost.append(route.path)
    assert refused > 15
    assert lost == []
