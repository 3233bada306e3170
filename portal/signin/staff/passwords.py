"""Staff passwords: strength, and argon2id off the event loop."""

from __future__ import annotations

import asyncio
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.signin.owners.rules import LONGEST_PASSWORD, SHORTEST_PASSWORD

COMMON = Path(__file__).with_name("common_passwords.txt")
_hasher = PasswordHasher()  # argon2id with RFC 9106's second choice: 64 MiB, 3 passes
_two_at_once = asyncio.Semaphore(2)


def plain(password: str) -> str:
    """One form for the same password typed on different keyboards."""
    return unicodedata.normalize("NFKC", password)


def check_password(password: str, login: str) -> None:
    """Raises Invalid("password") if it is too short, too long, or among the first that anybody would try."""
    chosen = plain(password)
    if len(chosen) < SHORTEST_PASSWORD:
        raise Invalid("password", N_("Please use at least 12 characters. Three or four unrelated words work well."))
    if len(chosen) > LONGEST_PASSWORD:
        raise Invalid("password", N_("Please use no more than 128 characters."))
    if easy(chosen.casefold(), login.casefold()):
        raise Invalid("password", N_("This password is easy to guess. Please choose another one."))


def easy(password: str, login: str) -> bool:
    """Whether it is common, a repeated short piece, a run along the keyboard, or little more than the login."""
    repeated = (password + password).find(password, 1) <= len(password) // 2
    runs = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
    run = any(password in line or password in line[::-1] for line in runs)
    rest = password.replace(login, "") if login else password
    return password in common() or repeated or run or len(set(password)) < 4 or (rest != password and len(rest) < 6)


@cache
def common() -> frozenset[str]:
    """The list of common passwords that comes with the portal, in lower case."""
    return frozenset(line for line in COMMON.read_text(encoding="utf-8").split("\n") if line)


@cache
def nobodys() -> str:
    """A hash that matches no password, so that an unknown login takes as long as a known one."""
    return _hasher.hash("nobody's password, only to spend the time")


async def hashed(password: str) -> str:
    """The argon2id hash to store."""
    async with _two_at_once:
        return await asyncio.to_thread(_hasher.hash, plain(password))


async def fits(kept: str | None, password: str) -> bool:
    """Whether the password has this hash. Without one, False after the same work."""
    async with _two_at_once:
        return await asyncio.to_thread(_verify, kept, plain(password)[: LONGEST_PASSWORD + 1])


def _verify(kept: str | None, password: str) -> bool:
    other = nobodys()  # made by the first who asks, known or not
    try:
        return _hasher.verify(kept or other, password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False
