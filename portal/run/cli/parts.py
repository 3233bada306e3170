"""Commands that run a part of the portal: database, web, worker, stand-ins, or everything."""

from __future__ import annotations

import argparse
import asyncio
import os
from dataclasses import asdict, replace

from portal.kit import clock
from portal.platform.db.logins import Database, reach
from portal.platform.process import log_lines as discreet
from portal.platform.process.settings import load, ready_for_data, ready_to_serve
from portal.run.cli.database import OK, show
from portal.run.cli.work import all_approved, by_code


def setup(given: argparse.Namespace) -> int:
    """Create or upgrade the database."""
    from portal.platform.schema.setup import set_up

    database = Database(ready_for_data(load()))
    try:
        asyncio.run(set_up(database))
    finally:
        database.stop()
    show(given, {"ok": True})
    return OK


def dev(given: argparse.Namespace) -> int:
    """Everything in one process group on this machine."""
    from portal.run.dev import run

    return run(port=given.port, sandbox_port=given.sandbox_port, demo=not given.no_demo)


def serve(given: argparse.Namespace) -> int:
    """The web server."""
    from portal.run.serving import serve

    settings = all_approved(ready_to_serve(load()))
    discreet.set_up(settings.log)
    if settings.database_url:  # an embedded server needs no such check
        asyncio.run(reach(Database(settings), "portal_app"))
    serve(given.port, given.workers, given.address)
    return OK


def worker(given: argparse.Namespace) -> int:
    """The worker of the job queue."""
    from portal.run.worker import run_worker

    settings = all_approved(ready_to_serve(load()))
    discreet.set_up(settings.log)
    if settings.starts_at:
        clock.start_at(settings.starts_at)
    database = Database(settings)
    try:
        asyncio.run(run_worker(settings, database))
    finally:
        database.stop()
    return OK


def sandbox(given: argparse.Namespace) -> int:
    """The stand-ins for Stripe, SMS and mail."""
    from demo.sign_ins import everybody
    from sandbox.people import Person
    from sandbox.server import run
    from sandbox.settings import SandboxSettings

    settings = load()
    os.environ.setdefault("STRIPE_API_KEY", settings.stripe_api_key)
    os.environ.setdefault("STRIPE_WEBHOOK_SECRET", settings.stripe_webhook_secret)
    os.environ.setdefault("PORTAL_BASE_URL", settings.base_url)
    known = replace(
        SandboxSettings.from_environment(),
        people=tuple(Person(**asdict(one)) for one in everybody(settings)),
        sms_key_id=settings.sms_key_id or "",
        sms_key_secret=settings.sms_key_secret,
        sms_wordings=by_code(settings),
        wechat_app_id=settings.wechat_app_id,
        wechat_app_secret=settings.wechat_app_secret,
        wechat_template=settings.wechat_template,
    )
    run(known, given.port, given.smtp_port or given.port + 4)
    return OK
