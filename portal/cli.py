"""The commands of the portal: each reads its words, calls one action and prints what came of it."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg

from portal import db
from portal.database import Database
from portal.db import fetch_value, unit_of_work
from portal.kit import clock, discreet
from portal.kit.errors import Declined
from portal.kit.period import Month
from portal.settings import Settings, Unusable, load, ready_for_data, ready_to_serve

OK, REFUSED, USAGE = 0, 1, 2
NOT_SET_UP = (
    asyncpg.InvalidAuthorizationSpecificationError,  # no such role yet
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)
Answer = tuple[int, dict[str, Any]]


def main(words: list[str] | None = None) -> None:
    """Run one command and exit with 0, 1 (refused or found wrong) or 2 (usage)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OK))  # so that the embedded server is stopped as well
    given = parser().parse_args(words)
    if given.data:
        os.environ["PORTAL_DATA"] = str(given.data)
    if given.embedded:
        os.environ["PORTAL_EMBEDDED"] = "1"
    try:
        sys.exit(given.run(given))
    except Unusable as no:  # leaves with its message on stderr
        if given.json:
            show(given, {"error": str(no)})
        raise


def parser() -> argparse.ArgumentParser:
    """Every command with its words."""
    top = argparse.ArgumentParser(prog="portal", description="Mingbai, the owner portal")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object")
    common.add_argument("--data", type=Path, help="the data folder (PORTAL_DATA)")
    common.add_argument("--embedded", action="store_true", help="allow the embedded server in production")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=words)
        made.set_defaults(run=run)
        return made

    command("setup", _setup, "create or upgrade the database; safe to repeat")
    dev = command("dev", _dev, "everything in one process group on this machine")
    dev.add_argument("--port", type=int, default=8000)
    dev.add_argument("--sandbox-port", type=int, default=8421)
    dev.add_argument("--no-demo", action="store_true")
    serve = command("serve", _serve, "the web server")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1)
    serve.add_argument("--address", default="127.0.0.1")
    command("worker", _worker, "the worker of the job queue")
    sandbox = command("sandbox", _sandbox, "stand-ins for Stripe, SMS and mail")
    sandbox.add_argument("--port", type=int, default=8421)
    sandbox.add_argument("--smtp-port", type=int, help="where mail is handed in; four above --port if not given")
    taken = command("import", _import, "bring in an estate from a folder of CSV files")
    taken.add_argument("path", type=Path)
    taken.add_argument("--community", required=True)
    taken.add_argument("--dry-run", action="store_true")
    bill = command("bill", _bill, "preview or publish the bills of a service month")
    bill.add_argument("--community", required=True)
    bill.add_argument("--period", type=Month.parse, required=True)
    bill.add_argument("--on", type=date.fromisoformat)
    bill.add_argument("--preview", action="store_true")
    job = command("run", _job, "run a daily job as of a date")
    job.add_argument("job", choices=sorted(JOBS))
    job.add_argument("--on", type=date.fromisoformat, required=True)
    command("verify", _verify, "check every invariant and the audit chains")
    _staff_commands(commands, common)
    return top


def _staff_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    staff = commands.add_parser("staff", help="members of staff").add_subparsers(dest="what", required=True)
    add = staff.add_parser("add", parents=[common], help="give somebody a role, and their set-up link")
    add.add_argument("login")
    add.add_argument("--community", required=True)
    add.add_argument("--role", required=True)
    add.set_defaults(run=_staff_add)
    link = staff.add_parser("link", parents=[common], help="a new one-time set-up link")
    link.add_argument("login")
    link.set_defaults(run=_staff_link)


JOBS = {
    "arrears": "portal.arrears.jobs",
    "plans": "portal.plans.jobs",
    "notices": "portal.notices.jobs",
    "holds": "portal.holds.jobs",
    "attempts": "portal.checkout.jobs",
    "seal": "portal.audit.jobs",
}


def with_database(given: argparse.Namespace, work: Callable[[Settings], Awaitable[Answer]]) -> int:
    """Do the work on a small pool; attach to a running embedded server, or start one and stop it after."""
    settings = ready_for_data(load())
    if settings.starts_at:
        clock.start_at(settings.starts_at)
    database = Database(settings)

    async def run() -> Answer:
        db.engine.point_at(**database.config("portal_worker"))
        await db.engine.open(min_size=1, max_size=4)
        try:
            return await work(settings)
        finally:
            await db.engine.close()

    try:
        code, answer = asyncio.run(run())
    except NOT_SET_UP as wrong:
        print(f"portal: {wrong}", file=sys.stderr)
        code, answer = REFUSED, {"error": "The database is not set up for this version. Run portal setup first."}
    except (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError) as gone:
        print(f"portal: {gone}", file=sys.stderr)
        code, answer = REFUSED, {"error": "The database cannot be reached."}
    except Declined as no:
        code, answer = REFUSED, {"error": str(no.sentence.text % {**no.sentence.facts})}
    finally:
        database.stop()
    show(given, answer)
    return code


def show(given: argparse.Namespace, answer: dict[str, Any]) -> None:
    """One JSON object, or the same as lines for a person."""
    if given.json:
        print(json.dumps(answer, ensure_ascii=False, default=str))
    else:
        for name, value in answer.items():
            plain = json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value
            print(f"{name}: {plain}")


async def _community(code: str) -> int | None:
    async with unit_of_work():
        return await fetch_value("SELECT id FROM community WHERE code = $1", code)


def _setup(given: argparse.Namespace) -> int:
    from portal.setup import set_up

    database = Database(ready_for_data(load()))
    try:
        asyncio.run(set_up(database))
    finally:
        database.stop()
    show(given, {"ok": True})
    return OK


def _dev(given: argparse.Namespace) -> int:
    from portal.dev import run

    return run(port=given.port, sandbox_port=given.sandbox_port, demo=not given.no_demo)


def _serve(given: argparse.Namespace) -> int:
    from portal.serving import serve

    ready_to_serve(load())
    serve(given.port, given.workers, given.address)
    return OK


def _worker(given: argparse.Namespace) -> int:
    from portal.worker import run_worker

    discreet.set_up()
    settings = ready_to_serve(load())
    if settings.starts_at:
        clock.start_at(settings.starts_at)
    database = Database(settings)
    try:
        asyncio.run(run_worker(settings, database))
    finally:
        database.stop()
    return OK


def _sandbox(given: argparse.Namespace) -> int:
    from portal.sandbox.server import run
    from portal.sandbox.settings import SandboxSettings

    settings = load()
    os.environ.setdefault("STRIPE_API_KEY", settings.stripe_api_key)
    os.environ.setdefault("STRIPE_WEBHOOK_SECRET", settings.stripe_webhook_secret)
    os.environ.setdefault("PORTAL_BASE_URL", settings.base_url)
    run(SandboxSettings.from_environment(), given.port, given.smtp_port or given.port + 4)
    return OK


def _import(given: argparse.Namespace) -> int:
    from portal.estate.importing import import_estate

    async def work(settings: Settings) -> Answer:
        report = await import_estate(given.path, given.community, dry_run=given.dry_run, actor="cli")
        return (REFUSED if report.errors else OK), report.as_json()

    return with_database(given, work)


def _bill(given: argparse.Namespace) -> int:
    from portal.billing.drafts import RunResult, unknown_community
    from portal.billing.running import RunReport, preview_run, publish_run
    from portal.communities.queries import today_in

    async def work(settings: Settings) -> Answer:
        community = await _community(given.community)
        if community is None:
            nothing = RunResult(given.period, (), (unknown_community(given.community),))
            return REFUSED, RunReport(nothing, given.preview).as_json()
        async with unit_of_work():
            on = given.on or await today_in(community)
        if given.preview:
            report = await preview_run(community, given.period, on)
        else:
            report = await publish_run(community, given.period, on, approver="cli")
        return (OK if report.ok else REFUSED), report.as_json()

    return with_database(given, work)


def _job(given: argparse.Namespace) -> int:
    from importlib import import_module

    from portal.checkout.gateway import gateway

    async def work(settings: Settings) -> Answer:
        gateway.point_at(settings)
        done = await getattr(import_module(JOBS[given.job]), given.job)(given.on)
        facts = done if isinstance(done, dict) else {"done": done}
        return OK, {"job": given.job, "on": given.on.isoformat(), **facts}

    return with_database(given, work)


def _verify(given: argparse.Namespace) -> int:
    from portal.verify import verify

    async def work(settings: Settings) -> Answer:
        found = await verify()
        return (OK if found["ok"] else REFUSED), found

    return with_database(given, work)


def _staff_add(given: argparse.Namespace) -> int:
    from portal.signin.set_up import add_staff, make_link

    async def work(settings: Settings) -> Answer:
        address = _address(settings)
        await add_staff(given.login, given.community, given.role)
        return OK, {"link": f"{address}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def _staff_link(given: argparse.Namespace) -> int:
    from portal.signin.set_up import make_link

    async def work(settings: Settings) -> Answer:
        return OK, {"link": f"{_address(settings)}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def _address(settings: Settings) -> str:
    """Where the portal is reached; on one's own machine the usual port. Raises Declined."""
    if not (settings.base_url or settings.sandbox):
        raise Declined("PORTAL_BASE_URL is not set, so no link can be made.")
    return settings.base_url or "http://127.0.0.1:8000"


if __name__ == "__main__":
    main()
