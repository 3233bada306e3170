"""What goes into the log: where something failed and why, never what people wrote (F-81)."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Iterator
from types import TracebackType

# Values stand in quotes or brackets, are numbers, or are in Chinese; what is left is the library's own sentence.
_VALUE = re.compile(r"'[^']*'?|\"[^\"]*\"?|\([^)]*\)?|[^\s'\"(]*(?:[^\x20-\x7e]|\d{4})[^\s'\"(]*")
MOST = 300
ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """One line for each record, then the trace without values."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The record; a trace that another formatter left in it is not taken over."""
        record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line; what came from outside can begin no line of its own."""
        return super().formatMessage(record).replace("\r", "\\r").replace("\n", "\\n")

    def formatException(self, ei: ErrorInfo) -> str:
        """The trace of an exception and of its causes."""
        return traced(ei[1]) if ei[1] else ""


def set_up(level: str = "WARNING") -> None:
    """Let every logger of this process write to stderr discreetly; done twice it is done once.

    `level` is for the portal's own; of all others warnings: at INFO they would tell addresses with what is in them.
    """
    logging.getLogger("portal").setLevel(level)
    root = logging.getLogger()
    if not any(isinstance(handler.formatter, Discreet) for handler in root.handlers):
        handler = logging.StreamHandler()
        handler.setFormatter(Discreet())
        root.addHandler(handler)


def traced(error: BaseException) -> str:
    """The frames of an exception and its causes, the first cause first, each with what may be told of it."""
    return "\n".join(
        "".join(traceback.format_tb(one.__traceback__)) + f"{type(one).__qualname__}: {tellable(one)}"
        for one in reversed(list(_chain(error)))
    )


def tellable(error: BaseException) -> str:
    """The message without values; of PostgreSQL's errors the code, table and constraint, since details quote rows."""
    if state := getattr(error, "sqlstate", None):
        facts = (state, getattr(error, "table_name", None), getattr(error, "constraint_name", None))
        return " ".join(str(fact) for fact in facts if fact)
    return _VALUE.sub("…", str(error))[:MOST]


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting and id(waiting[0]) not in seen:
        one = waiting.pop(0)
        seen.add(id(one))
        yield one
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [before] if before else []
