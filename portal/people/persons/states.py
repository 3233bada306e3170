"""Languages, security events, and the states of a phone number change."""

from enum import StrEnum

from portal.kit.states import Moves


class Language(StrEnum):
    """The two languages of the portal."""

    chinese = "zh-CN"
    english = "en"


class SecurityVerb(StrEnum):
    """What a security event tells of."""

    CODE_SENT = "code_sent"
    CODE_UNKNOWN = "code_unknown"
    CODE_LIMITED = "code_limited"
    CODE_UNDELIVERED = "code_undelivered"
    CODES_ALARM = "codes_alarm"
    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_LIMITED = "sign_in_limited"
    SESSION_REVOKED = "session_revoked"
    SIGNED_OUT = "signed_out"
    LINK_MADE = "link_made"
    SET_UP_DONE = "set_up_done"
    STEPPED_UP = "stepped_up"
    PHONE_CHANGED = "phone_changed"


class Identity(StrEnum):
    """What somebody has shown to prove who they are: at the counter, or a letter that went to the home."""

    id_card = "id_card"
    passport = "passport"
    title_deed = "title_deed"
    letter = "letter"


class PhoneChangeState(StrEnum):
    """Asked for by one person at the desk, answered by another."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"


class DebtorStanding(StrEnum):
    """How somebody who owes stands to the home: owner, former owner, dead without a known heir, or by an heir."""

    owner = "owner"
    former = "former"
    deceased = "deceased"
    heir = "heir"


P = PhoneChangeState
PHONE_CHANGE_MOVES = Moves(PhoneChangeState, {P.waiting: {P.approved, P.refused}, P.approved: set(), P.refused: set()})
