"""The reasons for a change of ownership, and the kinds of open matters."""

from enum import StrEnum


class Basis(StrEnum):
    """What the change of owners is based on."""

    sale = "sale"
    inheritance = "inheritance"
    gift = "gift"
    court = "court"
    correction = "correction"
    other = "other"


class OpenThing(StrEnum):
    """What may be open with the former owners; all of it stays with them."""

    dispute = "dispute"
    plan = "plan"
    case = "case"
    hold = "hold"
    attempt = "attempt"
    correction = "correction"
    binding = "binding"
    credit = "credit"
