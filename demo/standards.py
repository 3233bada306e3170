"""What the demo estate promises, after a real contract, and when and where it does it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from demo.days import workday
from demo.prices import CONTRACT


@dataclass(frozen=True)
class Promise:
    """Something done so many times in a period: days after its first one, one for each time, and at an hour."""

    area: str
    zh: str
    en: str
    per: str
    days: tuple[int, ...]
    hour: int
    place: str

    def on(self, first: date, last: date, number: int) -> date:
        """The day of one time: a working day of the period where it has one there."""
        day = min(first + timedelta(days=self.days[number - 1]), last)
        return max(workday(day), first)


PROMISES = (
    Promise(area="cleaning", zh="楼道清扫", en="Stairs swept", per="week", days=(1, 4), hour=8, place="各栋楼道"),
    Promise(
        area="cleaning",
        zh="垃圾房冲洗消毒",
        en="Refuse room washed and disinfected",
        per="week",
        days=(3,),
        hour=14,
        place="东门垃圾房",
    ),
    Promise(
        area="cleaning", zh="化粪池清掏", en="Septic tanks cleaned", per="quarter", days=(43,), hour=9, place="6栋北侧"
    ),
    Promise(
        area="maintenance", zh="电梯保养", en="Lifts serviced", per="month", days=(7, 21), hour=9, place="各栋电梯"
    ),
    Promise(
        area="maintenance",
        zh="二次供水水箱清洗",
        en="Water tanks cleaned",
        per="year",
        days=(106, 288),
        hour=10,
        place="二次供水泵房",
    ),
    Promise(area="greening", zh="绿篱修剪", en="Hedges trimmed", per="month", days=(11,), hour=15, place="中心花园"),
    Promise(area="security", zh="消防通道检查", en="Fire lanes checked", per="week", days=(2,), hour=16, place="全区"),
    Promise(area="security", zh="消防演习", en="Fire drill", per="year", days=(312,), hour=10, place="南门广场"),
)


def service_standards() -> list[dict[str, object]]:
    """The rows of service_standards.csv."""
    return [
        {"area": one.area, "item_zh": one.zh, "item_en": one.en, "frequency": len(one.days), "per": one.per,
         "source": f"{CONTRACT}附件三"}
        for one in PROMISES
    ]  # fmt: skip
