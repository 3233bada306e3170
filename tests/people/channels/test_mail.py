"""Letters go by a real mail server: signed in, encrypted, its certificate checked, and a trouble is told loudly."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from portal.kit import clock
from portal.overview.health.queries import as_metrics, health
from portal.people.channels.mail import send_mail
from portal.people.channels.provider import NotSent
from portal.people.delivery.actions import MOST_TRIES, WAITS, send_notice
from portal.platform.db.unit_of_work import fetch, unit_of_work
from portal.platform.process.settings import Settings, Tls
from tests.arrears.cases.world import TODAY, World, on
from tests.client import browser
from tests.logs import logged
from tests.people.delivery.test_actions import reminded
from tests.people.notices.mailserver import PASSWORD, MailServer, made_certificate, mail_server, trusted

# The test's server would rather know of the encryption itself.
pytestmark = [pytest.mark.anyio, pytest.mark.filterwarnings("ignore:Requiring AUTH")]
OVER = [Tls.tls, Tls.starttls]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A certificate that nobody's system knows."""
    yield made_certificate(tmp_path_factory.mktemp("mail"))


@pytest.mark.parametrize("tls", OVER)
async def test_a_letter_goes_signed_in_and_encrypted(settings: Settings, certificate: Path, tls: Tls) -> None:
    async with mail_server(certificate, tls) as server:
        with trusted(certificate):
            await send_mail(server.settings(settings, tls), "chen@example.com", "账单", "您好", key="k")
    [(signed_in, encrypted, letter)] = server.taken
    assert signed_in and encrypted
    assert b"From: Mingbai" in letter and b"<portal@portal.example>" in letter


@pytest.mark.parametrize("tls", OVER)
async def test_a_wrong_password_sends_nothing_and_says_so(settings: Settings, certificate: Path, tls: Tls) -> None:
    async with mail_server(certificate, tls) as server:
        with trusted(certificate), pytest.raises(NotSent, match=r"^SMTPAuthenticationError 535$"):
            await send_mail(server.settings(settings, tls, "wrong"), "chen@example.com", "账单", "您好", key="k")
    assert server.taken == []


@pytest.mark.parametrize("tls", OVER)
async def test_an_unknown_certificate_gets_neither_password_nor_letter(
    settings: Settings, certificate: Path, tls: Tls
) -> None:
    async with mail_server(certificate, tls) as server:
        with pytest.raises(NotSent, match=r"^SSLCertVerificationError self-signed certificate$"):
            await send_mail(server.settings(settings, tls), "chen@example.com", "账单", "您好", key="k")
    assert server.taken == []


async def test_a_server_without_starttls_gets_neither_password_nor_letter(
    settings: Settings, certificate: Path
) -> None:
    async with mail_server(certificate, Tls.none) as server:
        with pytest.raises(NotSent, match=r"^SMTPNotSupportedError$"):
            await send_mail(server.settings(settings, Tls.starttls), "chen@example.com", "账单", "您好", key="k")
    assert server.taken == []


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize("wrong", ["password", "certificate"])
async def test_what_is_wrong_with_mail_is_red_and_logged_and_the_letter_goes_once_it_is_mended(
    settings: Settings, certificate: Path, wrong: str
) -> None:
    with on(TODAY), logged() as log:
        debts, errand = await reminded()
        async with mail_server(certificate, Tls.starttls) as server:
            right = server.settings(settings, Tls.starttls)
            if wrong == "password":
                with trusted(certificate):
                    await send_notice(server.settings(settings, Tls.starttls, "not the secret"), **errand)
            else:
                await send_notice(right, **errand)
            said = {"password": "SMTPAuthenticationError 535", "certificate": "SSLCertVerificationError self-signed"}
            assert await red(settings, debts, said[wrong])
            await wait(debts, WAITS[0])
            with trusted(certificate):
                await send_notice(right, **errand)
            assert not await red(settings, debts, said[wrong])
        assert len(server.taken) == 1
    told = log.getvalue()
    assert f"a message by email did not go out: {said[wrong]}" in told
    said_of_it = re.sub(r"^\S+ [\d:,]+ ", "", told, flags=re.M)  # a time of day may hold the digits of a number
    for secret in ("not the secret", PASSWORD, "chen@example.com", "陈静", "199"):
        assert secret not in said_of_it


async def red(settings: Settings, debts: World, said: str) -> bool:
    """Whether /readyz, /metrics and the desk tell it; all of them, or none."""
    found = await health(settings)
    async with browser(settings, debts.estate["冯丽"]) as client:
        shown = (await client.get("/desk")).text
    told = [
        said in found.channels_failing.get("email", ""),
        'portal_channel_failing{channel="email"} 1\n' in as_metrics(found),
        "failing-email" in shown and said in shown,
    ]
    assert len(set(told)) == 1, told
    return told[0]


async def wait(debts: World, how_long: timedelta) -> None:
    """As if so much time had passed since the last try."""
    async with unit_of_work(debts.estate.community):
        await fetch("UPDATE delivery SET not_before = not_before - $1::interval WHERE not_before IS NOT NULL", how_long)


@pytest.mark.usefixtures("database", "clean")
async def test_a_server_that_stays_away_is_asked_for_twenty_minutes_and_then_it_is_given_up(settings: Settings) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        nowhere = MailServer(port=9).settings(settings, Tls.none)
        waited = []
        for _try in range(MOST_TRIES + 1):
            before = clock.real_now()
            await send_notice(nowhere, **errand)
            row = await debts.row("SELECT state, tries, not_before FROM delivery WHERE channel = 'email'")
            waited.append(round((row["not_before"] - before).total_seconds()) if row["not_before"] else None)
            await wait(debts, timedelta(hours=1))
    assert (row["state"], row["tries"]) == ("failed", MOST_TRIES)
    assert waited == [10, 60, 300, 900, None, None]


@pytest.mark.usefixtures("database", "clean")
@pytest.mark.parametrize(
    ("at", "again"), [("20:58", "20:58:10"), ("20:59:55", "08:30:00"), ("21:30", "08:30:00"), ("08:29:40", "08:30:00")]
)
async def test_a_reminder_that_is_tried_again_keeps_the_quiet_hours(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, at: str, again: str
) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        now = datetime.combine(TODAY, time.fromisoformat(at), ZoneInfo("Asia/Shanghai"))
        monkeypatch.setattr(clock, "real_now", lambda: now)
        await send_notice(replace(settings, sms_url="http://127.0.0.1:9/"), **errand)
        row = await debts.row("SELECT not_before FROM delivery WHERE channel = 'sms'")
    assert f"{row['not_before'].astimezone(now.tzinfo):%H:%M:%S}" == again


@pytest.mark.usefixtures("database", "clean")
async def test_what_comes_too_early_waits_for_its_time(settings: Settings) -> None:
    """The queue and the worker do not have the same clock."""
    with on(TODAY):
        debts, errand = await reminded()
        async with unit_of_work(debts.estate.community):
            await fetch("UPDATE delivery SET not_before = now() + interval '1 second' WHERE channel = 'email'")
            await fetch("UPDATE delivery SET state = 'suppressed' WHERE channel = 'sms'")
        asked = "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'send_notice'"
        before = (await debts.row(asked))["n"]
        await send_notice(settings, **errand)
        assert (await debts.row("SELECT tries FROM delivery WHERE channel = 'email'"))["tries"] == 0
        assert (await debts.row(asked))["n"] == before + 1


@pytest.mark.usefixtures("database", "clean")
async def test_what_becomes_due_while_it_is_looked_at_is_not_lost(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with on(TODAY):
        debts, errand = await reminded()
        begun, looks = clock.real_now(), itertools.count()
        async with unit_of_work(debts.estate.community):
            await fetch("UPDATE delivery SET state = 'suppressed' WHERE channel = 'sms'")
            due = begun + timedelta(seconds=5)
            await fetch("UPDATE delivery SET not_before = $1 WHERE channel = 'email'", due)
        asked = "SELECT count(*) AS n FROM pgqueuer WHERE entrypoint = 'send_notice'"
        before = (await debts.row(asked))["n"]
        monkeypatch.setattr(clock, "real_now", lambda: begun + timedelta(seconds=6 * next(looks)))
        await send_notice(settings, **errand)
        monkeypatch.undo()
        tries = (await debts.row("SELECT tries FROM delivery WHERE channel = 'email'"))["tries"]
        assert (await debts.row(asked))["n"] - before + tries == 1, "sent, or to be sent"
