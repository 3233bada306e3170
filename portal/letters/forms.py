"""What staff say of a letter: which kind, and how it was delivered."""

from typing import Any

from portal.arrears.states import DELIVERED, ContactOutcome
from portal.kit.i18n import N_
from portal.letters.states import LetterKind
from portal.web.forms import Choice, Form, Photos, Text
from portal.web.i18n import label

WAYS = (*[one for one in ContactOutcome if one in DELIVERED], ContactOutcome.returned)


class LetterForm(Form):
    """Which letter to issue."""

    kind = Choice(N_("Letter"), LetterKind, look="select", missing=N_("Choose which letter."))


class DeliveryForm(Form):
    """How a letter was delivered."""

    outcome = Choice(N_("How it arrived"), ContactOutcome, look="select", missing=N_("Choose how it arrived."))
    text = Text(N_("Note"), lines=2, most=2000, required=False, hint=N_("Who took it, or why it came back."))
    staff = Text(N_("Who was with you"), most=80, required=False, hint=N_("Their sign-in name. Needed on a door."))
    mail_number = Text(N_("Number of the registered letter"), most=40, required=False)
    photos = Photos(N_("Photos"), hint=N_("Needed on a door: the letter with the number of the home in the picture."))

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self["outcome"].options = [(one.value, label(one)) for one in WAYS]
