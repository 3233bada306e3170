"""Forms for recording work."""

from __future__ import annotations

import re
from datetime import time
from typing import Any
from uuid import UUID

from portal.care.standards.states import ServiceArea
from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.fields import WIDE, Typed
from portal.web.forms.forms import Choice, Day, Estate, Form, Photos, Text

_TIME = re.compile(r"(\d{1,2})[:点时](\d{1,2})?分?", re.ASCII)
TIME_HINT = N_("Enter a time, for example 14:05")


class Hour(Typed):
    """A time of day: 14:05, 9:30, １４：０５ or 14点5分."""

    kind = "time"
    missing = TIME_HINT

    def read(self, text: str) -> time:
        """Parse it. Raises ValueError for anything that is not a time of day."""
        plain = text.strip().translate(WIDE).replace("：", ":").replace(" ", "")
        match = _TIME.fullmatch(plain)
        if not match or int(match[1]) > 23 or int(match[2] or 0) > 59:
            raise ValueError(_(TIME_HINT))
        return time(int(match[1]), int(match[2] or 0))

    def written(self, value: time) -> str:
        """14:05"""
        return f"{value:%H:%M}"


class RecordForm(Form):
    """One piece of work: what, where, when, with photos."""

    community = Estate()
    area = Choice(N_("Area"), ServiceArea, missing=N_("Choose the area."))
    standard = Choice(
        N_("Fulfils a promise"),
        look="select",
        coerce=UUID,
        required=False,
        hint=N_("Choose the promise that this work fulfils; it then counts as done"),
    )
    title = Text(
        N_("Work"),
        most=80,
        hint=N_("For example: water tank filter cleaned"),
        missing=N_("Briefly describe what was done."),
    )
    place = Text(
        N_("Place"),
        most=80,
        hint=N_("A place everyone knows. Never name a home that complained."),
        missing=N_("Enter where it was done."),
    )
    done_on = Day(N_("Day"), required=False, hint=N_("Empty means today"))
    done_at = Hour(N_("Time"), required=False, hint=N_("Empty means now"))
    note = Text(N_("Note"), lines=3, most=500, required=False, hint=N_("Every resident of the estate can read this."))
    photos = Photos(N_("Photos"), most=5)


class RatingForm(Form):
    """One to five stars, and a few words for the service centre."""

    stars = Choice(N_("How would you rate it?"), coerce=int, missing=N_("Choose one to five stars."))
    text = Text(N_("A few words"), lines=3, most=500, required=False, hint=N_("Only the service centre can read this"))

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        self.stars.options = [(str(n), _(N_("%(n)s of 5 stars"), n=n)) for n in range(5, 0, -1)]


class ReasonForm(Form):
    """Why something promised was not done."""

    reason = Text(
        N_("Reason"),
        most=200,
        hint=N_("Every resident of the estate can read this."),
        missing=N_("Briefly explain why it was missed."),
    )
    department = Choice(N_("Department that will catch up"), look="select", required=False)
    make_up_by = Day(N_("Catch up by"), required=False)
