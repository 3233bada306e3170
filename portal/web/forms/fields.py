"""Fields for text, sums, days, numbers and phones, as people type them.

WTForms' own number fields accept NaN, 1e3 and 1_0; these accept what people write on a Chinese
keyboard (full-width digits, 元, 年月日) and refuse the rest. What was typed always comes back.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Any

import wtforms
from wtforms.validators import StopValidation

from portal.kit.i18n import N_
from portal.kit.money import Money
from portal.kit.words import _

WIDE = str.maketrans("０１２３４５６７８９．，。￥＋－／（）　", "0123456789.,.¥+-/() ")
YUAN = re.compile(r"(?:¥|元)?\s*(\d{1,3}(?:,\d{3})+|\d{1,10})(?:\.(\d{1,2}))?\s*元?", re.ASCII)
WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
DAYS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})", re.ASCII),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?", re.ASCII),
)
PHONE = re.compile(r"1[3-9]\d{9}", re.ASCII)
MOST_YUAN = Money(1_000_000_000)


class Typed(wtforms.Field):
    """The base of our fields: `missing` is the message if a required one is empty, `hint` is shown below the label."""

    kind = "text"
    missing = N_("Please fill this in.")

    def __init__(self, label: str = "", *, required: bool = True, missing: str | None = None, hint: str = "",
                 **rest: Any) -> None:  # fmt: skip
        super().__init__(label, **rest)
        self.required, self.hint = required, hint
        self.missing = missing or type(self).missing

    @property
    def anchor(self) -> str:
        """The id that the error summary links to."""
        return self.id

    @property
    def shown(self) -> str:
        """The text for the input: exactly what was typed, or else the value in writing."""
        if self.raw_data and isinstance(self.raw_data[0], str):
            return self.raw_data[0]
        return "" if self.data is None else self.written(self.data)

    def show(self, value: Any) -> None:
        """Show this instead of what was sent."""
        self.data, self.raw_data = value, None

    def written(self, value: Any) -> str:
        """A value as someone would type it."""
        return str(value)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the value; an empty one is None. Raises ValueError when two different ones were sent.

        Whoever checks the one and whoever uses the other must not be two (ASVS 15.3.7); of a sum there is only one.
        """
        if len({value for value in valuelist if isinstance(value, str)}) > 1:
            raise ValueError(_(N_("This was sent twice with different values. Please enter it once.")))
        text = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = self.read(text) if text.strip() else self.empty()

    def read(self, text: str) -> Any:
        """The value of what was typed. Raises ValueError with the message for the person."""
        raise NotImplementedError

    def empty(self) -> Any:
        """The value of an input left empty."""
        return None

    def pre_validate(self, form: Any) -> None:
        """Say that it is missing, unless reading it already went wrong; a form's own checks see neither."""
        if self.process_errors:
            raise StopValidation
        if self.required and self.data in (None, "", [], False):
            raise StopValidation(_(self.missing))


class Text(Typed):
    """Words: trimmed, line ends unified, control characters refused. `most` characters; `lines` > 1 is a text area."""

    def __init__(self, label: str = "", *, most: int = 200, least: int = 0, lines: int = 1, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.most, self.least, self.lines = most, least, lines
        self.kind = "textarea" if lines > 1 else "text"

    def read(self, text: str) -> str:
        """Raises ValueError when too long, too short or not text."""
        words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
        allowed = "\n\t" if self.lines > 1 else "\t"
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in words):
            raise ValueError(_(N_("This contains characters that cannot be stored. Please type it again.")))
        if len(words) > self.most:
            raise ValueError(_(N_("Please use no more than %(most)s characters. This has %(have)s."),
                               most=self.most, have=len(words)))  # fmt: skip
        if len(words) < self.least:
            raise ValueError(_(N_("Please write at least %(least)s characters."), least=self.least))
        return words

    def empty(self) -> str:
        """Nothing typed is the empty text."""
        return ""


class Secret(Typed):
    """A password: never shown again, not trimmed."""

    kind = "password"

    @property
    def shown(self) -> str:
        """Never what was typed."""
        return ""

    def read(self, text: str) -> str:
        """As typed. Raises ValueError above 1024 characters."""
        if len(text) > 1024:
            raise ValueError(_(N_("This is too long.")))
        return text


class Code(Typed):
    """A six-digit one-time code; blanks and full-width digits are fine."""

    kind = "code"
    missing = N_("Enter the six digits.")

    @property
    def shown(self) -> str:
        """Never what was typed."""
        return ""

    def read(self, text: str) -> str:
        """Six ASCII digits. Raises ValueError."""
        digits = re.sub(r"[\s-]", "", text.translate(WIDE))
        if not re.fullmatch(r"\d{6}", digits, re.ASCII):
            raise ValueError(_(N_("Enter the six digits.")))
        return digits


class Digits(Typed):
    """The last four digits of a number; blanks and full-width digits are fine."""

    kind = "digits"
    missing = N_("Enter the last four digits.")

    def read(self, text: str) -> str:
        """Four ASCII digits. Raises ValueError."""
        digits = re.sub(r"[\s-]", "", text.translate(WIDE))
        if not re.fullmatch(r"\d{4}", digits, re.ASCII):
            raise ValueError(_(N_("Enter the last four digits.")))
        return digits


class Yuan(Typed):
    """A sum in yuan, to Money. 120.5, １２０．５０, 12,345.6, ¥1,200.00 and 100元 are fine."""

    kind = "yuan"
    missing = N_("Enter the amount, for example 120.50")

    def __init__(self, label: str = "", *, least: Money = Money(1), most: Money = MOST_YUAN, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.least, self.most = least, most

    def read(self, text: str) -> Money:
        """Raises ValueError for anything that is not a plain sum with at most two decimals, or is out of bounds."""
        match = YUAN.fullmatch(text.strip().translate(WIDE))
        if not match:
            raise ValueError(_(N_("Enter the amount, for example 120.50")))
        sum_ = Money(int(match[1].replace(",", "")) * 100 + int((match[2] or "0").ljust(2, "0")))
        if sum_ < self.least:
            raise ValueError(_(N_("The amount must be at least %(least)s."), least=self.least))
        if sum_ > self.most:
            raise ValueError(_(N_("The amount must be no more than %(most)s."), most=self.most))
        return sum_

    def written(self, value: Money) -> str:
        """120.50"""
        return str(value)


class Whole(Typed):
    """A whole number between `least` and `most`."""

    kind = "whole"
    missing = N_("Enter a whole number.")

    def __init__(self, label: str = "", *, least: int = 0, most: int = 1_000_000, **rest: Any) -> None:
        super().__init__(label, **rest)
        self.least, self.most = least, most

    def read(self, text: str) -> int:
        """Raises ValueError for anything but digits in bounds."""
        plain = text.strip().translate(WIDE)
        if not WHOLE.fullmatch(plain):
            raise ValueError(_(N_("Enter a whole number.")))
        if not self.least <= int(plain) <= self.most:
            raise ValueError(_(N_("Enter a number from %(least)s to %(most)s."), least=self.least, most=self.most))
        return int(plain)


class Day(Typed):
    """A day: 2026-11-03, 2026/11/3 or 2026年11月3日."""

    kind = "day"
    missing = N_("Enter a day, for example 2026-11-03")

    def read(self, text: str) -> date:
        """Raises ValueError for what is no day of the calendar."""
        plain = text.strip().translate(WIDE).replace(" ", "")
        for pattern in DAYS:
            if match := pattern.fullmatch(plain):
                year, month, day = (int(n) for n in match.groups())
                if not 1900 <= year <= 2199:
                    break
                try:
                    return date(year, month, day)
                except ValueError:
                    raise ValueError(_(N_("This date does not exist. Please check it."))) from None
        raise ValueError(_(N_("Enter a day, for example 2026-11-03")))

    @property
    def shown(self) -> str:
        """ISO for a day that was understood, since a date input shows nothing else; otherwise what was typed."""
        return self.written(self.data) if self.data else super().shown

    def written(self, value: date) -> str:
        """2026-11-03"""
        return value.isoformat()


class Phone(Typed):
    """A mainland mobile number, to E.164: blanks, dashes, full-width digits, +86 and 0086 are fine."""

    kind = "phone"
    missing = N_("Enter your mobile number.")

    def read(self, text: str) -> str:
        """+8613800138000. Raises ValueError."""
        digits = re.sub(r"[\s\-()]", "", text.translate(WIDE))
        digits = re.sub(r"^(?:\+|00)86|^86(?=1\d{10}$)", "", digits)
        if not PHONE.fullmatch(digits):
            raise ValueError(_(N_("Enter an 11-digit mobile number, for example 138 0013 8000")))
        return f"+86{digits}"

    def written(self, value: str) -> str:
        """138 0013 8000"""
        digits = value.removeprefix("+86")
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"


class Tick(Typed):
    """One box to tick. If it is required, it has to be ticked."""

    kind = "tick"
    missing = N_("Please tick this to continue.")

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Ticked if the browser sent anything that means yes."""
        self.data = bool(valuelist) and valuelist[0] not in ("", "0", "no", "false")


def unique(values: Iterable[Any]) -> list[Any]:
    """Each once, in the order given."""
    return list(dict.fromkeys(values))
