"""The two languages, and the current reader's."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

CHINESE, ENGLISH = "zh-CN", "en"
LANGUAGES = (CHINESE, ENGLISH)

_language: ContextVar[str] = ContextVar("language", default=CHINESE)


def language() -> str:
    """The language of the present reader: zh-CN or en."""
    return _language.get()


def speak(wanted: str) -> None:
    """Answer in this language from here on; anything unknown is Chinese."""
    _language.set(wanted if wanted in LANGUAGES else CHINESE)


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Use this language inside the block only: for writing to many people, one after the other."""
    before = _language.get()
    speak(wanted)
    try:
        yield
    finally:
        _language.set(before)
