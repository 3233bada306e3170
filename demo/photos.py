"""Photos that nobody took: one drawing for each kind of work, a little different every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from PIL import Image, ImageDraw

WIDE, HIGH = 960, 640
Colour = tuple[int, int, int]
SKY, WALL, FLOOR, DARK, STEEL = (206, 222, 226), (232, 226, 214), (176, 170, 160), (70, 78, 86), (168, 178, 186)
GREEN, LEAF, WOOD, RED, LIGHT = (122, 158, 108), (88, 132, 82), (150, 116, 82), (190, 62, 54), (250, 236, 170)
WATER, NIGHT, YELLOW = (120, 168, 196), (38, 46, 66), (226, 184, 70)


@dataclass(frozen=True)
class Drawn:
    """A picture as it would be sent."""

    name: str
    content: bytes


def photo_of(kind: str, seed: int) -> Drawn:
    """A JPEG of a kind of work. Raises KeyError for a kind that is not drawn."""
    image = Image.new("RGB", (WIDE, HIGH), SKY)
    KINDS[kind](ImageDraw.Draw(image), Random(seed))  # noqa: S311 - a drawing, no secret
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=80)
    return Drawn(f"{kind}-{seed}.jpg", kept.getvalue())


def _room(draw: ImageDraw.ImageDraw, wall: Colour = WALL, floor: Colour = FLOOR) -> None:
    draw.rectangle((0, 0, WIDE, 470), fill=wall)
    draw.rectangle((0, 470, WIDE, HIGH), fill=floor)


def _stairs(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Stairs, a broom and a bucket."""
    _room(draw)
    for step in range(7):
        left, top = 420 + step * 78, 470 - step * 62
        draw.rectangle((left, top, WIDE, HIGH), fill=tuple(c - step * 6 for c in FLOOR))
        draw.line((left, top, WIDE, top), fill=DARK, width=3)
    lean = chance.randint(-30, 30)
    draw.line((200, 520, 270 + lean, 120), fill=WOOD, width=14)
    draw.polygon(((150, 590), (256, 590), (222, 506), (182, 506)), fill=YELLOW)
    draw.polygon(((300, 600), (390, 600), (404, 490), (286, 490)), fill=WATER)
    draw.arc((286, 430, 404, 550), 180, 360, fill=DARK, width=5)


def _garden(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """A trimmed hedge and trees."""
    draw.rectangle((0, 360, WIDE, HIGH), fill=GREEN)
    for n in range(4):
        x, size = 90 + n * 240 + chance.randint(-40, 40), chance.randint(70, 110)
        draw.rectangle((x - 12, 230, x + 12, 420), fill=WOOD)
        draw.ellipse((x - size, 250 - 2 * size, x + size, 290), fill=LEAF)
    draw.rounded_rectangle((40, 420, WIDE - 40, 540), 30, fill=LEAF)
    for _n in range(90):
        x, y = chance.randint(50, WIDE - 60), chance.randint(428, 530)
        draw.ellipse((x, y, x + 12, y + 9), fill=(104, 150, 92))


def _lift(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """A lift with its doors ajar, and a sign before it."""
    _room(draw)
    ajar = chance.randint(30, 110)
    draw.rectangle((300, 90, 700, 470), fill=DARK)
    draw.rectangle((300, 90, 500 - ajar, 470), fill=STEEL, outline=DARK, width=4)
    draw.rectangle((500 + ajar, 90, 700, 470), fill=STEEL, outline=DARK, width=4)
    draw.rectangle((450, 34, 550, 76), fill=NIGHT)
    draw.polygon(((500, 42), (516, 66), (484, 66)), fill=RED)
    draw.ellipse((744, 280, 776, 312), fill=LIGHT, outline=DARK, width=3)
    draw.polygon(((420, 600), (580, 600), (530, 440), (470, 440)), fill=YELLOW, outline=DARK, width=5)
    draw.line((500, 480, 500, 545), fill=DARK, width=12)
    draw.ellipse((492, 562, 508, 578), fill=DARK)


def _gate(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """The gate at night: a guard's house and the barrier."""
    draw.rectangle((0, 0, WIDE, HIGH), fill=NIGHT)
    for _n in range(40):
        x, y = chance.randint(0, WIDE), chance.randint(0, 260)
        draw.ellipse((x, y, x + 3, y + 3), fill=LIGHT)
    draw.rectangle((0, 470, WIDE, HIGH), fill=(58, 62, 72))
    draw.rectangle((90, 220, 330, 490), fill=(110, 112, 118))
    draw.polygon(((70, 220), (350, 220), (320, 170), (100, 170)), fill=DARK)
    draw.rectangle((130, 270, 290, 370), fill=LIGHT)
    draw.ellipse((190, 286, 232, 328), fill=WOOD)
    draw.rectangle((176, 328, 246, 370), fill=(60, 84, 120))
    for n in range(10):
        draw.rectangle((380 + n * 54, 400, 434 + n * 54, 424), fill=RED if n % 2 else WALL)
    draw.rectangle((356, 380, 392, 490), fill=YELLOW)


def _lamp(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """A ladder beneath a lamp in a corridor."""
    _room(draw)
    draw.polygon(((500, 70), (860, 470), (140, 470)), fill=(244, 238, 214))
    draw.rectangle((440, 30, 560, 62), fill=LIGHT, outline=DARK, width=3)
    left = 360 + chance.randint(-60, 60)
    for x in (left, left + 150):
        draw.line((x, 590, x + 40, 130), fill=WOOD, width=14)
    for rung in range(7):
        y = 540 - rung * 62
        draw.line((left + (590 - y) // 12, y, left + 150 + (590 - y) // 12, y), fill=WOOD, width=11)
    draw.rectangle((690, 520, 860, 600), fill=RED)
    draw.rectangle((740, 496, 810, 520), outline=DARK, width=8)


def _extinguishers(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """Extinguishers in a row, and the way out kept free."""
    _room(draw, (222, 222, 216))
    draw.rectangle((640, 130, 850, 470), fill=(120, 136, 128), outline=DARK, width=5)
    draw.rectangle((690, 60, 800, 110), fill=(54, 130, 84))
    draw.polygon(((764, 72), (790, 85), (764, 98)), fill=WALL)
    draw.rectangle((704, 80, 764, 90), fill=WALL)
    for n in range(3):
        x = 120 + n * 150 + chance.randint(-12, 12)
        draw.rounded_rectangle((x, 310, x + 80, 520), 26, fill=RED)
        draw.rectangle((x + 26, 282, x + 54, 312), fill=DARK)
        draw.line((x + 54, 296, x + 104, 340), fill=DARK, width=9)
        draw.rectangle((x + 14, 380, x + 66, 440), fill=WALL)


def _tank(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """The pump room: a tank of steel and its pipes."""
    _room(draw, (214, 220, 222), (150, 156, 160))
    for column in range(4):
        for row in range(3):
            x, y = 260 + column * 130, 120 + row * 120
            draw.rectangle((x, y, x + 126, y + 116), fill=STEEL, outline=DARK, width=3)
            draw.line((x, y, x + 126, y + 116), fill=(148, 158, 166), width=3)
    level = chance.randint(180, 380)
    draw.rectangle((216, 120, 240, 476), outline=DARK, width=4)
    draw.rectangle((220, level, 236, 472), fill=WATER)
    draw.line((60, 540, 900, 540), fill=(72, 120, 156), width=26)
    draw.ellipse((120, 480, 210, 600), fill=(72, 120, 156), outline=DARK, width=5)


def _hall(draw: ImageDraw.ImageDraw, chance: Random) -> None:
    """A room for the neighbours: a banner and chairs."""
    _room(draw)
    draw.rectangle((120, 60, 840, 140), fill=RED)
    for n in range(9):
        draw.rectangle((180 + n * 70, 86, 214 + n * 70, 114), fill=LIGHT)
    for n in range(5):
        x = 130 + n * 150 + chance.randint(-14, 14)
        draw.rectangle((x, 330, x + 84, 430), fill=WOOD)
        draw.rectangle((x, 430, x + 84, 452), fill=DARK)
        draw.line((x + 8, 452, x + 8, 560), fill=DARK, width=8)
        draw.line((x + 76, 452, x + 76, 560), fill=DARK, width=8)


KINDS: dict[str, Callable[[ImageDraw.ImageDraw, Random], None]] = {
    "cleaning": _stairs, "garden": _garden, "lift": _lift, "guard": _gate, "repairs": _lamp, "fire": _extinguishers,
    "water": _tank, "neighbours": _hall,
}  # fmt: skip
