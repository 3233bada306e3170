"""Forms for signing in and for settings."""

from typing import Any

from portal.kit.i18n import N_
from portal.kit.words import label
from portal.people.persons.states import Identity, Language
from portal.web.forms.forms import Choice, Code, Digits, Form, Phone, Secret, Text, Tick


class PhoneForm(Form):
    """The owners' first step."""

    phone = Phone(N_("Mobile number"), hint=N_("The number registered with the service centre for your home."))


class CodeForm(Form):
    """The owners' second step."""

    code = Code(N_("Code from the text message"), hint=N_("Six digits, valid for 5 minutes."))


class NewPhoneForm(Form):
    """The new number for signing in."""

    phone = Phone(N_("New mobile number"), missing=N_("Enter the new mobile number."))


class LostPhoneForm(Form):
    """At the counter: how somebody proved who they are, the reason, and the new number."""

    identity = Choice(N_("Identification shown"), Identity, missing=N_("Choose the identification shown."))
    reason = Text(N_("Reason"), most=200, missing=N_("Give the reason."))
    phone = Phone(N_("New mobile number"), missing=N_("Enter the new mobile number."))

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.identity.options = [(one.value, label(one)) for one in Identity if one is not Identity.letter]


class LetterForm(Form):
    """The letter, and the new number for signing in."""

    code = Text(N_("Code on the letter"), most=40, missing=N_("Enter the code as printed on the letter."))
    digits = Digits(N_("Last four digits of the registered number"), hint=N_("Of your previous number."))
    phone = Phone(N_("Your current mobile number"), missing=N_("Enter your current number."))


class RefusalForm(Form):
    """The reason for refusing a change of number."""

    text = Text(N_("Reason"), lines=2, most=500, missing=N_("Give the reason."))


class PasswordForm(Form):
    """The staff's first step."""

    login = Text(N_("Login"), most=64, missing=N_("Enter your login."))
    password = Secret(N_("Password"), missing=N_("Enter your password."))


class TotpForm(Form):
    """The staff's second step."""

    code = Code(N_("Code from your app"), hint=N_("Six digits, changing every 30 seconds."))


class ChoosePasswordForm(Form):
    """Set-up, first step."""

    password = Secret(
        N_("New password"),
        missing=N_("Choose a password."),
        hint=N_("At least 12 characters. Three or four unrelated words are easy to remember and hard to guess."),
    )


class SettingsForm(Form):
    """Language and text size."""

    language = Choice(N_("Language"), Language)
    large_text = Tick(N_("Larger text on every page"), required=False)
