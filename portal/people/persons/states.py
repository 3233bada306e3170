"""Languages, security events, and the states of a phone number change."""

from enum import StrEnum

from portal.kit.states import Moves


class Language(StrEnum):
    """The two languages of the portal."""

    chinese = "zh-CN"
    english = "en"


class SecurityVerb(StrEnum):
    """The kind of a security event."""

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
    """How somebody proved who they are: at the counter, or by a letter that went to the home."""

    id_card = "id_card"
    passport = "passport"
    title_deed = "title_deed"
    letter = "letter"


class PhoneChangeState(StrEnum):
    """The state of a change that one person at the desk asks for and another answers."""

    waiting = "waiting"
    approved = "approved"
    refused = "refused"


class DebtorStanding(StrEnum):
    """The standing of a debtor: owner, former owner, deceased without a known heir, or represented by an heir."""

    owner = "owner"
    former = "former"
    deceased = "deceased"
    heir = "heir"


P = PhoneChangeState
PHONE_CHANGE_MOVES = Moves(PhoneChangeState, {P.waiting: {P.approved, P.refused}, P.approved: set(), P.refused: set()})
