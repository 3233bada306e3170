"""Why a home is not contacted today although its stage calls for it."""

from enum import StrEnum


class Waits(StrEnum):
    """What it waits for, in the order in which to check."""

    held = "held"
    elsewhere = "elsewhere"
    small = "small"
    pending = "pending"
    given = "given"
    planned = "planned"
    spoken = "spoken"
    cap = "cap"


class Whose(StrEnum):
    """The homes of a queue to list: all, those with a next step of one's own, or those that are late."""

    team = "team"
    mine = "mine"
    late = "late"
