"""The portal's commands: each parses its arguments, calls one action and prints the result."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from portal import VERSION
from portal.kit.period import Month
from portal.platform.db.engine import is_full
from portal.platform.process.settings import PortTaken, Unusable
from portal.run.cli import parts, work
from portal.run.cli.database import INTERRUPTED, OK, REFUSED, show

RUN_UNTIL_STOPPED = ("dev", "serve", "worker", "sandbox")
PORT = "port of the portal (default: %(default)s)"
ESTATE = "code of the estate"
ESTATES = "only this estate; may be given several times"
LOGIN = "the name they sign in with"


def main(words: list[str] | None = None) -> None:
    """Run one command and exit with 0, 1 (refused or found wrong), 2 (usage) or 130 (Ctrl-C)."""
    given = parser().parse_args(words)
    status = OK if given.command in RUN_UNTIL_STOPPED else REFUSED  # other commands fail when they are interrupted
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(status))  # exits normally, which also stops the embedded server
    if given.data:
        os.environ["PORTAL_DATA"] = str(given.data)
    if given.embedded:
        os.environ["PORTAL_EMBEDDED"] = "1"
    try:
        sys.exit(given.run(given))
    except Unusable as error:  # raised again, it prints its message on stderr and exits
        if given.json:
            show(given, {"error": str(error)})
        raise
    except PortTaken as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as trouble:
        if not is_full(trouble):
            raise
        sys.exit(
            "The disk is full: free space for the database and PORTAL_DATA, then run it again. Nothing is half saved."
        )


def parser() -> argparse.ArgumentParser:
    """The parser of every command and its options."""
    top = argparse.ArgumentParser(prog="portal", description="Mingbai, the owner portal")
    top.add_argument("--version", action="version", version=VERSION)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print the result as one JSON object")
    common.add_argument("--data", type=Path, help="the data folder (default: PORTAL_DATA, then ./var)")
    common.add_argument("--embedded", action="store_true", help="allow the embedded PostgreSQL server in production")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], help_text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=help_text)
        made.set_defaults(run=run)
        return made

    command("setup", parts.setup, "create or upgrade the database; safe to repeat")
    dev = command("dev", parts.dev, "start database, sandbox, web server, worker and demo estate")
    dev.add_argument("--port", type=int, default=8000, help=PORT)
    dev.add_argument("--sandbox-port", type=int, default=8421, help="port of the sandbox (default: %(default)s)")
    dev.add_argument("--no-demo", action="store_true", help="start without the demo estate")
    serve = command("serve", parts.serve, "start the web server")
    serve.add_argument("--port", type=int, default=8000, help=PORT)
    serve.add_argument("--workers", type=int, default=1, help="number of worker processes (default: %(default)s)")
    serve.add_argument("--address", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    command("worker", parts.worker, "start the worker of the job queue")
    sandbox = command("sandbox", parts.sandbox, "start the stand-ins for Stripe, SMS and mail")
    sandbox.add_argument("--port", type=int, default=8421, help="port of the sandbox (default: %(default)s)")
    sandbox.add_argument("--smtp-port", type=int, help="port that takes mail (default: --port plus 4)")
    command("wordings", work.texts, "print the templates of all text messages, to submit to the SMS gateway")
    taken = command("import", work.bring_in, "import an estate from a folder of CSV files or a workbook")
    taken.add_argument("path", type=Path, help="the folder or the workbook")
    taken.add_argument("--community", required=True, help=ESTATE)
    taken.add_argument("--dry-run", action="store_true", help="check the files and save nothing")
    bill = command("bill", work.bill, "preview or publish the bills of a service month")
    bill.add_argument("--community", required=True, help=ESTATE)
    bill.add_argument("--period", type=Month.parse, required=True, help="service month, YYYY-MM")
    bill.add_argument("--on", type=date.fromisoformat, help="day of issue, YYYY-MM-DD (default: today in the estate)")
    bill.add_argument("--preview", action="store_true", help="show what would be billed and save nothing")
    bill.add_argument("--zero-reason", default="", help="why it is right that items billed last time now come to zero")
    job = command("run", work.job, "run a daily job as of a date")
    job.add_argument("job", choices=sorted(work.JOBS), help="which job")
    job.add_argument("--on", type=date.fromisoformat, required=True, help="the date, YYYY-MM-DD")
    job.add_argument("--community", action="append", default=[], help=ESTATES)
    check = command("verify", work.verify, "check every invariant and the audit chains, estate by estate")
    check.add_argument("--community", action="append", default=[], help=ESTATES)
    check.add_argument("--anew", action="store_true", help="start again instead of continuing an interrupted check")
    _staff_commands(commands, common)
    return top


def _staff_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    known = commands.add_parser("staff", help="add staff, make set-up links").add_subparsers(dest="what", required=True)
    add = known.add_parser("add", parents=[common], help="give somebody a role and print their set-up link")
    add.add_argument("login", help=LOGIN)
    add.add_argument("--community", required=True, help=ESTATE)
    add.add_argument("--role", required=True, help="one of the roles in docs/roles.md, for example finance")
    add.set_defaults(run=work.add)
    link = known.add_parser("link", parents=[common], help="print a new one-time set-up link")
    link.add_argument("login", help=LOGIN)
    link.set_defaults(run=work.link)
