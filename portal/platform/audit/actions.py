"""Record an action in its own transaction. Sealing comes later."""

from __future__ import annotations

import secrets
from contextvars import ContextVar

from portal.kit import clock
from portal.kit.facts import as_json
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
        as_json(facts),
    )
