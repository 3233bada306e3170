"""The form for a change of ownership."""

import re
from fractions import Fraction
from typing import Any

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.people.persons.states import Language
from portal.records.transfers.buyers import MOST_BUYERS, Buyer, Wanted
from portal.records.transfers.states import Basis
from portal.web.forms.fields import WIDE, Typed
from portal.web.forms.forms import Choice, Day, Form, Phone, Photos, Text

SHARE = re.compile(
    r"(?P<part>\d{1,9})\s*/\s*(?P<whole>[1-9]\d{0,8})|(?P<percent>\d{1,3}(\.\d{1,6})?)%|\d(\.\d{1,8})?", re.ASCII
)
MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
NOT_A_SHARE = N_("Enter the share as 1/2, 50% or 0.5.")
NOT_A_MAIL = N_("Enter an e-mail address such as name@example.com, or leave it empty.")


class Share(Typed):
    """A part of the ownership, as a Fraction: 1/2, 50% or 0.5."""

    def read(self, text: str) -> Fraction:
        """Parse it. Raises ValueError for anything else."""
        match = SHARE.fullmatch(text.strip().translate(WIDE).replace("％", "%"))
        if not match:
            raise ValueError(_(NOT_A_SHARE))
        if match["part"]:
            return Fraction(int(match["part"]), int(match["whole"]))
        return Fraction(match["percent"]) / 100 if match["percent"] else Fraction(match[0])


class Mail(Text):
    """An e-mail address."""

    def read(self, text: str) -> str:
        """Raises ValueError for what cannot be one."""
        words = super().read(text)
        if not MAIL.fullmatch(words):
            raise ValueError(_(NOT_A_MAIL))
        return words


class TransferForm(Form):
    """The day, the basis, and up to four new owners as `name_1`, `phone_1` …"""

    starts_on = Day(
        N_("First day of the new owners"),
        hint=N_("The day ownership passes, as stated in the document."),
        missing=N_("Enter the day, for example 2026-12-01."),
    )
    basis = Choice(N_("Legal basis"), Basis, look="select", missing=N_("Choose the legal basis."))
    document = Text(
        N_("Document"),
        most=200,
        hint=N_("Type and number, for example of the new title certificate."),
        missing=N_("Enter the document that shows the change."),
    )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The fields of each new owner, by their names without the number."""
        names = ("roll", "name", "phone", "email", "language", "share")
        return [{name: self[f"{name}_{n}"] for name in names} for n in range(1, MOST_BUYERS + 1)]

    @property
    def filled(self) -> list[int]:
        """The numbers of the rows in which something was entered; the first always counts."""
        typed = ("roll", "name", "phone", "email", "share")
        return [n for n, row in enumerate(self.rows, 1) if n == 1 or any(row[name].data for name in typed)]

    @property
    def wanted(self) -> Wanted:
        """The values entered, for the action."""
        buyers = tuple(
            Buyer(
                number=n,
                roll=row["roll"].data,
                name=row["name"].data,
                phone=row["phone"].data,
                email=row["email"].data or None,
                language=row["language"].data or Language.chinese,
                share=row["share"].data,
            )
            for n, row in enumerate(self.rows, 1)
            if n in self.filled
        )
        return Wanted(self.starts_on.data, self.basis.data, self.document.data, buyers)


class ConfirmForm(TransferForm):
    """The same values again, with what was shown, and photos of the document."""

    seen = Text(most=64, missing=N_("Review what changes before you confirm."))
    photos = Photos(N_("Photos of the document"), most=5)


for n in range(1, MOST_BUYERS + 1):
    for name, made in {
        "name": Text(N_("Name"), required=False, most=80),
        "phone": Phone(N_("Mobile phone"), required=False),
        "email": Mail(N_("E-mail"), required=False, most=120),
        "language": Choice(N_("Language"), Language, look="select", required=False),
        "share": Share(N_("Share"), required=False),
        "roll": Text(N_("Resident number"), required=False, most=64, hint=N_("Only for existing residents.")),
    }.items():
        setattr(TransferForm, f"{name}_{n}", made)
