"""Languages people read, and what can happen at the doors."""

from enum import StrEnum


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
