"""How an estate charges."""

from enum import StrEnum


class FeeMode(StrEnum):
    """包干制 or 酬金制 (domain.md 1.3)."""

    lump_sum = "lump_sum"
    commission = "commission"
