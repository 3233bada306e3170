"""Every text that people wrote is only text, on every page and in every file: an estate whose words attack (F-62)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from playwright.async_api import BrowserContext, Route, async_playwright

from portal.platform.documents.sheet import FORMULA
from tests.browser import FLAGS, chromium
from tests.client import ORIGIN
from tests.faults.counts import SEED, note, times
from tests.faults.payloads import XSS
from tests.web.walk.conftest import Stage
from tests.web.walk.reading import Reading
from tests.web.walk.routes import shape
from tests.web.walk.test_pages import DOORS, walk
from tests.web.walk.told import told

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(1800)]

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


@dataclass
class Words:
    """Every text of the database that a person may have written, row by row, as it was before."""

    admin: asyncpg.Connection
    rows: list[tuple[str, str, str, int | None, UUID, str]]

    @property
    def columns(self) -> set[str]:
        """Where they stand."""
        return {f"{table}.{name}" for table, name, *_rest in self.rows}

    async def become(self, turn: Callable[[str, str, int], str]) -> None:
        """Write each anew as what `turn` makes of it, its column and its number."""
        for number, (table, name, kind, most, key, value) in enumerate(self.rows):
            now = _turned(kind, value, table, name, lambda text, where, n=number: turn(text, where, n))
            cast = "::text::jsonb" if kind == "jsonb" else ""
            now = now if cast else now[:most]
            await self.admin.execute(f'UPDATE "{table}" SET "{name}" = $1{cast} WHERE id = $2', now, key)


@pytest.fixture(scope="module")
async def words(stage: Stage, admin: asyncpg.Connection) -> Words:
    """What there is to spoil; and work stands still since long ago, for after two minutes its page says so."""
    for table in ("run_request", "import_request"):
        await admin.execute(f"UPDATE {table} SET changed_at = changed_at - interval '1 hour'")
    columns = await admin.fetch(
        "SELECT table_name AS table, column_name AS name, data_type AS kind, character_maximum_length AS most"
        " FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        " AND data_type IN ('text', 'character varying', 'jsonb') AND EXISTS (SELECT FROM information_schema.columns i"
        " WHERE i.table_name = c.table_name AND i.column_name = 'id' AND i.data_type = 'uuid') ORDER BY 1, 2"
    )
    communities = await admin.fetch("SELECT id, name, hotline FROM community")
    found = []
    for column in columns:
        table, name, kind = column["table"], column["name"], column["kind"]
        for row in await admin.fetch(f'SELECT id, "{name}"::text AS value FROM "{table}" WHERE "{name}" IS NOT NULL'):
            if _turned(kind, row["value"], table, name, lambda text, _where: text + "!") != row["value"]:
                found.append((table, name, kind, column["most"], row["id"], row["value"]))
    for row in communities:
        found += [("community", name, "text", None, row["id"], row[name]) for name in ("name", "hotline") if row[name]]
    return Words(admin, found)


@pytest.fixture(scope="module")
async def poisoned(words: Words) -> set[str]:
    """Every text of the estate gets the attack behind it; the columns that were given it."""
    await words.become(lambda text, where, _number: f"{text}[{where}]{EVIL}")
    return words.columns


def _turned(kind: str, value: str, table: str, name: str, turn: Callable[[str, str], str]) -> str:
    """A value of the database with each text that people write turned."""
    where = f"{table}.{name}"
    if kind != "jsonb":
        return turn(value, where) if (table, name) in ALSO or CHINESE.search(value) else value

    def through(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: through(inner) for key, inner in part.items()}
        if isinstance(part, list):
            return [through(inner) for inner in part]
        return turn(part, where) if isinstance(part, str) and CHINESE.search(part) else part

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


SHOWN_IN_CHROMIUM = {
    "陈静": "/ /bills /disputes /plans /case /inbox /household /services /statements /disputes/{dispute_id}",
    "沈平": "/desk /desk/today /desk/disputes /desk/plans /desk/cases /desk/bills /desk/units /desk/audit"
    " /desk/services /desk/cases/{case}",
}
READERS = (("陈静", ("owner", "public")), ("沈平", ("staff",)), ("吴霞", ("committee",)))
UNPACKED = ("content-encoding", "content-length")  # httpx has unpacked the body already
ALIVE = (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch", b"/URI", b"/EmbeddedFile")
LEADS = ("href", "src", "action", "formaction", "srcdoc", "http-equiv", "style")


class Frame(HTMLParser):
    """The tags of a page with the names of their attributes, and where those lead that lead somewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        leads = [f"{name}={shape(value or '')}" for name, value in attrs if name in LEADS or name.startswith("hx-")]
        self.tags.append(f"{tag} {sorted(name for name, _value in attrs)} {leads}")


def not_only_text(answer: httpx.Response, plain: list[str] | None) -> str:
    """What an answer has that the same one with harmless words had not; nothing for a file that is only text."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        # The order may change with the words, since lists are sorted by them.
        more = Counter(Frame(answer.text).tags) - Counter(plain) if plain else None
        return str(list(more)[:5]) if more else ""
    if answer.content.startswith(b"%PDF-"):
        live = [
            word for word in (b"/JavaScript", b"/JS", b"/OpenAction", b"/Launch", b"/URI") if word in answer.content
        ]
        return str(live) if live or "root:x" in told(answer) else ""
    if kind.startswith("text/csv"):
        cells = [cell for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))) for cell in row]
        return str([cell for cell in cells if cell.startswith(FORMULA)][:3] or "")
    return ""


async def read_all(stage: Stage) -> dict[str, httpx.Response]:
    """Every page and file for those who may read it."""
    found = {}
    for name, doors in READERS:
        for route in stage.routes:
            if route.name in (
                "desk.cases:evidence",
                "committee:file",
            ):  # taking it is audited, and so changes what is read next
                continue
            if route.method == "GET" and route.door in doors and not route.handler.opt.get("skip_session"):
                for address in route.addresses(stage.world.here.ids):
                    found[f"{name} {address}"] = await stage[name].get(address)
    return found


async def test_a_hundred_and_twenty_attacks_change_no_page_and_no_file(stage: Stage, words: Words) -> None:
    """Each payload in every text at once, before it or behind it: the page keeps its tags, the file stays dead."""
    await words.become(lambda text, _where, _number: text + "x")
    await read_all(stage)  # reading once marks messages as read
    plain = {where: Frame(answer.text).tags for where, answer in (await read_all(stage)).items() if _html(answer)}
    tries, wrong, sinks = times(sample=2, landing=len(XSS)), [], 0
    start = SEED % len(XSS)
    for number in range(tries):
        attack = XSS[(start + number) % len(XSS)]
        # The same for all rows, so that what was equal stays equal and no list of choices grows.
        await words.become(lambda text, _where, _n, a=attack, first=number % 2: a + text if first else text + a)
        for where, answer in (await read_all(stage)).items():
            sinks += 1
            if answer.status_code >= 500 or (found := not_only_text(answer, plain.get(where))):
                wrong.append(f"{attack!r} at {where}: {answer.status_code} {found}")
    note("F-62", tries, answers=sinks, pages=len(plain), columns=len(words.columns), wrong=len(wrong))
    assert not wrong, "\n".join(["", *wrong[:20]])
    assert len(plain) > 40


async def test_nothing_runs_in_a_real_browser(stage: Stage, words: Words) -> None:
    """Twenty pages in Chromium, another attack in every text: no script runs, and the policy has nothing to refuse."""
    await words.become(lambda text, _where, number: text + XSS[number % len(XSS)])
    ids = {key.split(".")[-1]: value for key, value in stage.world.here.ids.items()}
    said, shown = list[str](), 0
    async with async_playwright() as playwright:
        chrome = await playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for name, addresses in SHOWN_IN_CHROMIUM.items():
            context = await chrome.new_context()
            await _serve(context, stage[name])
            page = await context.new_page()
            page.on("dialog", lambda dialog: said.append(f"a dialog: {dialog.message}"))
            page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
            page.on("pageerror", lambda error: said.append(str(error)))
            for address in addresses.format(**ids).split():
                answer = await page.goto(ORIGIN + address)
                assert answer is not None and answer.status == 200, address
                await page.wait_for_timeout(100)
                shown += 1
                if await page.evaluate("window.ran !== undefined"):
                    said.append(f"something ran on {address}")
            await context.close()
        await chrome.close()
    note(
        "F-62", sum(len(addresses.split()) for addresses in SHOWN_IN_CHROMIUM.values()), way="Chromium", wrong=len(said)
    )
    assert not said, "\n".join(["", *said])
    assert shown == 20


async def _serve(context: BrowserContext, client: httpx.AsyncClient) -> None:
    """Answer a browser's requests by the application, headers and all; nothing else is there."""

    async def answer(route: Route) -> None:
        asked = route.request
        if not asked.url.startswith(ORIGIN):
            await route.abort()
            return
        got = await client.request(asked.method, asked.url, headers={"Sec-Fetch-Site": "same-origin"})
        head = {
            name: value for name, value in got.headers.items() if name not in ("content-encoding", "content-length")
        }
        await route.fulfill(status=got.status_code, headers=head, body=got.content)

    await context.route("**/*", answer)


def _html(answer: httpx.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("text/html")
