"""Security events: what happened at the doors, in the transaction in which it happened."""

from __future__ import annotations

import json
from uuid import UUID

from portal.kit import clock
from portal.people.persons.states import SecurityVerb
from portal.platform.audit.actions import plain
from portal.platform.db.unit_of_work import fetch


async def note(verb: SecurityVerb, human: UUID | None = None, **facts: object) -> None:
    """Add an event to the running unit of work. Facts never hold a code, a token or a full phone number."""
    await fetch(
        "INSERT INTO security_event (id, at, human, verb, facts) VALUES (gen_random_uuid(), $1, $2, $3, $4)",
        clock.real_now(),
        human,
        verb.value,
        json.dumps(facts, default=plain, ensure_ascii=False, sort_keys=True),
    )
