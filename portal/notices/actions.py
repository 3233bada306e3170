"""Tell people: a row in the outbox inside the act's transaction; the worker sends it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from portal.audit.actions import plain
from portal.db import fetch
from portal.kit import clock
from portal.notices.states import Channel, DeliveryState, NoticeKind
from portal.queue import enqueue


async def tell(
    persons: Sequence[UUID],
    kind: NoticeKind,
    *,
    community: int,
    subject: str,
    link: str | None = None,
    period: str = "",
    channels: Sequence[Channel] = (Channel.inbox,),
    **facts: object,
) -> None:
    """Tell each person once of (kind, subject, period); told before, nothing happens. `facts` fill the words.

    `link` is a path of the portal. The inbox always gets it; other channels go through the worker.
    """
    if not persons:
        return
    now = clock.real_now()
    told = await fetch(
        "INSERT INTO notice (id, community, person, kind, subject, key, facts, link, created_at)"
        " SELECT gen_random_uuid(), $1, p, $3, $4, $5, $6, $7, $8 FROM unnest($2::uuid[]) p"
        " ON CONFLICT (community, person, key) DO NOTHING RETURNING id",
        community,
        list(persons),
        kind.value,
        subject,
        f"{kind.value}:{subject}:{period}",
        json.dumps(facts, default=plain, ensure_ascii=False, sort_keys=True),
        link,
        now,
    )
    ways = sorted({Channel.inbox, *channels})
    await fetch(
        "INSERT INTO delivery (id, community, notice, channel, state, tries, changed_at)"
        " SELECT gen_random_uuid(), $1, n, c, CASE c WHEN 'inbox' THEN $4 ELSE $5 END, 0, $6"
        " FROM unnest($2::uuid[]) n CROSS JOIN unnest($3::text[]) c",
        community,
        [row["id"] for row in told],
        [way.value for way in ways],
        DeliveryState.sent.value,
        DeliveryState.queued.value,
        now,
    )
    if len(ways) > 1:
        for row in told:
            await enqueue("send_notice", notice=str(row["id"]), community=str(community))


async def tell_debtor(debtor: UUID, kind: NoticeKind, *, community: int, **rest: object) -> None:
    """Tell every person of a debtor; what else `tell` takes."""
    members = await fetch("SELECT person FROM debtor_member WHERE debtor = $1 ORDER BY person", debtor)
    await tell([row["person"] for row in members], kind, community=community, **rest)  # type: ignore[arg-type]
