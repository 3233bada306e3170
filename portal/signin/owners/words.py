"""What a code is for, each with the words that it is sent in."""

from enum import StrEnum

from portal.kit.i18n import N_


class CodeText(StrEnum):
    """The text of a message with a code; its name is what a gateway that approves wordings calls it."""

    sign_in = N_(
        "[Mingbai] %(code)s is your sign-in code, valid for 5 minutes. Never tell it to anybody, not even to us."
    )
    step_up = N_(
        "[Mingbai] %(code)s confirms that it is you, valid for 5 minutes. If you did not ask for it, somebody else may"
        " be using your sign-in: do not pass it on."
    )
    new_number = N_(
        "[Mingbai] %(code)s is the code to use this number from now on, valid for 5 minutes. Did you not ask for it?"
        " Then do nothing."
    )
