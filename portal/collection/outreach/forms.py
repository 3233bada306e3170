"""Forms for the outcome of a call or a visit."""

from typing import Any, cast

from portal.arrears.case_file.forms import ONCE
from portal.arrears.cases.states import MAY_COME_OF, ContactChannel, ContactOutcome, NextStep
from portal.collection.outreach.actions import MOST_PHOTOS, Talk
from portal.kit.i18n import N_
from portal.kit.words import label
from portal.web.forms.forms import Choice, Day, Form, Photos, Text, Yuan


class TalkForm(Form):
    """The outcome of a contact."""

    way = ContactChannel.call
    outcome = Choice(
        N_("Outcome of the contact"), ContactOutcome, look="select", missing=N_("Choose the outcome."), hint=ONCE
    )
    text = Text(
        N_("Note"),
        lines=3,
        most=2000,
        required=False,
        hint=N_("What was said, and what you promised and by when. No bank or health details."),
    )
    happened_on = Day(N_("Date of contact"), required=False, hint=N_("Leave empty for today."))
    on = Day(N_("Will pay by"), required=False, hint=N_("Only for a promise to pay."))
    amount = Yuan(N_("Promised amount"), required=False)
    next_step = Choice(N_("Next action"), NextStep, look="select", required=False)
    next_on = Day(N_("Date"), required=False)
    who = Text(
        N_("Assigned to"), most=80, required=False, hint=N_("A colleague's sign-in name. Leave empty for yourself.")
    )

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        can = [one for one in ContactOutcome if one in MAY_COME_OF[self.way]]
        cast(Choice, self["outcome"]).options = [(one.value, label(one)) for one in can]

    def talk(self, witness: str = "") -> Talk:
        """The outcome entered, once it is valid."""
        typed = self.data
        return Talk(
            outcome=typed["outcome"],
            text=typed["text"] or "",
            witness=witness,
            promised_on=typed["on"],
            promised=typed["amount"],
            next_step=typed["next_step"] or None,
            next_on=typed["next_on"],
            who=typed["who"] or "",
            happened_on=typed["happened_on"],
        )


class CallForm(TalkForm):
    """The outcome of a call."""


class VisitForm(TalkForm):
    """The outcome of a visit by two."""

    way = ContactChannel.visit
    staff = Text(N_("Accompanied by"), most=80, hint=N_("Their sign-in name."), missing=N_("A visit takes two people."))
    photos = Photos(
        N_("Photos"),
        most=MOST_PHOTOS,
        hint=N_("What the owner showed you. No people, and no rooms without their consent."),
    )
