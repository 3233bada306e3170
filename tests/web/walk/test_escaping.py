"""Every text that people wrote is only text on every page: an estate whose every word is an attack (F-72, F-75)."""

from __future__ import annotations

import json
import re
from typing import Any

import asyncpg
import httpx
import pytest

from tests.web.walk.conftest import Stage
from tests.web.walk.reading import Reading
from tests.web.walk.test_pages import DOORS, walk

pytestmark = pytest.mark.anyio

# Ends an attribute and a tag, brings its own htmx, and is no good format string either.
EVIL = "\"'><xss hx-get=/evil data-hx-post=/evil onload=1>%s%(x)s{{7*7}}</xss>"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Written by people, but not in Chinese in this estate.
ALSO = {("charge_item", "name_en"), ("statement_line", "item_en"), ("tariff", "source"), ("payment", "reference"),
        ("community", "hotline"), ("web_session", "user_agent")}  # fmt: skip
# What a form or an import writes and a page must show, by column; each carries its own name.
SHOWN = {
    "audit_entry.reason", "charge_item.name_en", "charge_item.name_zh", "community.name", "correction.reason",
    "dispute_step.body", "payment.reference", "person.name", "plan.hardship", "service_record.place",
    "service_record.title", "staff.name", "statement.title", "statement_line.item_zh", "statement_line.item_en",
    "tariff.source", "unit.name",
}  # fmt: skip


@pytest.fixture(scope="module")
async def poisoned(stage: Stage, admin: asyncpg.Connection) -> set[str]:
    """Every text of the estate gets the attack behind it; the columns that were given it."""
    columns = await admin.fetch(
        "SELECT table_name AS table, column_name AS name, data_type AS kind, character_maximum_length AS most"
        " FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND data_type IN ('text', 'character varying', 'jsonb') ORDER BY 1, 2"
    )
    done = set()
    for column in columns:
        table, name = column["table"], column["name"]
        rows = await admin.fetch(f'SELECT ctid AS row, "{name}"::text AS value FROM "{table}"')
        for row in rows:
            spoilt = _spoilt(column["kind"], row["value"], f"{table}.{name}", (table, name) in ALSO)
            if spoilt and spoilt != row["value"]:
                cast = "::text::jsonb" if column["kind"] == "jsonb" else ""
                spoilt = spoilt[: column["most"]] if not cast else spoilt
                await admin.execute(f'UPDATE "{table}" SET "{name}" = $1{cast} WHERE ctid = $2', spoilt, row["row"])
                done.add(f"{table}.{name}")
    return done


def _spoilt(kind: str, value: str | None, where: str, also: bool) -> str | None:
    if value is None:
        return None
    if kind != "jsonb":
        return f"{value}[{where}]{EVIL}" if also or CHINESE.search(value) else value

    def through(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: through(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [through(inner) for inner in part]
        return f"{part}[{where}]{EVIL}" if isinstance(part, str) and CHINESE.search(part) else part

    return json.dumps(through(json.loads(value)), ensure_ascii=False)


def injected(page: Reading) -> list[str]:
    """Elements and attributes that our templates never wrote."""
    found = [f"<{element.tag}>" for element in page.tree.iter() if element.tag == "xss"]
    for element in page.tree.iter():
        found += [f"{name}={value}" for name, value in element.attrib.items() if value == "/evil" or name == "onload"]
    return found


async def test_the_attack_is_everywhere_people_write(poisoned: set[str]) -> None:
    assert poisoned >= SHOWN, SHOWN - poisoned


@pytest.mark.parametrize("name", ["陈静", "吴霞", "沈平", "anyone"])
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_it_stays_text_on_every_page(stage: Stage, poisoned: set[str], name: str, language: str) -> None:
    wrong, client = [], stage[name]
    await client.post("/language", data={"language": language})
    for route in stage.routes:
        if route.method != "GET":
            continue
        address = route.address(stage.world.here.ids)
        for head in ({}, {"HX-Request": "true", "HX-Request-Type": "partial"}):
            answer = await client.get(address, headers=head)
            if answer.status_code >= 500 and route.path != "/readyz":
                wrong.append(f"{route.path}: {answer.status_code}")
            if "text/html" in answer.headers.get("content-type", ""):
                wrong += [f"{route.path}: {what}" for what in injected(Reading(address, answer.text))]
            wrong += [f"{route.path}: {told}" for told in _in_head(answer)]
    assert not wrong, "\n".join(["", *sorted(set(wrong))])


@pytest.mark.parametrize("name", ["陈静", "沈平"])
async def test_the_pages_stay_sound_and_lead_only_to_ours(stage: Stage, poisoned: set[str], name: str) -> None:
    found = await walk(stage, name, DOORS[name])
    assert not found.faults, "\n".join(["", *sorted(set(found.faults))])


async def test_what_was_written_is_really_shown(stage: Stage, poisoned: set[str]) -> None:
    """Else nothing above would show anything."""
    said = ""
    for name, language in (("陈静", "zh-CN"), ("沈平", "zh-CN"), ("陈静", "en"), ("吴霞", "zh-CN")):
        await stage[name].post("/language", data={"language": language})
        for route in stage.routes:
            if route.method == "GET":
                said += (await stage[name].get(route.address(stage.world.here.ids))).text
    unseen = {column for column in poisoned if f"[{column}]" not in said}
    assert not SHOWN & unseen, unseen


def _in_head(answer: httpx.Response) -> list[str]:
    return [f"{name}: {value}" for name, value in answer.headers.items() if "xss" in value or "\n" in value]
