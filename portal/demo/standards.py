"""What the demo estate promises, after a real contract."""

from __future__ import annotations

from portal.demo.prices import CONTRACT

# (area, item, in English, how often, per; the place where it is done)
PROMISES = (
    ("cleaning", "楼道清扫", "Stairs swept", 2, "week", "各栋楼道"),
    ("cleaning", "垃圾房冲洗消毒", "Refuse room washed and disinfected", 1, "week", "东门垃圾房"),
    ("cleaning", "化粪池清掏", "Septic tanks cleaned", 1, "quarter", "6栋北侧"),
    ("maintenance", "电梯保养", "Lifts serviced", 2, "month", "各栋电梯"),
    ("maintenance", "二次供水水箱清洗", "Water tanks cleaned", 2, "year", "二次供水泵房"),
    ("greening", "绿篱修剪", "Hedges trimmed", 1, "month", "中心花园"),
    ("security", "消防通道检查", "Fire lanes checked", 1, "week", "全区"),
    ("security", "消防演习", "Fire drill", 1, "year", "南门广场"),
)


def service_standards() -> list[dict[str, object]]:
    """The rows of service_standards.csv."""
    return [
        {"area": area, "item_zh": zh, "item_en": en, "frequency": n, "per": per, "source": f"{CONTRACT}附件三"}
        for area, zh, en, n, per, _place in PROMISES
    ]
