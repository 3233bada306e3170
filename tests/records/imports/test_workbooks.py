"""A workbook is as good as a folder; one that is not plain values is refused, and nothing is saved (F-74)."""

import pytest

from portal.platform.db.unit_of_work import EVERYWHERE, fetch_value, unit_of_work
from portal.records.reading import workbook
from portal.records.reading.workbook import as_typed
from portal.records.saving.actions import import_estate
from tests.records.imports.books import HEAD, parts_of, sheet_of, write_book
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
PLAIN = {stem: sheet_of(text) for stem, text in GOOD.items()}
UNITS = "xl/worksheets/sheet2.xml"


async def bring(path):
    return await import_estate(path, "qinghe", actor="cli")


async def test_a_workbook_brings_what_the_folder_brings(tmp_path):
    report = await bring(write_book(tmp_path / "book.xlsx", parts_of(PLAIN)))
    assert report.as_json()["errors"] == []
    assert dict(report.created) == {stem: len(text.splitlines()) - 1 for stem, text in GOOD.items()}
    again = await bring(write(tmp_path / "folder", GOOD))
    assert dict(again.unchanged) == dict(report.created)


async def test_numbers_and_a_month_that_became_a_day_are_read_as_they_were_meant(tmp_path):
    reading = '<row r="3"><c r="A3" t="inlineStr"><is><t>1栋102</t></is></c><c r="B3" t="inlineStr"><is><t>water</t></is></c><c r="C3"><v>7</v></c><c r="D3" t="d"><v>2026-11-01</v></c><c r="E3"><v>0.1</v></c><c r="F3"><v>12.5</v></c></row>'  # noqa: E501
    report = await bring(
        write_book(tmp_path / "book.xlsx", parts_of({**PLAIN, "meter_readings": PLAIN["meter_readings"] + reading}))
    )
    assert report.as_json()["errors"] == []
    async with unit_of_work(EVERYWHERE):
        found = await fetch_value("SELECT meter || period || trim_scale(previous) FROM meter_reading WHERE meter = '7'")
    assert found == "72026-110.1"


@pytest.mark.parametrize(
    ("value", "typed"),
    [(3.0, "3"), (89.37, "89.37"), (1e-06, "0.000001"), (13912345678.0, "13912345678"), (True, "TRUE"), ("x", "x")],
)
async def test_a_value_is_written_as_somebody_would_type_it(value, typed):
    assert as_typed(value) == typed


def with_sheet(old, new):
    parts = parts_of(PLAIN)
    assert old in parts[UNITS]
    return {**parts, UNITS: parts[UNITS].replace(old, new, 1)}


AREA = '<c r="F2" t="inlineStr"><is><t>89.37</t></is></c>'
HOSTILE = {
    "formula": (with_sheet(AREA, '<c r="F2"><f>1+1</f><v>2</v></c>'), "F2"),
    "formula of a namespace": (with_sheet(AREA, '<c r="F2"><x:f xmlns:x="u">1</x:f><v>2</v></c>'), "F2"),
    "error": (with_sheet(AREA, '<c r="F2" t="e"><v>#REF!</v></c>'), "F2"),
    "far cell": (with_sheet(AREA, AREA + '<c r="XFD1048576"><v>1</v></c>'), "XFD1048576"),
    "broken place": (with_sheet(AREA, '<c r="&#70;2"><v>1</v></c>'), "damaged"),
    "external link": ({**parts_of(PLAIN), "xl/externalLinks/externalLink1.xml": HEAD + "<a/>"}, "Break the links"),
    "connection": ({**parts_of(PLAIN), "xl/connections.xml": HEAD + "<a/>"}, "Break the links"),
    "macros": ({**parts_of(PLAIN), "xl/vbaProject.bin": b"x"}, "macros"),
    "doctype": (with_sheet(HEAD, HEAD + '<!DOCTYPE a [<!ENTITY b "c">]>'), "damaged"),
    "external entity": (with_sheet(HEAD, HEAD + '<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "damaged"),
    "utf-16 part": ({**parts_of(PLAIN), UNITS: parts_of(PLAIN)[UNITS].encode("utf-16")}, "damaged"),
    "another encoding": (with_sheet(HEAD, HEAD.replace("UTF-8", "GB2312")), "damaged"),
    "cut xml": ({**parts_of(PLAIN), UNITS: parts_of(PLAIN)[UNITS][:400]}, "damaged"),
    "bomb": ({**parts_of(PLAIN), "xl/media/a.png": bytes(3 * 1024 * 1024)}, "unpacked"),
    "many parts": ({**parts_of(PLAIN), **{f"xl/media/{n}": "" for n in range(200)}}, "unpacked"),
    "no workbook": ({"a.txt": "hello"}, "not an .xlsx"),
    "unknown sheet": (parts_of({**PLAIN, "Sheet1": sheet_of("a\n1\n")}), "Sheet1"),
    "nan": (with_sheet(AREA, '<c r="F2"><v>NaN</v></c>'), "Use digits"),
    "1e308": (with_sheet(AREA, '<c r="F2"><v>1e308</v></c>'), "Use digits"),
    "negative": (with_sheet(AREA, '<c r="F2"><v>-5</v></c>'), "at least 0"),
    "formula as text": (with_sheet(AREA, AREA.replace("89.37", "=1+1")), "formula"),
    "duplicate header": (with_sheet("<t>floor</t>", "<t>building</t>"), "twice"),
}


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_is_not_plain_is_refused_and_nothing_is_saved(tmp_path, kind):
    parts, word = HOSTILE[kind]
    report = await bring(write_book(tmp_path / "book.xlsx", parts))
    assert any(word in e["message"] for e in report.as_json()["errors"]), report.as_json()["errors"]
    async with unit_of_work(EVERYWHERE):
        assert await fetch_value("SELECT count(*) FROM community") == 0


@pytest.mark.parametrize(
    ("raw", "word"),
    [(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"), (b"unit,use\n", "not an .xlsx"), (b"", ".xlsx")],
)
async def test_what_only_bears_the_name_is_refused(tmp_path, raw, word):
    (tmp_path / "book.xlsx").write_bytes(raw)
    assert word in (await bring(tmp_path / "book.xlsx")).as_json()["errors"][0]["message"]


async def test_a_size_that_lies_is_found_out(tmp_path):
    path = write_book(tmp_path / "book.xlsx", parts_of(PLAIN))
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 24 : at + 28] = (5).to_bytes(4, "little")  # the central directory's word on the first part's size
    path.write_bytes(bytes(raw))
    assert "damaged" in (await bring(path)).as_json()["errors"][0]["message"]


async def test_a_workbook_that_needs_too_much_memory_is_told_to_be_csv(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "SECONDS", 0)  # any time at all is enough for a process that starts before we look
    path = write_book(tmp_path / "book.xlsx", parts_of(PLAIN))
    assert "CSV UTF-8" in (await bring(path)).as_json()["errors"][0]["message"]
