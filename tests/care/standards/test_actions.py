"""Promises come in by file, in versions that follow each other, and anybody reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portal.care.standards.actions import Standard, standards_of
from portal.care.standards.states import GradeOrder, Per, ServiceArea
from portal.kit import clock
from portal.people.estates.queries import estate_called
from portal.platform.process.settings import Settings
from portal.records.reading.report import Report
from portal.records.saving.actions import import_estate
from tests.client import browser
from tests.records.imports.files import GOOD, write

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("database", "clean")]
HEAD = "area,item_zh,item_en,frequency,per,grade,source\n"
SWEPT = "cleaning,楼道清扫,Stairs swept,2,week,一级,合同附件三\n"
PLAIN = "绿化,草坪修剪,,,,,\n楼道,扶手擦拭,,1,day,,\n"


@pytest.fixture(autouse=True)
def on_the_first() -> object:
    clock.start_at(datetime(2026, 11, 1, 4, tzinfo=UTC))
    yield
    clock.start_at(clock.real_now())


async def bring(folder: Path, rows: str, jurisdiction: str = "CN-hunan") -> Report:
    head, row = GOOD["community"].splitlines()
    cells = dict(zip(head.split(","), row.split(","), strict=True)) | {"jurisdiction": jurisdiction}
    community = ",".join(cells) + "\n" + ",".join(cells.values()) + "\n"
    return await import_estate(
        write(folder, {"community": community, "service_standards": HEAD + rows}), "qinghe", actor="cli"
    )


async def promised(on: date = date(2026, 11, 20)) -> list[Standard]:
    return await standards_of((await estate_called("qinghe")).id, on)


async def test_they_come_in_once_and_unknown_stays_unknown(tmp_path: Path) -> None:
    report = await bring(tmp_path, SWEPT + PLAIN)
    assert (report.ok, report.created["service_standards"], report.warnings) == (True, 3, ())
    again = await bring(tmp_path, SWEPT + PLAIN)
    assert (again.created["service_standards"], again.updated["service_standards"]) == (0, 0)
    assert again.unchanged["service_standards"] == 3
    swept, mown, wiped = await promised()
    assert (swept.area, swept.frequency, swept.per, swept.grade) == (ServiceArea.cleaning, 2, Per.week, "一级")
    assert (swept.grade_order, swept.version, swept.starts_on) == (GradeOrder.last_best, 1, date(2026, 11, 1))
    assert (mown.area, mown.frequency, mown.rhythm, mown.grade_order) == (ServiceArea.greening, None, None, None)
    assert (wiped.area, wiped.heading) == (ServiceArea.other, "楼道")


async def test_a_changed_promise_is_a_new_version_and_the_old_one_stays_as_it_was(tmp_path: Path) -> None:
    await bring(tmp_path, SWEPT)
    corrected = await bring(tmp_path, SWEPT.replace(",2,week", ",3,week"))
    assert corrected.updated["service_standards"] == 1
    assert [(one.frequency, one.version) for one in await promised()] == [(3, 1)], "it began today: only put right"
    clock.start_at(datetime(2026, 11, 15, 4, tzinfo=UTC))
    assert (await bring(tmp_path, SWEPT.replace(",2,week", ",1,day"))).updated["service_standards"] == 1
    before = await promised(date(2026, 11, 14))
    assert [(one.frequency, one.version, one.ends_on) for one in before] == [(3, 1, date(2026, 11, 14)), (1, 2, None)]
    [now] = await promised(date(2026, 11, 15))
    assert (now.frequency, now.per, now.version, now.starts_on) == (1, Per.day, 2, date(2026, 11, 15))


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("cleaning,楼道清扫,,0,week,,\n", "frequency"),
        ("cleaning,楼道清扫,,often,week,,\n", "frequency"),
        ("cleaning,楼道清扫,,2,fortnight,,\n", "per"),
        (",楼道清扫,,2,week,,\n", "area"),
        ("cleaning,,,2,week,,\n", "item_zh"),
        (SWEPT + SWEPT, "area"),
    ],
)
async def test_what_cannot_be_read_is_told_with_its_row_and_nothing_is_saved(
    tmp_path: Path, row: str, column: str
) -> None:
    report = await bring(tmp_path, row)
    assert [(fault.file, fault.column) for fault in report.errors] == [("service_standards.csv", column)]
    assert report.errors[0].row == (3 if row == SWEPT + SWEPT else 2)


async def test_anybody_reads_them(tmp_path: Path, settings: Settings) -> None:
    await bring(tmp_path, SWEPT + PLAIN)
    async with browser(settings) as client:
        shown = await client.get("/e/qinghe/standards")
        assert shown.status_code == 200
        for words in ("楼道清扫", "每周 2 次", "一级为最低", "合同附件三", "草坪修剪", "未载明", "扶手擦拭"):
            assert words in shown.text
        assert "/e/qinghe/standards" in (await client.get("/e/qinghe")).text
