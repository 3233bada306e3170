"""Send a notice through every waiting channel: claim, send and mark, each in its own transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from asyncpg import Record

from portal.kit import clock, display
from portal.kit.facts import from_json
from portal.kit.language import speaking
from portal.people.channels.mail import send_mail
from portal.people.channels.provider import NotSent, Unreachable
from portal.people.channels.push import Notification, Target, send_push
from portal.people.channels.sms import Text, send_sms, sign_of
from portal.people.channels.wechat import Card, send_wechat
from portal.people.notices.rules import QUIET_FROM, QUIET_UNTIL, after_quiet
from portal.people.notices.states import DAYTIME, GUARDING, NEEDED, Channel, DeliveryState, NoticeKind, Unsent
from portal.people.notices.words import PATH, Sender, Words, word
from portal.people.persons.devices import forget_devices
from portal.platform.db.unit_of_work import fetch, fetch_one, fetch_value, unit_of_work
from portal.platform.jobs.queue import enqueue
from portal.platform.process.settings import Settings

log = logging.getLogger("portal.notices")

# Between two tries: nothing is lost while a mail server restarts or a password is corrected.
WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
MOST_TRIES = len(WAITS) + 1
PORTAL = "明白"  # what guards a sign-in is signed with where no company is known
LONGEST = 300  # signs that a lock screen could show
ADDRESS = {Channel.sms: "phone", Channel.email: "email", Channel.push: "targets", Channel.wechat: "openid"}
CLAIM_LASTS = timedelta(minutes=1)  # after that, whoever claimed it has died on the way

# To whom a delivery goes at this moment: whoever has inherited from the person it was meant for, in their stead. While
# nobody has, nothing goes to a number or address of the dead, whoever shares it.
_TO_SEND = """
SELECT d.community, d.channel, d.notice, p.human, n.kind, n.facts, n.link, coalesce(d.address, p.phone) AS phone,
  p.email, coalesce(h.language, p.language) AS language, h.wechat_openid AS openid, n.created_at,
  h.sms_off_at, h.email_off_at, c.name AS estate, c.company, coalesce(c.hotline, c.phone) AS desk,
  w.standing IS NOT DISTINCT FROM 'deceased' OR w.represented_by IS NOT NULL AND d.address IS NOT NULL
  OR EXISTS (SELECT FROM person_now g JOIN person q ON q.id = g.person WHERE g.community = d.community
    AND g.standing = 'deceased' AND (q.phone = coalesce(d.address, p.phone) OR q.email = p.email)) AS deceased
FROM delivery d JOIN notice n ON n.id = d.notice JOIN community c ON c.id = d.community
LEFT JOIN person_now w ON w.person = n.person
JOIN person p ON p.id = coalesce(w.represented_by, n.person) LEFT JOIN human h ON h.id = p.human WHERE d.id = $1
"""


@dataclass(frozen=True)
class _Errand:
    """One delivery to make, worded in a language; `link` is a path.

    `to` is a phone (E.164), an address, or the push services of `targets`, whose addresses are as secret as keys.
    """

    delivery: UUID
    notice: UUID
    channel: Channel
    to: str
    targets: tuple[Target, ...]
    kind: NoticeKind
    language: str
    words: Words
    link: str
    address: str
    moment: str
    tried: int
    sender: Sender

    @property
    def text(self) -> str:
        """The full text that is sent; a mail is signed like a text message."""
        if self.channel is Channel.sms:
            return self.words.sms
        if self.channel is Channel.push:
            return f"{self.sender.estate} · {self.words.paragraphs[0]}"[:LONGEST]
        if self.channel is Channel.wechat:
            return self.moment
        return (
            f"{self.words.body}\n\n{self.address}\n\n{self.sender.sign} · {self.sender.estate} · {self.sender.phone}\n"
        )

    @property
    def kept(self) -> str:
        """The text that is stored as proof."""
        return self.text if self.channel is Channel.sms else f"{self.words.subject}\n\n{self.text}"


async def send_notice(settings: Settings, *, notice: str, community: str) -> None:
    """Send the queued deliveries of a notice; what no provider takes is tried again later, and then given up.

    A crash between sending and marking sends one text at most twice (I-N1).
    """
    where, now = int(community), clock.real_now()
    async with unit_of_work(where, read_only=True):
        waiting = await fetch(
            "SELECT id, not_before FROM delivery WHERE notice = $1 AND state = 'queued' ORDER BY channel", UUID(notice)
        )
    # The queue counts from the beginning of a transaction, by the clock of another machine, and may be early. One
    # moment parts what is due from what is early: with two, what fell due in between was neither.
    early = {row["id"]: at - now for row in waiting if (at := row["not_before"]) and at > now}
    for row in waiting:
        if row["id"] not in early:
            await _deliver(settings, where, row["id"])
    if early:
        async with unit_of_work(where):
            await enqueue("send_notice", wait=min(early.values()), notice=notice, community=community)


async def _deliver(settings: Settings, community: int, delivery: UUID) -> None:
    errand = await _claim(settings, community, delivery)
    if errand is None:
        return
    try:
        receipt = await _send(settings, errand)
    except Unreachable:
        async with unit_of_work(community):
            await _suppress(delivery, Unsent.no_address)
        return
    except NotSent as failed:
        await _try_again(community, errand, str(failed))
        return
    async with unit_of_work(community):
        await fetch(
            "UPDATE delivery SET state = $2, changed_at = $3, receipt = $4 WHERE id = $1",
            delivery,
            DeliveryState.sent.value,
            clock.real_now(),
            receipt,
        )


async def _claim(settings: Settings, community: int, delivery: UUID) -> _Errand | None:
    """Take a delivery for this worker alone; None if another has it, it is done, or it is not to be sent."""
    async with unit_of_work(community):
        now = clock.real_now()
        mine = await fetch_value(
            "UPDATE delivery SET tries = tries + 1, changed_at = $2, trouble = NULL WHERE id = $1 AND state = 'queued'"
            " AND (tries = 0 OR trouble IS NOT NULL OR changed_at < $3) AND (not_before IS NULL OR not_before <= $2)"
            " RETURNING tries",
            delivery,
            now,
            now - CLAIM_LASTS,
        )
        if mine is None:
            return None
        row = await fetch_one(
            _TO_SEND,
            delivery,
        )
        assert row
        targets = await _targets(row["human"]) if row["channel"] == Channel.push else ()
        if why := unsent(Channel(row["channel"]), {**row, "targets": targets}):
            await _suppress(delivery, why)
            return None
        errand = _errand(settings, delivery, row, targets, mine)
        await _keep(row["community"], errand)
    return errand


def unsent(channel: Channel, row: Mapping[str, Any]) -> Unsent | None:
    """Why a notice (`kind`) does not go this way to somebody with these addresses and choices; None if it does."""
    sms = channel is Channel.sms
    if row["deceased"]:
        return Unsent.deceased
    if not row[ADDRESS[channel]]:
        return Unsent.no_address
    if channel in (Channel.push, Channel.wechat):
        return None  # turned on by the person
    if sms and row["kind"] not in GUARDING and not (row["company"] and row["desk"]):
        return Unsent.no_company
    needed = sms and row["kind"] in NEEDED
    return Unsent.not_wanted if row["sms_off_at" if sms else "email_off_at"] and not needed else None


async def _targets(human: UUID | None) -> tuple[Target, ...]:
    rows = await fetch("SELECT id AS device, endpoint, p256dh, auth FROM device WHERE human = $1 ORDER BY id", human)
    return tuple(Target(**row) for row in rows)


async def _suppress(delivery: UUID, why: Unsent) -> None:
    await fetch(
        "UPDATE delivery SET state = $2, trouble = $3, changed_at = $4 WHERE id = $1",
        delivery,
        DeliveryState.suppressed.value,
        why.value,
        clock.real_now(),
    )


def _errand(settings: Settings, delivery: UUID, row: Record, targets: tuple[Target, ...], tried: int) -> _Errand:
    channel, kind, tongue, link = Channel(row["channel"]), NoticeKind(row["kind"]), row["language"], row["link"] or ""
    sender = Sender(
        sign=sign_of(settings, row["company"] or next(iter(settings.sms_signs), PORTAL)),
        estate=row["estate"],
        phone=row["desk"] or "—",
    )
    address = settings.base_url + link
    words = word(kind, from_json(row["facts"]), tongue, sender=sender, link=address)
    services = ", ".join(sorted({urlsplit(target.endpoint).netloc for target in targets}))
    to = services or row[ADDRESS[channel]]
    with speaking(tongue):
        at = display.moment(row["created_at"])
    return _Errand(
        delivery=delivery,
        notice=row["notice"],
        channel=channel,
        to=to,
        targets=targets,
        kind=kind,
        language=tongue,
        words=words,
        link=link,
        address=address,
        moment=at,
        tried=tried,
        sender=sender,
    )


async def _keep(community: int, errand: _Errand) -> None:
    """Store the text before it is sent, so that a crash on the way loses no proof of what went out."""
    await fetch(
        "INSERT INTO sent_text (id, community, delivery, tried, address, words, at)"
        " VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)",
        community,
        errand.delivery,
        errand.tried,
        errand.to,
        errand.kept,
        clock.real_now(),
    )


async def _send(settings: Settings, errand: _Errand) -> str | None:
    """Send it; returns the provider's id if it gives receipts later. Raises NotSent."""
    key = str(errand.delivery)
    if errand.channel is Channel.sms:
        places = {**errand.words.places, PATH: errand.link.removeprefix("/")}
        name, sign = errand.kind.value, errand.sender.sign
        return await send_sms(
            settings,
            Text(
                to=errand.to, whole=errand.text, name=name, language=errand.language, places=places, key=key, sign=sign
            ),
        )
    if errand.channel is Channel.push:
        shown = Notification(errand.words.subject, errand.text, f"/inbox/{errand.notice}", errand.notice)
        took, gone = await send_push(settings, errand.targets, shown)
        await forget_devices([target.device for target in gone])
        if not took:
            raise Unreachable
        return None
    if errand.channel is Channel.wechat:
        card = Card(errand.words.subject, errand.moment, f"{settings.base_url}/inbox/{errand.notice}")
        return await send_wechat(settings, errand.to, card, key=errand.delivery.hex)
    await send_mail(settings, errand.to, errand.words.subject, errand.text, key=key)
    return None


async def _try_again(community: int, errand: _Errand, trouble: str) -> None:
    """Note the fault and ask for the next try, or give up; a text that asks for money keeps the quiet hours."""
    async with unit_of_work(community):
        zone = await fetch_value("SELECT timezone FROM community WHERE id = $1", community)
        last = errand.tried >= MOST_TRIES
        again = None if last else _next_try(errand, zone)
        await fetch(
            "UPDATE delivery SET trouble = $2, changed_at = $3, not_before = $4, state = $5 WHERE id = $1",
            errand.delivery,
            trouble,
            clock.real_now(),
            again,
            (DeliveryState.failed if last else DeliveryState.queued).value,
        )
        if again:
            wait = again - clock.real_now()
            await enqueue("send_notice", wait=wait, notice=str(errand.notice), community=str(community))
    what = "given up" if last else f"tried again after {again:%H:%M:%S %Z}"
    log.warning("a message by %s did not go out: %s; %s", errand.channel, trouble, what)


def _next_try(errand: _Errand, zone: str) -> datetime:
    soon = clock.real_now() + WAITS[errand.tried - 1]
    if errand.channel is not Channel.sms or errand.kind not in DAYTIME:
        return soon
    return after_quiet(soon, zone, QUIET_FROM, QUIET_UNTIL) or soon
