"""Languages people read."""

from enum import StrEnum


class Language(StrEnum):
    """The two languages of the portal."""

    chinese = "zh-CN"
    english = "en"
