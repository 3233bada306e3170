"""Notify people: write a row to the outbox in the action's transaction; the worker sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from portal.kit import clock
from portal.kit.facts import as_json
from portal.kit.ids import new_ids
from portal.people.notices.states import QUIET, Channel, DeliveryState, NoticeKind
from portal.people.persons.principal import Principal
from portal.platform.db.unit_of_work import fetch, fetch_value, retrying, unit_of_work
from portal.platform.jobs.queue import enqueue


@dataclass(frozen=True)
class Told:
    """A notice to one person: `subject` like `bill:<id>`, `link` a path of the portal, `facts` for the words."""

    person: UUID
    subject: str
    link: str | None = None
    period: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)


async def tell_all(
    kind: NoticeKind,
    notices: Sequence[Told],
    *,
    community: int,
    channels: Sequence[Channel] = (Channel.inbox,),
    not_before: datetime | None = None,
) -> None:
    """Send each person one notice of (kind, subject, period); nothing happens if they already have it.

    The inbox always gets it at once; other channels go through the worker, and none of them before `not_before`. What
    is news to a person also comes by push and WeChat where they turned these on.
    """
    if not notices:
        return
    added = await fetch(
        "INSERT INTO notice (id, community, person, kind, subject, key, facts, link, created_at)"
        " SELECT i, $1, p, $2, s, $2 || ':' || s || ':' || period, f, l, $3"
        " FROM unnest($9::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::text[])"
        " AS t(i, p, s, period, f, l)"
        " ON CONFLICT (community, person, key) DO NOTHING RETURNING id, person",
        community,
        kind.value,
        clock.now(),  # what people read beside dates of business; deliveries keep true time
        [one.person for one in notices],
        [one.subject for one in notices],
        [one.period for one in notices],
        [as_json(one.facts) for one in notices],
        [one.link for one in notices],
        new_ids(len(notices)),
    )
    ringing = {} if kind in QUIET else await _reached_besides([row["person"] for row in added])
    sent = [
        (row["id"], way.value)
        for row in added
        for way in sorted({Channel.inbox, *channels, *ringing.get(row["person"], ())})
    ]
    await fetch(
        "INSERT INTO delivery (id, community, notice, channel, state, tries, changed_at, not_before)"
        " SELECT gen_random_uuid(), $1, n, c, CASE c WHEN 'inbox' THEN $4 ELSE $5 END, 0, $6,"
        " CASE c WHEN 'inbox' THEN NULL ELSE $7::timestamptz END"
        " FROM unnest($2::uuid[], $3::text[]) AS t(n, c)",
        community,
        [notice for notice, _way in sent],
        [way for _notice, way in sent],
        DeliveryState.sent.value,
        DeliveryState.queued.value,
        clock.real_now(),
        not_before,
    )
    wait = not_before - clock.real_now() if not_before else None
    for notice in dict.fromkeys(notice for notice, way in sent if way != Channel.inbox):
        await enqueue("send_notice", wait=wait, notice=str(notice), community=str(community))


async def _reached_besides(persons: Sequence[UUID]) -> dict[UUID, set[Channel]]:
    """The channels that these people turned on themselves."""
    rows = await fetch(
        "SELECT DISTINCT p.id, $2 AS way FROM device d JOIN person p ON p.human = d.human WHERE p.id = ANY($1)"
        " UNION ALL SELECT p.id, $3 FROM human h JOIN person p ON p.human = h.id"
        " WHERE h.wechat_openid IS NOT NULL AND p.id = ANY($1)",
        list(persons),
        Channel.push.value,
        Channel.wechat.value,
    )
    ways: dict[UUID, set[Channel]] = {}
    for row in rows:
        ways.setdefault(row["id"], set()).add(Channel(row["way"]))
    return ways


async def tell(
    persons: Sequence[UUID],
    kind: NoticeKind,
    *,
    community: int,
    subject: str,
    link: str | None = None,
    period: str = "",
    channels: Sequence[Channel] = (Channel.inbox,),
    not_before: datetime | None = None,
    **facts: object,
) -> None:
    """Send several persons the same notice."""
    notices = [Told(person, subject, link, period, facts) for person in persons]
    await tell_all(kind, notices, community=community, channels=channels, not_before=not_before)


async def tell_by_sms(
    person: UUID, kind: NoticeKind, address: str, *, community: int, subject: str, period: str = "", **facts: object
) -> None:
    """Send a person one notice at a number (E.164) that is no longer theirs, and nowhere else."""
    notice = await fetch_value(
        "INSERT INTO notice (id, community, person, kind, subject, key, facts, created_at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6::jsonb, $7)"
        " ON CONFLICT (community, person, key) DO NOTHING RETURNING id",
        community,
        person,
        kind.value,
        subject,
        f"{kind.value}:{subject}:{period}",
        as_json(facts),
        clock.now(),
    )
    if notice is None:
        return
    await fetch(
        "INSERT INTO delivery (id, community, notice, channel, state, tries, changed_at, address)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, 0, $5, $6)",
        community,
        notice,
        Channel.sms.value,
        DeliveryState.queued.value,
        clock.real_now(),
        address,
    )
    await enqueue("send_notice", notice=str(notice), community=str(community))


@retrying
async def choose_ways(by: Principal, *, sms: bool, email: bool) -> None:
    """Choose the channels for notices besides the inbox; kinds in NEEDED go by SMS in any case."""
    async with unit_of_work(by):
        await fetch(
            "UPDATE human SET sms_off_at = CASE WHEN $2 THEN NULL ELSE coalesce(sms_off_at, $4) END,"
            " email_off_at = CASE WHEN $3 THEN NULL ELSE coalesce(email_off_at, $4) END WHERE id = $1",
            by.human,
            sms,
            email,
            clock.real_now(),
        )


@retrying
async def connect_wechat(by: Principal, openid: str | None) -> None:
    """Send this person notices by WeChat, to the account that it identified; None ends it. One account, one person."""
    async with unit_of_work(by):
        await fetch("UPDATE human SET wechat_openid = NULL WHERE wechat_openid = $2 AND id <> $1", by.human, openid)
        await fetch("UPDATE human SET wechat_openid = $2 WHERE id = $1", by.human, openid)


async def open_notice(by: Principal, notice: UUID) -> None:
    """Record that the person opened a notice in the inbox; only the first time counts. Nothing for somebody else's."""
    async with unit_of_work(by):
        await fetch(
            "UPDATE delivery d SET state = $3, changed_at = $4 FROM notice n WHERE n.id = d.notice AND n.id = $1"
            " AND n.person = ANY($2) AND d.channel = 'inbox' AND d.state <> $3",
            notice,
            list(by.persons),
            DeliveryState.read.value,
            clock.real_now(),
        )
