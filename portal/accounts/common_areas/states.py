"""How a common-area contract is paid, who gets the money, and the two funds of all owners."""

from enum import StrEnum


class Rhythm(StrEnum):
    """The period that a price is for."""

    month = "month"
    year = "year"
    once = "once"


class Beneficiary(StrEnum):
    """Who the revenue belongs to: all owners, or those of one building."""

    estate = "estate"
    building = "building"


class Pot(StrEnum):
    """The fund of a movement: earned by common areas, or set aside for large repairs."""

    common_area_revenue = "common_area_revenue"
    maintenance_fund = "maintenance_fund"


class Direction(StrEnum):
    """Which way money went."""

    came = "came"
    went = "went"
