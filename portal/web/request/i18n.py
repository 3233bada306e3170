"""The reader's language, for pages: everything lives in kit/language.py, so that notices speak it too."""

from portal.kit.language import (
    CHINESE,
    ENGLISH,
    LANGUAGES,
    LOCALE,
    _,
    catalogue,
    gettext_,
    label,
    language,
    merged,
    ngettext,
    npgettext,
    pgettext,
    say,
    speak,
    worded,
)

__all__ = [
    "CHINESE",
    "ENGLISH",
    "LANGUAGES",
    "LOCALE",
    "_",
    "catalogue",
    "gettext_",
    "label",
    "language",
    "merged",
    "ngettext",
    "npgettext",
    "pgettext",
    "say",
    "speak",
    "worded",
]
