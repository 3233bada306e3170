"""The summary of a fault run: seed, counts, and what each test measured."""

from __future__ import annotations

from typing import Any

from tests.faults.counts import LANDING, SEED, TRIED
from tests.web.walk.conftest import app, business_clock, stage  # noqa: F401  # the populated world of the walks


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was tried, so that a closing note can quote it."""
    if TRIED:
        kind = "landing" if LANDING else "sample"
        terminalreporter.write_sep("-", f"faults: counts of a {kind}, seed {SEED}")
        for tried in TRIED:
            terminalreporter.write_line(str(tried))
