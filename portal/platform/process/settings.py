"""The settings, read once from the environment. A missing or unsafe value refuses to start."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SMS_DAILY_CODES = 10_000  # unless the environment says otherwise
STRIPE_CHECKOUT = "https://checkout.stripe.com"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
NOBODY = "portal@localhost"  # no letter from it would arrive


class Tls(StrEnum):
    """How the mail server is spoken to: encrypted from the first byte, after STARTTLS, or not at all."""

    tls = "tls"
    starttls = "starttls"
    none = "none"


class Unusable(SystemExit):
    """The settings do not allow a start; the message says which one and why."""


@dataclass(frozen=True)
class Settings:
    """The settings of one process; addresses without a trailing slash. Secrets are left out of its text."""

    env: str
    data: Path
    base_url: str
    secret_key: str = field(repr=False)
    database_url: str | None = field(default=None, repr=False)
    worker_url: str | None = field(default=None, repr=False)
    admin_url: str | None = field(default=None, repr=False)
    stripe_api_key: str = field(default="", repr=False)
    stripe_webhook_secret: str = field(default="", repr=False)
    stripe_api_base: str | None = None
    sms_url: str | None = None
    sms_key_id: str | None = None  # Alibaba Cloud's; without it SMS_URL takes plain JSON
    sms_key_secret: str = field(default="", repr=False)
    sms_sign_name: str = ""
    sms_templates: Mapping[str, str] = field(default_factory=dict, hash=False)
    sms_daily_codes: int = SMS_DAILY_CODES
    vapid_private_key: str = field(default="", repr=False)
    vapid_subject: str = ""
    vapid_push_base: str | None = None
    wechat_app_id: str = ""
    wechat_app_secret: str = field(default="", repr=False)
    wechat_template: str = ""
    wechat_base: str | None = None
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_from: str = NOBODY
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_tls: Tls = Tls.none
    starts_at: datetime | None = None
    embedded: bool = False
    log: str = "WARNING"

    @property
    def sandbox(self) -> bool:
        """Whether no real money moves."""
        return self.env != "production"

    @property
    def stripe_webhook_secrets(self) -> tuple[str, ...]:
        """The secret that webhooks are signed with; two, with a comma between them, while one replaces the other."""
        return tuple(one.strip() for one in self.stripe_webhook_secret.split(",") if one.strip())

    @property
    def sms_signs(self) -> tuple[str, ...]:
        """The signatures that the gateway has approved, the first for messages of no estate."""
        return tuple(one.strip() for one in self.sms_sign_name.split(",") if one.strip())

    def template_of(self, wording: str, language: str) -> str | None:
        """Under which code the SMS gateway knows a wording, in this language if it has one of its own."""
        return self.sms_templates.get(f"{wording}.{language}") or self.sms_templates.get(wording)

    @property
    def https(self) -> bool:
        """Whether people reach us encrypted, so that cookies may be Secure and __Host-."""
        return self.base_url.startswith("https://")

    @property
    def checkout_origin(self) -> str:
        """Where the hosted payment page lives."""
        return self.stripe_api_base or STRIPE_CHECKOUT


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the environment, and `portal.env` in the data folder below it."""
    given = dict(os.environ if environ is None else environ)
    data = Path(given.get("PORTAL_DATA", "var")).resolve()
    values = {**read_env_file(data / "portal.env"), **given}
    start = values.get("PORTAL_NOW")
    smtp_port, smtp_user = int(values.get("SMTP_PORT") or "25"), values.get("SMTP_USER", "")
    return Settings(
        env=values.get("PORTAL_ENV", "production"),
        data=data,
        base_url=values.get("PORTAL_BASE_URL", "").rstrip("/"),
        secret_key=values.get("PORTAL_SECRET_KEY", ""),
        database_url=values.get("DATABASE_URL") or None,
        worker_url=values.get("DATABASE_WORKER_URL") or None,
        admin_url=values.get("DATABASE_ADMIN_URL") or None,
        stripe_api_key=values.get("STRIPE_API_KEY", ""),
        stripe_webhook_secret=values.get("STRIPE_WEBHOOK_SECRET", ""),
        stripe_api_base=(values.get("STRIPE_API_BASE") or "").rstrip("/") or None,
        sms_url=values.get("SMS_URL") or None,
        sms_key_id=values.get("SMS_ACCESS_KEY_ID") or None,
        sms_key_secret=values.get("SMS_ACCESS_KEY_SECRET", ""),
        sms_sign_name=values.get("SMS_SIGN_NAME", ""),
        sms_templates=_pairs("SMS_TEMPLATES", values.get("SMS_TEMPLATES", "")),
        sms_daily_codes=int(values.get("SMS_DAILY_CODES", SMS_DAILY_CODES)),
        vapid_private_key=values.get("VAPID_PRIVATE_KEY", ""),
        vapid_subject=values.get("VAPID_SUBJECT", ""),
        vapid_push_base=(values.get("VAPID_PUSH_BASE") or "").rstrip("/") or None,
        wechat_app_id=values.get("WECHAT_APP_ID", ""),
        wechat_app_secret=values.get("WECHAT_APP_SECRET", ""),
        wechat_template=values.get("WECHAT_TEMPLATE", ""),
        wechat_base=(values.get("WECHAT_BASE") or "").rstrip("/") or None,
        smtp_host=values.get("SMTP_HOST") or None,
        smtp_port=smtp_port,
        smtp_from=values.get("SMTP_FROM") or NOBODY,
        smtp_user=smtp_user,
        smtp_password=values.get("SMTP_PASSWORD", ""),
        smtp_tls=_tls(values.get("SMTP_TLS", ""), smtp_port, smtp_user),
        starts_at=_time(start) if start else None,
        embedded=values.get("PORTAL_EMBEDDED") == "1",
        log=_level(values.get("PORTAL_LOG", ""), values.get("PORTAL_ENV", "production")),
    )


def _level(given: str, env: str) -> str:
    """From what on is logged: in production from INFO, elsewhere from WARNING. Raises Unusable."""
    level = given.upper() or ("INFO" if env == "production" else "WARNING")
    if level not in LEVELS:
        raise Unusable(f"PORTAL_LOG must be {', '.join(LEVELS).lower()}, not {given!r}")
    return level


def _time(text: str) -> datetime:
    """An ISO time; without a zone it is the time of most communities. Raises Unusable."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise Unusable(f"PORTAL_NOW must be an ISO time like 2026-11-23T09:00:00+08:00, not {text!r}") from None
    return value if value.tzinfo else value.replace(tzinfo=ZoneInfo("Asia/Shanghai"))


def _tls(given: str, port: int, user: str) -> Tls:
    """What is set; else what the port is for: 465 TLS, 587 STARTTLS, as is any where we sign in. Raises Unusable."""
    if not given:
        return Tls.tls if port == 465 else Tls.starttls if port == 587 or user else Tls.none
    if given not in list(Tls):
        raise Unusable(f"SMTP_TLS must be {', '.join(Tls)}, not {given!r}")
    return Tls(given)


def _pairs(name: str, text: str) -> dict[str, str]:
    """`key:value,key:value`. Raises Unusable."""
    pairs = [pair.split(":") for pair in text.split(",") if pair.strip()]
    if any(len(pair) != 2 or not all(part.strip() for part in pair) for pair in pairs):
        raise Unusable(f"{name} must be name:code,name:code")
    return {key.strip(): value.strip() for key, value in pairs}


def ready_for_data(settings: Settings) -> Settings:
    """The settings, if commands may touch the database with them. Raises Unusable."""
    if settings.env not in ("production", "sandbox", "test"):
        raise Unusable(f"PORTAL_ENV must be production, sandbox or test, not {settings.env!r}")
    if settings.env == "production" and not (settings.database_url or settings.embedded):
        raise Unusable("DATABASE_URL is not set (in production the embedded server needs --embedded)")
    return settings


def ready_to_serve(settings: Settings) -> Settings:
    """The settings, unless anything in them would be unsafe with real money. Raises Unusable."""
    ready_for_data(settings)
    needed = {"PORTAL_SECRET_KEY": settings.secret_key, "PORTAL_BASE_URL": settings.base_url}
    if settings.env == "production":
        needed |= {
            "STRIPE_API_KEY": settings.stripe_api_key,
            "STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
            "SMS_URL": settings.sms_url or "",  # without it no owner can sign in
        }
    if settings.sms_key_id:
        needed |= {"SMS_ACCESS_KEY_SECRET": settings.sms_key_secret, "SMS_SIGN_NAME": settings.sms_sign_name}
    if settings.vapid_private_key:
        needed["VAPID_SUBJECT"] = settings.vapid_subject
    if settings.wechat_app_id:
        needed |= {"WECHAT_APP_SECRET": settings.wechat_app_secret, "WECHAT_TEMPLATE": settings.wechat_template}
    if settings.smtp_user:
        needed |= {"SMTP_PASSWORD": settings.smtp_password}
    for name, value in needed.items():
        if not value:
            raise Unusable(f"{name} is not set")
    if len(settings.secret_key) < 32:
        raise Unusable("PORTAL_SECRET_KEY needs at least 32 characters")
    if settings.env == "production":
        _check_production(settings)
    elif not settings.https and urlsplit(settings.base_url).hostname not in LOOPBACK:
        raise Unusable("plain http is only for this machine: PORTAL_BASE_URL must be https or a loopback address")
    return settings


def _check_production(settings: Settings) -> None:
    if not settings.https:
        raise Unusable("production needs an https PORTAL_BASE_URL")
    sandboxes = {
        "STRIPE_API_BASE": settings.stripe_api_base,
        "VAPID_PUSH_BASE": settings.vapid_push_base,
        "WECHAT_BASE": settings.wechat_base,
    }
    for name, base in sandboxes.items():
        if base:
            raise Unusable(f"production never talks to a sandbox: unset {name}")
    if not (settings.sms_url or "").startswith("https://"):
        raise Unusable("production sends codes only to an https SMS_URL")
    if settings.stripe_api_key.startswith(("sk_test_", "rk_test_")):
        raise Unusable("production needs a live STRIPE_API_KEY")
    if settings.smtp_host and settings.smtp_from == NOBODY:
        raise Unusable("SMTP_FROM is not set: the address that letters come from")
    if settings.smtp_user and settings.smtp_tls is Tls.none:
        raise Unusable("production sends SMTP_PASSWORD only encrypted: set SMTP_TLS to tls or starttls")
    if settings.starts_at:
        raise Unusable("production keeps true time: unset PORTAL_NOW")


def read_env_file(path: Path) -> dict[str, str]:
    """NAME=value lines; comments and empty lines are passed over. A missing file is empty."""
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


class PortTaken(OSError):
    """A port cannot be used; the message says which, why, and what to do."""


def refuse_taken(port: int, address: str = "127.0.0.1", *, instead: str = "choose another port") -> None:
    """Raise PortTaken, with what to do `instead`, unless nobody listens on the port and we may."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of before are no listeners
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as error:
            why = getattr(error, "strerror", None) or "no such port"
            raise PortTaken(f"port {port} of {address} cannot be used ({why}): {instead}") from None


def claim(port: int) -> TextIO | None:
    """A port of this machine for one of this user's programs that listens only after a while; None when another has it.

    It holds for as long as the file is open; the kernel lets go of it however the program ends.
    """
    lock = (Path(tempfile.gettempdir()) / f"portal-{os.geteuid()}-port-{port}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
