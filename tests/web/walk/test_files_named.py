"""Every file that somebody of two estates takes names the estate it is of; in a table each row does."""

from __future__ import annotations

import csv
import io
import re

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests.web.walk.conftest import Stage
from tests.web.walk.test_estates_named import of_both
from tests.web.walk.told import told

pytestmark = pytest.mark.anyio

NAMES = ("明溪花园", "东湖小筑")
NO_FILE = re.compile("text/html|image/|font/|javascript|text/css|application/(json|manifest)")
ABOUT_NONE = {"desk.imports:template": "an empty form of a file"}


def unnamed(answer: httpx.Response) -> list[str]:
    """The rows of a table without an estate's name; the whole of any other file that has none."""
    kind = answer.headers["content-type"]
    if kind.startswith("text/csv"):
        rows = [" ".join(row) for row in csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))]
    elif "spreadsheetml" in kind:
        sheet = CalamineWorkbook.from_object(io.BytesIO(answer.content)).get_sheet_by_index(0)
        rows = [" ".join(map(str, row)) for row in sheet.to_python()]
    else:
        whole = "".join(told(answer).split())
        return [] if any(name in whole for name in NAMES) else [whole[:80]]
    assert len(rows) > 1, "a table without a row shows nothing"
    return [row for row in rows[1:] if not any(name in row for name in NAMES)]


async def test_each_file_names_its_estate(stage: Stage) -> None:
    wrong, seen = [], set()
    eyes = dict(zip(("staff", "owner"), await of_both(stage), strict=True))
    for route in stage.routes:
        if route.method != "GET" or route.door == "public" or route.name in ABOUT_NONE:
            continue
        client = stage["吴霞"] if route.door == "committee" else eyes[route.door].client
        for address in route.addresses(stage.world.here.ids):
            answer = await client.get(address)
            if answer.status_code != 200 or NO_FILE.match(answer.headers.get("content-type", "")):
                continue
            seen.add(route.name)
            wrong += [f"{address}: {row}" for row in unnamed(answer)]
    for one in eyes.values():
        await one.client.aclose()
    assert {"statements:show", "desk.reports:file", "committee:file", "desk.cases:evidence"} <= seen, seen
    assert not wrong, "\n".join(["", *sorted(set(wrong))])
