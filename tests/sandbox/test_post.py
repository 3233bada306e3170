"""Messages: SMS and push by HTTP, mail by SMTP; and the refusal to start in production."""

import asyncio
import smtplib
import subprocess
import sys
from email.message import EmailMessage

import httpx
import pytest

from sandbox.server import create_sandbox, serve
from sandbox.settings import SandboxInProduction, SandboxSettings
from tests.ports import free_port
from tests.sandbox.running import SETTINGS, RunningSandbox

pytestmark = pytest.mark.anyio


async def test_messages_are_kept_newest_first_by_address(browser: httpx.AsyncClient):
    for to, text in [("+8613800000001", "one"), ("13800000002", "two"), ("13800000001", "三")]:
        assert (await browser.post("/sandbox/sms", json={"to": to, "text": text})).status_code == 200
    found = (await browser.get("/sandbox/sms", params={"phone": "13800000001"})).json()
    assert [message["text"] for message in found] == ["三", "one"]
    assert {"at", "to", "text"} <= set(found[0])
    assert len((await browser.get("/sandbox/sms")).json()) == 3
    assert (await browser.post("/sandbox/sms", json={"to": "1"})).status_code == 400


async def test_mail_arrives_by_smtp(browser: httpx.AsyncClient, sandbox: RunningSandbox):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "portal@example.com", "Owner@example.com", "账单已出"
    message.set_content("您好\n.一行\n")
    message.add_alternative("<p>您好</p>", subtype="html")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", sandbox.smtp_port, timeout=5) as smtp:
            smtp.login("portal", "anything")
            smtp.send_message(message)
            smtp.send_message(message, to_addrs=["a@example.com", "b@example.com"])

    await asyncio.to_thread(send)
    found = (await browser.get("/sandbox/mail", params={"to": "owner@example.com"})).json()
    assert [(mail["subject"], mail["text"]) for mail in found] == [("账单已出", "您好\n.一行\n")]
    assert len((await browser.get("/sandbox/mail")).json()) == 3


async def test_the_sandbox_never_starts_in_production(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PORTAL_ENV", "production")
    with pytest.raises(SandboxInProduction):
        await serve(SETTINGS, free_port(), free_port())
    with pytest.raises(SandboxInProduction):
        create_sandbox(SETTINGS)


async def test_a_second_sandbox_on_the_same_port_is_refused(sandbox: RunningSandbox):
    with pytest.raises(OSError, match="in use"):
        await serve(SETTINGS, int(sandbox.url.rsplit(":", 1)[1]), free_port())


def test_the_settings_come_from_the_portals_own_environment():
    environ = {"STRIPE_API_KEY": "sk", "STRIPE_WEBHOOK_SECRET": "wh", "PORTAL_BASE_URL": "http://127.0.0.1:8000/"}
    assert SandboxSettings.from_environment(environ).webhook_url == "http://127.0.0.1:8000/webhooks/stripe"
    with pytest.raises(KeyError):
        SandboxSettings.from_environment({})


def test_the_process_starts_answers_and_stops_on_a_signal():
    port = free_port()
    environ = {"STRIPE_API_KEY": "sk", "STRIPE_WEBHOOK_SECRET": "wh", "PORTAL_ENV": "sandbox", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "sandbox", "--port", str(port), "--smtp-port", str(free_port())]
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
        try:
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(transport=transport, timeout=10) as http:
                assert http.get(f"http://127.0.0.1:{port}/sandbox/books").json()["charges"] == []
        finally:
            process.terminate()
        assert process.wait(10) == 0
