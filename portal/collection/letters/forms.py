"""Forms for issuing a letter and recording its delivery."""

from typing import Any
from uuid import UUID

from portal.arrears.cases.states import ContactOutcome
from portal.collection.letters.proving import WAYS
from portal.collection.letters.queries import LetterPage
from portal.collection.letters.states import LetterKind
from portal.kit.i18n import N_
from portal.kit.words import label
from portal.web.forms.forms import Choice, Day, Form, Photos, Text, Tick


class LetterForm(Form):
    """The kind of letter to issue."""

    kind = Choice(N_("Letter"), LetterKind, look="select", missing=N_("Choose which letter."))


class DeliveryForm(Form):
    """To whom and how a letter was delivered."""

    person = Choice(
        N_("Recipient"),
        coerce=UUID,
        look="select",
        required=False,
        hint=N_("Each recipient needs a separate proof of delivery."),
    )
    way = Choice(N_("How it was delivered"), ContactOutcome, look="select", missing=N_("Choose how it was delivered."))
    happened_on = Day(N_("Date of contact"), required=False, hint=N_("Leave empty for today."))
    text = Text(N_("Note"), lines=2, most=2000, required=False, hint=N_("Who received it, or why it was returned."))
    witness = Text(
        N_("Accompanied by"), most=80, required=False, hint=N_("Their sign-in name. Required when left at the door.")
    )
    number = Text(N_("Registered mail number"), most=40, required=False)
    enclosed = Tick(
        N_("It is in a sealed envelope"),
        required=False,
        hint=N_(
            "Required when left at the door. The envelope shows only the name, the home and 本人亲启, "
            "and nothing about money."
        ),
    )
    photos = Photos(
        N_("Photos"),
        most=5,
        hint=N_("Required when left at the door. The photo must show the sealed envelope and the home number."),
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.way.options = [(one.value, label(one)) for one in WAYS]

    def to(self, letter: LetterPage) -> Any:
        """The same form with the people whom the letter is to."""
        self.person.options = [(str(one.person), one.name) for one in letter.to]
        return self
