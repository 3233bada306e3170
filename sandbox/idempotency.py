"""Answers kept by Idempotency-Key, as Stripe keeps them: for a day, 500s included."""

import hashlib
from dataclasses import dataclass

from sandbox.wire import Json, StripeRefusal

KEPT_FOR = 24 * 3600  # seconds


@dataclass(frozen=True)
class Answer:
    """A status and its JSON, with the id of the request that made it."""

    status: int
    body: Json
    request_id: str
    replayed: bool = False


class Kept:
    """First answers by key."""

    def __init__(self) -> None:
        self._by_key: dict[str, tuple[str, int, Answer]] = {}

    def earlier(self, key: str, method: str, path: str, form: bytes, now: int) -> Answer | None:
        """The answer given before to this very request; raises StripeRefusal when the key stood for another one."""
        if len(key) > 255:
            raise StripeRefusal("Idempotency keys can be up to 255 characters long.", kind="idempotency_error")
        stored = self._by_key.get(key)
        if stored is None or stored[1] + KEPT_FOR <= now:
            return None
        if stored[0] != _print(method, path, form):
            raise StripeRefusal(
                "Keys for idempotent requests can only be used with the same parameters they were first used with. "
                f"Try using a key other than '{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return stored[2]

    def keep(self, key: str, method: str, path: str, form: bytes, now: int, answer: Answer) -> None:
        """Remember a first answer, and drop what is older than a day."""
        self._by_key = {other: row for other, row in self._by_key.items() if row[1] + KEPT_FOR > now}
        self._by_key[key] = (_print(method, path, form), now, answer)


def _print(method: str, path: str, form: bytes) -> str:
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), form))).hexdigest()
