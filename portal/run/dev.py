"""`portal dev`: database, sandbox, web server, worker and demo estate on this machine, started and stopped together."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from portal.people.channels.push import new_key
from portal.platform.db.logins import Database
from portal.platform.process.settings import Settings, claim, load, read_env_file, ready_to_serve, refuse_taken
from portal.run.cli.work import wordings

STOPS_WITHIN = 15  # seconds, for all parts together
STARTS_WITHIN = 180  # seconds; it takes 7 on an idle machine
LOOK_EVERY = 0.5  # seconds between two checks
DOWN_FOR = 2  # seconds without an answer from the database until it is restarted
PAUSE, LONGEST_PAUSE = 0.5, 5  # seconds until a part is restarted; doubled each time for a part that
ENDS_EARLY = 3  # seconds after its start, or sooner
OTHERS = "choose others: make run PORT=8001 SANDBOX_PORT=8431"
MAIL_ABOVE = 4  # the sandbox takes mail on its own port plus this


class Part:
    """A process of the portal that is restarted whenever it ends; nothing else on a developer's machine does that."""

    def __init__(self, *command: str) -> None:
        self.command, self.pause = command, 0.0
        self._start()

    def _start(self) -> None:
        # In a session of its own, so that Ctrl-C in the terminal reaches only this process, which stops each part once.
        self.process = subprocess.Popen(self.command, start_new_session=True)  # noqa: S603 (our own command)
        self.since, self.due = time.monotonic(), 0.0

    @property
    def ended(self) -> bool:
        """Whether the process is not running now."""
        return self.process.poll() is not None

    def keep(self, now: float) -> None:
        """Report once that it ended, and restart it after its pause."""
        if not self.ended:
            return
        if not self.due:
            early = now - self.since <= ENDS_EARLY
            self.pause = min(2 * self.pause, LONGEST_PAUSE) if early and self.pause else PAUSE
            self.due = now + self.pause
            ended = f"this part of the portal ended with {self.process.returncode}: {' '.join(self.command)}"
            print(f"{ended}; it restarts in {self.pause:g} s", file=sys.stderr, flush=True)
        elif now >= self.due:
            self._start()

    def stop(self, patience: float) -> None:
        """Wait until it has ended; kill it after `patience` seconds."""
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()


def run(*, port: int, sandbox_port: int, demo: bool) -> int:
    """Start everything, print the addresses, and run until Ctrl-C; then return 0. Raises SystemExit or PortTaken."""
    if port in (sandbox_port, sandbox_port + MAIL_ABOVE):
        raise SystemExit(
            f"--port {port} is taken by the sandbox, which uses --sandbox-port and, for mail, that plus {MAIL_ABOVE}"
        )
    for one in (port, sandbox_port, sandbox_port + MAIL_ABOVE):
        refuse_taken(one, instead=f"stop the program that uses it, or {OTHERS}")
    claims = {one: claim(one) for one in (port, sandbox_port)}
    for one, held in claims.items():
        if held is None:
            raise SystemExit(f"another portal that is starting now takes port {one}: {OTHERS}")
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # SIGINT too, which a shell may ignore
        signal.signal(stop, _leave)
    with _alone_in(Path(os.environ.get("PORTAL_DATA", "var")).resolve()) as data:
        os.environ.update(write_settings(data, port, sandbox_port))
        return _run(ready_to_serve(load()), port, sandbox_port, demo)


def _leave(*_: object) -> None:
    """Stop, and ignore a second Ctrl-C: it would interrupt the stopping and leave processes behind."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextlib.contextmanager
def _alone_in(data: Path) -> Iterator[Path]:
    """Make the data folder if needed, and lock it against another `portal dev`. Raises SystemExit if it is locked."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o711)
        lock = (data / "dev.lock").open("w")
    except OSError as error:
        raise SystemExit(
            f"cannot write to {data} ({error.strerror}): choose another folder, make run DATA=…"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SystemExit(
                f"another portal uses {data}: stop it, or choose another folder, make run DATA=…"
            ) from None
        yield data


def _run(settings: Settings, port: int, sandbox_port: int, demo: bool) -> int:
    database: Database | None = None
    parts: list[Part] = []
    try:
        database = Database(settings)
        _prepare(settings, database, demo)
        parts += [
            _start("sandbox", "--port", str(sandbox_port), "--smtp-port", str(settings.smtp_port)),
            _start("serve", "--port", str(port)),
            _start("worker"),
        ]
        _wait_until_ready(parts, port)
        _greet(settings, demo)
        while True:
            _keep(parts, database)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop(parts)
        if database:
            database.stop()


def write_settings(data: Path, port: int, sandbox_port: int) -> Mapping[str, str]:
    """Write `portal.env` (mode 0600) and return its values. Secrets from an earlier run are kept."""
    path = data / "portal.env"
    known = read_env_file(path)
    kept = {
        "PORTAL_SECRET_KEY": known.get("PORTAL_SECRET_KEY") or secrets.token_urlsafe(48),
        "STRIPE_WEBHOOK_SECRET": known.get("STRIPE_WEBHOOK_SECRET") or "whsec_" + secrets.token_urlsafe(24),
        "STRIPE_API_KEY": known.get("STRIPE_API_KEY") or "sk_test_" + secrets.token_urlsafe(24),
        "VAPID_PRIVATE_KEY": known.get("VAPID_PRIVATE_KEY") or new_key(),
        "WECHAT_APP_SECRET": known.get("WECHAT_APP_SECRET") or secrets.token_hex(16),
        "SMS_ACCESS_KEY_ID": known.get("SMS_ACCESS_KEY_ID") or "LTAI" + secrets.token_hex(8),
        "SMS_ACCESS_KEY_SECRET": known.get("SMS_ACCESS_KEY_SECRET") or secrets.token_urlsafe(24),
    }
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    values = {
        "PORTAL_ENV": "sandbox",
        "PORTAL_DATA": str(data),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "STRIPE_API_BASE": sandbox,
        "SMS_URL": sandbox,
        "SMS_SIGN_NAME": "明白",
        "SMS_TEMPLATES": ",".join(f"{name}:SMS_{number}" for number, name in enumerate(wordings(""), 100001)),
        "VAPID_SUBJECT": "mailto:portal@localhost.example",
        "VAPID_PUSH_BASE": sandbox,
        "WECHAT_APP_ID": "wx" + "0" * 16,
        "WECHAT_TEMPLATE": "sandbox-template",
        "WECHAT_BASE": sandbox,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(sandbox_port + MAIL_ABOVE),
        "NO_PROXY": "127.0.0.1,localhost",
        **kept,
    }
    given = ("DATABASE_URL", "DATABASE_WORKER_URL", "DATABASE_ADMIN_URL", "PORTAL_NOW")
    values |= {name: os.environ[name] for name in given if os.environ.get(name)}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("".join(f"{name}={value}\n" for name, value in values.items()))
    path.chmod(0o600)
    return values


def _prepare(settings: Settings, database: Database, demo: bool) -> None:
    from portal.platform.schema.setup import set_up

    asyncio.run(set_up(database))
    if demo:
        from demo.story import ensure_demo

        asyncio.run(ensure_demo(settings, database))


def _start(*words: str) -> Part:
    return Part(sys.executable, "-m", "portal.run.cli", *words)


def _wait_until_ready(parts: list[Part], port: int) -> None:
    """Wait until /readyz answers 200. Raises SystemExit if a part ends or it takes too long."""
    patience = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < patience:
        if any(part.ended for part in parts):
            raise SystemExit("a part of the portal ended while starting; see its output above")
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit("the portal did not become ready in time")


def _greet(settings: Settings, demo: bool) -> None:
    print(f"\nMingbai is ready: {settings.base_url}   (desk: {settings.base_url}/desk)")
    print(f"Sandbox for Stripe, SMS and mail: {settings.stripe_api_base}   No money moves.")
    if demo:
        from demo.sign_ins import sign_ins_text

        print(sign_ins_text(settings))
    print("Stop with Ctrl-C.", flush=True)


def _keep(parts: list[Part], database: Database) -> None:
    """Restart parts that ended, until the embedded server has been silent for DOWN_FOR; then restart that."""
    silent_since = time.monotonic()
    while (now := time.monotonic()) - silent_since < DOWN_FOR:
        for part in parts:
            part.keep(now)
        if database.answers():
            silent_since = now
        time.sleep(LOOK_EVERY)
    print("the database is down; restarting it", file=sys.stderr, flush=True)
    database.start_again()


def _stop(parts: list[Part]) -> None:
    for part in parts:
        part.process.terminate()
    patience = time.monotonic() + STOPS_WITHIN
    for part in parts:
        part.stop(max(0, patience - time.monotonic()))
