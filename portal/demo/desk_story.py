"""What the demo's staff do: record services with photos."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, time, timedelta

from PIL import Image, ImageDraw

from portal.demo import cast
from portal.services.actions import Work, record_service
from portal.services.states import ServiceArea

# (days ago, hour, area, title, place, note)
ROUNDS = (
    (1, 9, "cleaning", "楼道清扫", "1栋至3栋", "扶手一并擦拭"),
    (2, 10, "maintenance", "更换楼道灯 6 盏", "4栋负一层至3层", ""),
    (3, 15, "greening", "修剪绿篱", "中心花园", "清运枝叶两车"),
    (5, 22, "security", "夜间巡逻", "全区", "车库闸机已复位"),
    (8, 9, "maintenance", "电梯半月保养", "7栋、8栋", "维保单已存档"),
    (11, 14, "cleaning", "垃圾房冲洗消毒", "东门垃圾房", ""),
    (15, 9, "maintenance", "水箱清洗", "二次供水泵房", "水质检测报告已公示"),
    (19, 16, "security", "消防通道检查", "地下车库", "移走占道电动车 3 辆"),
    (24, 10, "greening", "草坪补种", "9栋南侧", ""),
    (33, 9, "maintenance", "电梯半月保养", "1栋至6栋", ""),
    (47, 11, "cleaning", "化粪池清掏", "6栋北侧", ""),
    (62, 15, "other", "重阳节便民理发", "党群活动室", "服务住户 42 位"),
)


@dataclass(frozen=True)
class Drawn:
    """A photo that nobody took."""

    name: str
    content: bytes


async def record_services(community: int, on: date) -> None:
    """Three months of work done, each with a drawn picture."""
    steward = await cast.staff_member("steward")
    for ago, hour, area, title, place, note in ROUNDS:
        day = on - timedelta(days=ago)
        work = Work(ServiceArea(area), title, place, day, time(hour, (ago * 7) % 60), note)
        await record_service(steward, community, work, [_picture(ago)])


def _picture(seed: int) -> Drawn:
    """A calm landscape in place of a photo, so that pages have something to show."""
    image = Image.new("RGB", (960, 640), (206, 222, 226))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 430, 960, 640), fill=(122, 150 + seed % 40, 118))
    for n in range(5):
        left, height = 60 + n * 180, 180 + (seed * (n + 3) * 37) % 190
        draw.rectangle((left, 430 - height, left + 120, 430), fill=(232, 226, 214))
        for floor in range(height // 40):
            for window in range(3):
                x, y = left + 14 + window * 34, 430 - height + 12 + floor * 40
                draw.rectangle((x, y, x + 20, y + 22), fill=(150, 170, 186))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=82)
    return Drawn(f"{seed}.jpg", kept.getvalue())
