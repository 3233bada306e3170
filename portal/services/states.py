"""The areas of service."""

from enum import StrEnum


class ServiceArea(StrEnum):
    """What a service is for."""

    security = "security"
    cleaning = "cleaning"
    greening = "greening"
    maintenance = "maintenance"
    other = "other"
