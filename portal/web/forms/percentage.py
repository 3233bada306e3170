"""A field for percentages."""

import re
from decimal import Decimal

from portal.kit.i18n import N_
from portal.kit.words import _
from portal.web.forms.fields import WIDE, Typed

PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)\s*[%％]?", re.ASCII)
NOT_A_PERCENTAGE = N_("Enter a percentage, for example 0.05.")


class Percentage(Typed):
    """A percentage up to `most`, to a factor: 0.05 becomes 0.0005."""

    missing = NOT_A_PERCENTAGE

    def __init__(self, label: str = "", *, most: str, zero: bool = False, **rest: object) -> None:
        super().__init__(label, **rest)  # type: ignore[arg-type]
        self.most, self.zero = Decimal(most), zero

    def read(self, text: str) -> Decimal:
        """Raises ValueError for anything else, and for values out of bounds."""
        match = PERCENT.fullmatch(text.strip().translate(WIDE))
        if not match:
            raise ValueError(_(NOT_A_PERCENTAGE))
        value = Decimal(match[1])
        if value > self.most or not (value or self.zero):
            raise ValueError(_(N_("Enter a percentage up to %(most)s."), most=str(self.most)))
        return value / 100

    def written(self, value: Decimal) -> str:
        """0.05"""
        return f"{(value * 100).normalize():f}"
