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


def main(words: list[str] | None = None) -> None:
    """Run one command and exit with 0, 1 (refused or found wrong), 2 (usage) or 130 (Ctrl-C)."""
    given = parser().parse_args(words)
    told_to_stop = OK if given.command in RUN_UNTIL_STOPPED else REFUSED  # work that was cut off did not go well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(told_to_stop))  # so that the embedded server is stopped as well
    if given.data:
        os.environ["PORTAL_DATA"] = str(given.data)
    if given.embedded:
        os.environ["PORTAL_EMBEDDED"] = "1"
    try:
        sys.exit(given.run(given))
    except Unusable as error:  # leaves with its message on stderr
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
            "The disk is full: make room for the database and PORTAL_DATA, then begin again. Nothing is half saved."
        )


def parser() -> argparse.ArgumentParser:
    """Every command with its words."""
    top = argparse.ArgumentParser(prog="portal", description="Mingbai, the owner portal")
    top.add_argument("--version", action="version", version=VERSION)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="print one JSON object")
    common.add_argument("--data", type=Path, help="the data folder (PORTAL_DATA)")
    common.add_argument("--embedded", action="store_true", help="allow the embedded server in production")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, parents=[common], help=words)
        made.set_defaults(run=run)
        return made

    command("setup", parts.setup, "create or upgrade the database; safe to repeat")
    dev = command("dev", parts.dev, "everything in one process group on this machine")
    dev.add_argument("--port", type=int, default=8000)
    dev.add_argument("--sandbox-port", type=int, default=8421)
    dev.add_argument("--no-demo", action="store_true")
    serve = command("serve", parts.serve, "the web server")
    serve.add_argument("--port", type=int, default=8000)
    serve.add_argument("--workers", type=int, default=1)
    serve.add_argument("--address", default="127.0.0.1")
    command("worker", parts.worker, "the worker of the job queue")
    sandbox = command("sandbox", parts.sandbox, "stand-ins for Stripe, SMS and mail")
    sandbox.add_argument("--port", type=int, default=8421)
    sandbox.add_argument("--smtp-port", type=int, help="where mail is handed in; four above --port if not given")
    command("wordings", work.texts, "every text message with its places, for the SMS gateway's approval")
    taken = command("import", work.bring_in, "bring in an estate from a folder of CSV files or a workbook")
    taken.add_argument("path", type=Path)
    taken.add_argument("--community", required=True)
    taken.add_argument("--dry-run", action="store_true")
    bill = command("bill", work.bill, "preview or publish the bills of a service month")
    bill.add_argument("--community", required=True)
    bill.add_argument("--period", type=Month.parse, required=True)
    bill.add_argument("--on", type=date.fromisoformat)
    bill.add_argument("--preview", action="store_true")
    bill.add_argument("--zero-reason", default="", help="why items rightly come to nothing that did not the last time")
    job = command("run", work.job, "run a daily job as of a date")
    job.add_argument("job", choices=sorted(work.JOBS))
    job.add_argument("--on", type=date.fromisoformat, required=True)
    job.add_argument("--community", action="append", default=[], help="only this estate; may be given several times")
    check = command("verify", work.verify, "check every invariant and the audit chains, estate by estate")
    check.add_argument("--community", action="append", default=[], help="only this estate; may be given several times")
    check.add_argument("--anew", action="store_true", help="do not go on with one that was cut off")
    _staff_commands(commands, common)
    return top


def _staff_commands(commands: Any, common: argparse.ArgumentParser) -> None:
    known = commands.add_parser("staff", help="members of staff").add_subparsers(dest="what", required=True)
    add = known.add_parser("add", parents=[common], help="give somebody a role, and their set-up link")
    add.add_argument("login")
    add.add_argument("--community", required=True)
    add.add_argument("--role", required=True)
    add.set_defaults(run=work.add)
    link = known.add_parser("link", parents=[common], help="a new one-time set-up link")
    link.add_argument("login")
    link.set_defaults(run=work.link)
