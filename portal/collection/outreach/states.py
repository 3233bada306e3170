"""Why a home is not contacted today although its stage calls for it."""

from enum import StrEnum


class Waits(StrEnum):
    """What it waits for, in the order in which one would look."""

    held = "held"
    elsewhere = "elsewhere"
    small = "small"
    pending = "pending"
    given = "given"
    planned = "planned"
    spoken = "spoken"
    cap = "cap"


class Whose(StrEnum):
    """Which homes of a queue to list: all, those that are one's own next step, those that are late."""

    team = "team"
    mine = "mine"
    late = "late"
