"""Record an act in the transaction that does it; the seal comes later."""

from __future__ import annotations

import json
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

from portal.audit.states import AuditVerb
from portal.db import fetch
from portal.kit import clock
from portal.kit.money import Money

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


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
        request_id.get(),
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
