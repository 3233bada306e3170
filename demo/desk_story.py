"""What the demo's staff do: record services with photos."""

from __future__ import annotations

from datetime import date, time, timedelta

from demo import cast
from demo.days import workday
from demo.photos import photo_of
from portal.care.services.actions import Work, record_service
from portal.care.standards.states import ServiceArea

# (days ago, hour, area, what the photo shows, title, place, note)
ROUNDS = (
    (1, 9, "cleaning", "cleaning", "楼道清扫", "1栋至3栋", "扶手一并擦拭"),
    (2, 10, "maintenance", "repairs", "更换楼道灯 6 盏", "4栋负一层至3层", ""),
    (3, 15, "greening", "garden", "修剪绿篱", "中心花园", "清运枝叶两车"),
    (5, 22, "security", "guard", "夜间巡逻", "全区", "车库闸机已复位"),
    (8, 9, "maintenance", "lift", "电梯半月保养", "7栋、8栋", "维保单已存档"),
    (11, 14, "cleaning", "cleaning", "垃圾房冲洗消毒", "东门垃圾房", ""),
    (15, 9, "maintenance", "water", "水箱清洗", "二次供水泵房", "水质检测报告已公示"),
    (19, 16, "security", "fire", "消防通道检查", "地下车库", "移走占道电动车 3 辆"),
    (24, 10, "greening", "garden", "草坪补种", "9栋南侧", ""),
    (33, 9, "maintenance", "lift", "电梯半月保养", "1栋至6栋", ""),
    (47, 11, "cleaning", "cleaning", "化粪池清掏", "6栋北侧", ""),
    (62, 15, "other", "neighbours", "便民理发", "党群活动室", "服务住户 42 位"),
)


async def record_services(community: int, on: date) -> None:
    """Three months of work done, each with a drawing of its kind; guards walk on Sundays, too."""
    steward = await cast.staff_member("steward")
    for ago, hour, area, shown, title, place, note in ROUNDS:
        day = on - timedelta(days=ago)
        done_on = day if area == "security" else workday(day)
        work = Work(
            area=ServiceArea(area),
            title=title,
            place=place,
            done_on=done_on,
            done_at=time(hour, (ago * 7) % 60),
            note=note,
        )
        await record_service(steward, community, work, [photo_of(shown, ago)])
