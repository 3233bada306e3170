"""The kinds of letters, from which stage each is sent, and its states."""

from enum import StrEnum


class LetterKind(StrEnum):
    """A payment notice (缴费通知单), a demand (催缴函), and what a law firm gets (委托律师办理资料)."""

    notice = "notice"
    demand = "demand"
    lawyer_draft = "lawyer_draft"


class LetterState(StrEnum):
    """Issued until it is proved that it arrived or came back; superseded once less is owed than it asks for."""

    issued = "issued"
    delivered = "delivered"
    returned = "returned"
    superseded = "superseded"


K = LetterKind
# The lowest stage for each kind: the demand comes before the last stage, which requires one that arrived.
FROM_STAGE = {K.notice: 2, K.demand: 3, K.lawyer_draft: 3}
PREFIX = {K.notice: "TZ", K.demand: "CJ", K.lawyer_draft: "LS"}


def number_of(kind: LetterKind, year: int, number: int) -> str:
    """TZ-2026-000123: the number on the letter, which people quote."""
    return f"{PREFIX[kind]}-{year}-{number:06d}"
