"""A home's payment history over the last twelve months."""

from enum import StrEnum


class History(StrEnum):
    """From what was due and when it was paid: nothing late, something late, late again and again, or too new to say."""

    new = "new"
    on_time = "on_time"
    late = "late"
    chronic = "chronic"
