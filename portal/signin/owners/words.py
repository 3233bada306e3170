"""The purposes of a code, each with its message."""

from enum import StrEnum

from portal.kit.i18n import N_


class CodeText(StrEnum):
    """The text of a message with a code; its name is the template's name at the gateway."""

    sign_in = N_(
        "[Mingbai] %(code)s is your sign-in code, valid for 5 minutes. Never share it with anyone, not even with us."
    )
    step_up = N_(
        "[Mingbai] %(code)s is your confirmation code, valid for 5 minutes. If you did not ask for it, "
        "someone else may be using your account: do not pass it on."
    )
    new_number = N_(
        "[Mingbai] %(code)s is the code to change to this number, valid for 5 minutes. If you did not "
        "ask for it, ignore this message."
    )
