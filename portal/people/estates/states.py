"""How an estate charges."""

from enum import StrEnum


class FeeMode(StrEnum):
    """包干制 or 酬金制."""

    lump_sum = "lump_sum"
    commission = "commission"
