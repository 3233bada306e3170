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
    Promise("cleaning", "楼道清扫", "Stairs swept", "week", (1, 4), 8, "各栋楼道"),
    Promise("cleaning", "垃圾房冲洗消毒", "Refuse room washed and disinfected", "week", (3,), 14, "东门垃圾房"),
    Promise("cleaning", "化粪池清掏", "Septic tanks cleaned", "quarter", (43,), 9, "6栋北侧"),
    Promise("maintenance", "电梯保养", "Lifts serviced", "month", (7, 21), 9, "各栋电梯"),
    Promise("maintenance", "二次供水水箱清洗", "Water tanks cleaned", "year", (106, 288), 10, "二次供水泵房"),
    Promise("greening", "绿篱修剪", "Hedges trimmed", "month", (11,), 15, "中心花园"),
    Promise("security", "消防通道检查", "Fire lanes checked", "week", (2,), 16, "全区"),
    Promise("security", "消防演习", "Fire drill", "year", (312,), 10, "南门广场"),
)


def service_standards() -> list[dict[str, object]]:
    """The rows of service_standards.csv."""
    return [
        {"area": one.area, "item_zh": one.zh, "item_en": one.en, "frequency": len(one.days), "per": one.per,
         "source": f"{CONTRACT}附件三"}
        for one in PROMISES
    ]  # fmt: skip
