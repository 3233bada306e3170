"""Record an act in the transaction that does it; the seal comes later."""

from __future__ import annotations

import json
import secrets
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from portal.kit import clock
from portal.kit.money import Money
from portal.platform.audit.states import AuditVerb
from portal.platform.db.unit_of_work import fetch

_request: ContextVar[str | None] = ContextVar("request", default=None)


def begin_request(name: str = "") -> None:
    """From here on every audit row of this task carries one id; a job puts its name before it (I-U2)."""
    _request.set(f"{name}:{secrets.token_hex(6)}" if name else secrets.token_hex(6))


def present_request() -> str:
    """The id of what is under way, for the log and the person who is told of a fault; empty outside of one."""
    return _request.get() or ""


async def record(
    actor: str, verb: AuditVerb, subject: str, *, community: int, reason: str | None = None, **facts: object
) -> None:
    """Add an audit row to the running unit of work. `subject` is like `bill:<id>`; facts hold no personal data."""
    await fetch(
        "INSERT INTO audit_entry (id, community, at, actor, verb, subject, reason, request, facts)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6, $7, $8)",
        community,
        clock.real_now(),
        actor,
        verb.value,
        subject,
        reason,
        _request.get(),
        json.dumps(facts, default=plain, ensure_ascii=False, sort_keys=True),
    )


def plain(value: object) -> object:
    """A value as JSON keeps it: sums in fen, dates in ISO. Raises TypeError for anything unexpected."""
    if isinstance(value, Money):
        return value.fen
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if not isinstance(value, tuple) else list(value)
    raise TypeError(f"{type(value).__name__} is not for an audit row")
