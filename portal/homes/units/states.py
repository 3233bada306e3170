"""What a unit is used for, its occupancy, and people's roles in it."""

from enum import StrEnum


class Use(StrEnum):
    """What a unit is for."""

    residential = "residential"
    commercial = "commercial"
    office = "office"
    parking = "parking"
    storage = "storage"


class OccupancyState(StrEnum):
    """Whether and how a unit is lived in."""

    owner = "owner"
    let = "let"
    vacant = "vacant"


class OccupantRole(StrEnum):
    """The role of a person in a unit."""

    owner = "owner"
    co_owner = "co_owner"
    tenant = "tenant"
    family = "family"


OWNING = (OccupantRole.owner, OccupantRole.co_owner)
BOUND = (OccupantRole.tenant, OccupantRole.family)
