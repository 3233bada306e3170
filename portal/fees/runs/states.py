"""What a run finds wrong, or worth knowing."""

from enum import StrEnum


class RemarkKind(StrEnum):
    """What a run finds wrong or worth mentioning."""

    no_company = "no_company"
    no_owner = "no_owner"
    missing_area = "missing_area"
    missing_rate = "missing_rate"
    missing_quantity = "missing_quantity"
    negative_consumption = "negative_consumption"
    negative_cost = "negative_cost"
    mixed_shares = "mixed_shares"
    cost_without_units = "cost_without_units"
    no_reading = "no_reading"
    reading_not_billed = "reading_not_billed"
    opening_balance = "opening_balance"
    charge_without_tariff = "charge_without_tariff"
