"""What the portal's processes would have written to their log."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from portal.platform.process.log_lines import Discreet


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything from INFO on, worded as in production, but for the tests' own browser and mail server."""
    out, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("portal")
    handler, levels = logging.StreamHandler(out), (root.level, ours.level)
    handler.setFormatter(Discreet())
    handler.addFilter(lambda record: not record.name.startswith(("httpx", "httpcore", "mail.log")))
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.INFO)
    try:
        yield out
    finally:
        root.removeHandler(handler)
        root.setLevel(levels[0])
        ours.setLevel(levels[1])
