"""Fields for choosing: one, several, or photos."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal
from uuid import UUID

from litestar.datastructures import UploadFile
from wtforms.validators import ValidationError

from portal.kit.i18n import N_
from portal.kit.words import _, label
from portal.web.forms.fields import Typed, unique

Options = Sequence[tuple[str, str]]
PHOTO_BYTES = 10 * 2**20
# For `request_max_body_size` of routes that take photos: five of them and the text around.
UPLOAD_BYTES = 52 * 2**20
LONGEST_NAME = 80  # characters of a file's name that a message shows
MAGIC = {b"\xff\xd8\xff": "jpeg", b"\x89PNG\r\n\x1a\n": "png"}


class Choice(Typed):
    """One of an enum's members (then `data` is the member), or of `options` (value, text) set on the field."""

    missing = N_("Please choose one.")

    def __init__(self, label: str = "", of: type[Enum] | Options = (), *, look: Literal["radio", "select"] = "radio",
                 coerce: Callable[[str], Any] = str, **rest: Any) -> None:  # fmt: skip
        super().__init__(label, **rest)
        self.kind = look
        self.enum = of if isinstance(of, type) else None
        self.given: Options = () if isinstance(of, type) else of
        self.coerce = of if isinstance(of, type) else coerce

    @property
    def options(self) -> Options:
        """Value and text of each, in the reader's language."""
        return [(m.value, label(m)) for m in self.enum] if self.enum else self.given

    @options.setter
    def options(self, offered: Options) -> None:
        self.enum, self.given = None, offered

    @property
    def anchor(self) -> str:
        """The first radio button, or the list."""
        return f"{self.id}-0" if self.kind == "radio" else self.id

    def read(self, text: str) -> Any:
        """Raises ValueError for text that no option can be; whether it was offered is checked later."""
        try:
            return self.coerce(text)
        except ValueError:
            raise ValueError(_(N_("Please choose one of the options."))) from None

    def pre_validate(self, form: Any) -> None:
        """Raises an error if it is missing or was not offered."""
        super().pre_validate(form)
        offered = [value for value, _text in self.options]
        if self.data not in (None, "") and not self.process_errors and self.written(self.data) not in offered:
            raise ValidationError(_(N_("Please choose one of the options.")))

    def written(self, value: Any) -> str:
        """The value attribute."""
        return str(value.value if isinstance(value, Enum) else value)


class Estate(Choice):
    """One of the estates offered, as its number; somebody who works for only one need not choose."""

    missing = N_("Choose the estate.")

    def __init__(self, **rest: Any) -> None:
        super().__init__(N_("Estate"), look="select", coerce=int, **rest)

    def offer(self, estates: Options) -> None:
        """Offer these estates."""
        self.options, self.required = estates, len(estates) != 1

    def pre_validate(self, form: Any) -> None:
        """If there is only one estate, it is chosen."""
        if self.data is None and not self.process_errors and not self.required:
            self.data = self.read(self.options[0][0])
        super().pre_validate(form)


class Many(Typed):
    """A repeated field, as a list without repetitions; `coerce` reads each one (UUID by default)."""

    kind = "checks"
    missing = N_("Please choose at least one.")

    def __init__(self, label: str = "", *, coerce: Callable[[str], Any] = UUID, most: int = 500, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.coerce, self.most = coerce, most
        self.options: Options = ()

    @property
    def anchor(self) -> str:
        """The first box."""
        return f"{self.id}-0"

    @property
    def chosen(self) -> set[str]:
        """The values to tick again."""
        if self.raw_data:
            return {v for v in self.raw_data if isinstance(v, str)}
        return {str(v.value if isinstance(v, Enum) else v) for v in self.data or ()}

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Raises ValueError for a value that cannot be one of ours, or too many."""
        try:
            self.data = unique(self.coerce(v) for v in valuelist if isinstance(v, str) and v)
        except ValueError:
            self.data = []
            raise ValueError(_(N_("Please choose again."))) from None
        if len(self.data) > self.most:
            raise ValueError(_(N_("Please choose no more than %(most)s."), most=self.most))


@dataclass(frozen=True)
class Upload:
    """One file as received. Not trusted yet: portal.platform.files decodes and re-encodes it."""

    name: str
    content: bytes


class Photos(Typed):
    """Up to `most` photos of 10 MB each, to a list of Upload. Only JPEG and PNG by their first bytes."""

    kind = "photos"
    missing = N_("Please add a photo.")

    def __init__(self, label: str = "", *, most: int, required: bool = False, **rest: Any) -> None:
        super().__init__(label, required=required, **rest)
        self.most = most

    @property
    def shown(self) -> str:
        """Browsers never accept a file as a prefilled value."""
        return ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the files; an empty input is the text ''. Raises ValueError with what to do instead."""
        sent = [v for v in valuelist if isinstance(v, UploadFile) and v.filename]
        self.data = []
        if len(sent) > self.most:
            raise ValueError(_(N_("Please choose no more than %(most)s photos."), most=self.most))
        self.data = [self._one(upload) for upload in sent]

    def _one(self, upload: UploadFile) -> Upload:
        content, name = upload.file.read(PHOTO_BYTES + 1), _called(upload.filename)
        if len(content) > PHOTO_BYTES:
            raise ValueError(_(N_("%(name)s is larger than 10 MB. Please choose a smaller photo."), name=name))
        if not any(content.startswith(magic) for magic in MAGIC):
            raise ValueError(_(N_("%(name)s cannot be read as a photo. Please use JPG or PNG."),
                               name=name))  # fmt: skip
        return Upload(name, content)

    def pre_validate(self, form: Any) -> None:
        """Say that a photo is missing where one is needed."""
        if self.required and not self.process_errors and not self.data:
            raise ValidationError(_(self.missing))


def _called(filename: str) -> str:
    """A file's name for showing: its end, without invisible characters and those that change text direction."""
    return "".join(c for c in filename if c.isprintable())[-LONGEST_NAME:] or "?"
