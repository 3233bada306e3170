"""A form filled in wrongly: what is wrong stands on top with a way to it, at its field, and nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from portal.web.forms.forms import Form
from tests.web.walk.conftest import Stage
from tests.web.walk.hostile import forms_of
from tests.web.walk.reading import Reading
from tests.web.walk.routes import Route

pytestmark = pytest.mark.anyio
WHO = {"owner": "陈静", "committee": "吴霞", "staff": "沈平"}
# What is typed into each kind of field; words are right, so that they must come back.
TYPED = {
    "text": "第三单元门口", "textarea": "楼道灯坏了两周", "yuan": "十二块五", "day": "2026-02-30", "whole": "三",
    "phone": "12345", "digits": "12",
}  # fmt: skip
LEFT_OUT = {"_once", "next", "community"}


def typed_into(form: type[Form]) -> dict[str, str]:
    """Something for each field that is typed, wrong where a kind of field knows right from wrong."""
    fields = form()._fields
    return {name: TYPED[field.kind] for name, field in fields.items() if getattr(field, "kind", "") in TYPED}


def faults(address: str, text: str, typed: dict[str, str], shown: set[str]) -> Iterator[str]:
    """What a refused form's page keeps from whoever filled it in; `shown` are the names that the form's page has."""
    tree = Reading(address, text).tree
    ids = {element.get("id") for element in tree.iter() if isinstance(element.tag, str)}
    boxes = [box for box in tree.iter("div") if "summary" in (box.get("class") or "").split()]
    if len(boxes) != 1:
        yield f"{len(boxes)} summaries"
        return
    points = list(boxes[0].iter("li"))
    if not points:
        yield "a summary of nothing"
    at_fields = " ".join("".join(p.itertext()) for p in tree.iter("p") if p.get("class") == "error")
    for point in points:
        said, (link, *_more) = "".join(point.itertext()).strip(), [*point.iter("a"), None]
        if not re.search(r"[\u4e00-\u9fff]", said):
            yield f"says “{said}” in Chinese"
        if link is not None and (link.get("href") or "").removeprefix("#") not in ids:
            yield f"“{said}” leads nowhere"
        if link is not None and said not in at_fields:
            yield f"“{said}” does not stand at its field"
    plain = unescape(text)
    yield from (f"{name}: “{value}” is lost" for name, value in typed.items() if name in shown and value not in plain)


async def refusals(stage: Stage, route: Route) -> tuple[int, list[str]]:
    """How often a form was sent back, and what is wrong with its page."""
    home = stage.world.homes[2 if route.door == "committee" else 0]
    forms, found = forms_of(route, guess=False), []
    typed = {name: value for form in forms for name, value in typed_into(form).items() if name not in LEFT_OUT}
    good, back = route.form(home), 0
    for sent in (good | typed, good | dict.fromkeys(typed, "")):
        answer = await stage[WHO[route.door]].post(route.address(home.ids), data=sent)
        # Only where the page has the form: an object in another state is not asked that any more.
        if answer.status_code == 422 and f'action="{route.address(home.ids)}"' in answer.text:
            back += 1
            shown = set(re.findall(r' name="([a-z_0-9]+)"', answer.text))
            found += faults(route.path, answer.text, {k: v for k, v in sent.items() if k in typed and v}, shown)
    return back, [f"{route.path}: {fault}" for fault in found]


async def test_what_is_wrong_is_said_on_top_and_at_its_field_and_what_was_typed_is_kept(stage: Stage) -> None:
    back, wrong = 0, []
    for route in stage.routes:
        if route.method == "POST" and route.door in WHO and forms_of(route, guess=False):
            times, found = await refusals(stage, route)
            back, wrong = back + times, wrong + found
    assert not wrong, "\n".join(wrong)
    assert back > 60
