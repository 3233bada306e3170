"""Whoever fills in an import finds every file and column explained, and templates that the import takes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from portal.fees.runs.preview import preview_run
from portal.kit.language import LANGUAGES
from portal.kit.period import Month
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings
from portal.records.reading.columns import ALL
from portal.records.reading.explained import (
    EXAMPLES,
    WORKBOOK,
    as_markdown,
    rows_of,
    sheets,
    template_csv,
    template_xlsx,
)
from portal.records.saving.actions import import_estate
from tests import cast
from tests.client import browser

pytestmark = [pytest.mark.anyio]
DOCS = Path(__file__).parents[3] / "docs"


def test_the_page_in_docs_says_what_the_program_reads() -> None:
    assert (DOCS / "files.md").read_text() == as_markdown(), "write it anew: python -m portal.records.reading.explained"


def test_every_column_is_explained_and_has_its_place_in_the_example() -> None:
    assert [[column.name for column in sheet.columns] for sheet in sheets()] == [
        [column.name for column in file.columns] for file in ALL
    ]
    for sheet in sheets():
        assert list(rows_of(sheet.stem)[0]) == [column.name for column in sheet.columns], sheet.stem
    # What the example never fills in nobody can copy.
    lacking = {(s.stem, c.name) for s in sheets() for c in s.columns if not any(r[c.name] for r in rows_of(s.stem))}
    assert lacking <= {("committee", "to"), ("unit_charges", "to"), ("tariffs", "to")}


@pytest.mark.usefixtures("database", "clean")
async def test_the_example_is_imported_without_a_remark_twice_and_can_be_billed() -> None:
    first = await import_estate(EXAMPLES, "shili", actor="cli")
    assert (first.errors, first.warnings) == ((), ())
    assert all(first.created.values()) and set(first.created) == {file.stem for file in ALL}
    again = await import_estate(EXAMPLES, "shili", actor="cli")
    assert not any((*again.created.values(), *again.updated.values()))
    async with unit_of_work():
        community = await fetch_value("SELECT id FROM community WHERE code = 'shili'")
    report = await preview_run(community, Month(2026, 12), Month(2026, 12).first)
    assert report.ok and len(report.as_json()["by_unit"]) == 4 and report.as_json()["warnings"] == []


@pytest.mark.usefixtures("database", "clean")
async def test_the_templates_are_imported_as_they_are(tmp_path: Path) -> None:
    """A CSV has one row; the rows that it points to stand in others."""
    (tmp_path / WORKBOOK).write_bytes(template_xlsx())
    report = await import_estate(tmp_path / WORKBOOK, "shili", actor="cli")
    assert report.errors == () and report.created["units"] == len(rows_of("units"))
    folder = tmp_path / "csv"
    folder.mkdir()
    for file in ALL:
        content = template_csv(file.stem)
        assert content.startswith(b"\xef\xbb\xbf")
        assert len(list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))) == 2
        (folder / f"{file.stem}.csv").write_bytes(content)
    again = await import_estate(folder, "shili", dry_run=True, actor="cli")
    assert again.errors == () and not any((*again.created.values(), *again.updated.values()))


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_desk_explains_the_files_and_gives_them_away(settings: Settings, language: str) -> None:
    mingxi = await cast.mingxi()
    async with browser(settings, mingxi["沈平"]) as client:
        assert (await client.post("/language", data={"language": language})).status_code == 303
        assert "/desk/imports/files" in (await client.get("/desk/imports")).text
        shown = (await client.get("/desk/imports/files")).text
        for sheet in sheets():
            assert f'id="file-{sheet.stem}"' in shown
            answer = await client.get(f"/desk/imports/files/{sheet.stem}.csv")
            assert answer.content == template_csv(sheet.stem)
            assert answer.headers["content-disposition"] == f'attachment; filename="{sheet.stem}.csv"'
        said = {"zh-CN": ("</code> 空置", "交付日期"), "en": ("</code> Vacant", "The handover date")}
        assert all(words in shown for words in said[language]), "what stands in a file has a name, too"
        assert (await client.get(f"/desk/imports/files/{WORKBOOK}")).content[:2] == b"PK"
        assert (await client.get("/desk/imports/files/passwd.csv")).status_code == 404
    async with browser(settings, mingxi["冯丽"]) as other:
        assert (await other.get("/desk/imports/files")).status_code == 403
