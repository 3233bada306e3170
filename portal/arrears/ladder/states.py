"""A home's payment history over the last twelve months."""

from enum import StrEnum


class History(StrEnum):
    """How a home has paid: never late, late at times, late again and again, or too new to say."""

    new = "new"
    on_time = "on_time"
    late = "late"
    chronic = "chronic"
