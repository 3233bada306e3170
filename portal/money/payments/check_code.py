"""The code on a receipt by which anybody can ask whether it is real: 16 random digits, printed in groups of four."""

from __future__ import annotations

import re
import secrets
from unicodedata import normalize

LENGTH = 16
_CODE = re.compile(rf"\d{{{LENGTH}}}", re.ASCII)


def new_check_code() -> str:
    """A code that nobody can guess: a million receipts leave a guess one chance in ten thousand million."""
    return f"{secrets.randbelow(10**LENGTH):0{LENGTH}}"


def as_check_code(typed: str) -> str | None:
    """The 16 digits of what somebody typed, with blanks, hyphens or full-width digits; None for anything else."""
    digits = re.sub(r"[\s-]", "", normalize("NFKC", typed))
    return digits if _CODE.fullmatch(digits) else None


def grouped(code: str) -> str:
    """1234 5678 9012 3456: as it is printed."""
    return " ".join(code[at : at + 4] for at in range(0, LENGTH, 4))
