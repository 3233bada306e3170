"""The base of all forms: `form = PayForm(await request.form())`, then `form.validate()`.

Errors appear twice, in `form.summary` on top and at each field; the answer is 422 with the same page.
"""

import re
from collections.abc import Awaitable
from contextvars import ContextVar
from typing import Any

import wtforms
from wtforms.meta import DefaultMeta

from portal.kit import words
from portal.kit.errors import Declined, Invalid, Refused
from portal.web.forms.choices import PHOTO_BYTES, UPLOAD_BYTES, Choice, Estate, Many, Photos, Upload
from portal.web.forms.fields import Code, Day, Digits, Phone, Secret, Text, Tick, Typed, Whole, Yuan
from portal.web.request.readable import FORM
from portal.web.request.request_context import Request

__all__ = ["PHOTO_BYTES", "UPLOAD_BYTES", "Choice", "Code", "Day", "Digits", "Estate", "Form", "Many", "Phone",
           "Photos", "Secret", "Text", "Tick", "Typed", "Upload", "Whole", "Yuan"]  # fmt: skip
NOT_WORDS = ("code", "login", "password", "token")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


_read: ContextVar[tuple[Any, "Form"] | None] = ContextVar("read", default=None)


def written(request: Request) -> list[tuple[str, str]]:
    """(label, words) of what the form of this request has in its text fields: shown when the request is refused."""
    sent, form = _read.get() or (None, None)
    if form is None or sent is not request.scope.get(FORM):
        return []
    texts = [field for field in form if isinstance(field, Text) and not any(s in field.short_name for s in NOT_WORDS)]
    return [(field.label.text, field.data) for field in texts if field.data and field.label.text]


class _Words:
    gettext = staticmethod(words.gettext_)
    ngettext = staticmethod(words.ngettext)


class Form(wtforms.Form):
    """Ids are `<form>-<field>`, so that two forms may be on one page; `PayPartForm` is `pay-part`."""

    class Meta(DefaultMeta):
        """Messages come from our catalogue; there is no token (web/request/cross_site.py)."""

        csrf = False

        def get_translations(self, form: Any) -> Any:
            """Ours, in the reader's language."""
            return _Words

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata, **values)
        if formdata is not None:
            _read.set((formdata, self))
        name = re.sub(r"(?<!^)(?=[A-Z])", "-", type(self).__name__.removesuffix("Form")).lower()
        for field in self:
            field.id = f"{name}-{field.short_name}"
            field.label.field_id = field.id
        sent = formdata.get("_once", "") if formdata is not None else ""
        self.once: str | None = sent if isinstance(sent, str) and _KEY.fullmatch(sent) else None
        self.outcome: Any = None
        self.status = 422  # of the answer that shows it again

    @property
    def summary(self) -> list[tuple[str, str]]:
        """(id to jump to, message) of every error, in the order of the page; the id is empty for the whole form."""
        whole = [("", error) for error in self.form_errors]
        return whole + [(field.anchor, error) for field in self if isinstance(field, Typed) for error in field.errors]

    def blame(self, refusal: Declined) -> None:
        """Show an action's refusal at the field it names, or above the form."""
        if (field := getattr(refusal, "field", "")) in self._fields:
            self[field].errors = [*self[field].errors, words.say(refusal.sentence)]
        else:
            self.form_errors.append(words.say(refusal.sentence))

    async def accepts(self, work: Awaitable[Any], *, also_refused: bool = False) -> bool:
        """Run the action; keep its result in `outcome`, or its Invalid as an error of this form.

        With `also_refused`, a Refused becomes an error too, so that what was typed is not lost; then `status` is 409.
        """
        try:
            self.outcome = await work
        except Invalid as error:
            self.blame(error)
            return False
        except Refused as error:
            if not also_refused:
                raise
            self.blame(error)
            self.status = 409
            return False
        return True
