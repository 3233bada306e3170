"""Commands that do one piece of work: imports, bills, daily jobs, checks, staff, text templates."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from portal.kit.errors import Declined
from portal.kit.language import LANGUAGES, speaking
from portal.kit.words import gettext_
from portal.people.notices.states import NoticeKind
from portal.people.notices.words import PATH, wording
from portal.platform.db.unit_of_work import fetch_value, unit_of_work
from portal.platform.process.settings import Settings, Unusable, load
from portal.run.cli.database import OK, REFUSED, Answer, show, with_database
from portal.signin.owners.words import CodeText

JOBS = {
    "arrears": "portal.arrears.climbing.jobs",
    "plans": "portal.care.plan_pages.jobs",
    "notices": "portal.people.delivery.jobs",
    "rounds": "portal.care.dispute_desk.jobs",
    "disclosures": "portal.accounts.disclosures.jobs",
    "holds": "portal.care.holds.jobs",
    "late-charges": "portal.collection.late_charges.jobs",
    "figures": "portal.overview.kept_figures.jobs",
    "attempts": "portal.money.stripe_events.jobs",
    "seal": "portal.platform.audit.jobs",
}


def bring_in(given: argparse.Namespace) -> int:
    """Import an estate. With mistakes in the files it saves nothing and exits with 1."""
    from portal.records.saving.actions import import_estate

    async def work(settings: Settings) -> Answer:
        how: Any = {"dry_run": given.dry_run, "actor": "cli", "tell": print_progress}
        report = await import_estate(given.path, given.community, **how)
        return (REFUSED if report.errors else OK), report.as_json()

    return with_database(given, work)


def print_progress(what: str, done: int, whole: int = 0) -> None:
    """Progress on stderr, so that `--json` on stdout stays one object."""
    print(f"portal: {what} {done:,}" + (f" of {whole:,}" if whole else ""), file=sys.stderr, flush=True)


def bill(given: argparse.Namespace) -> int:
    """Preview or publish the bills of a service month."""
    from portal.fees.runs.actions import publish_run
    from portal.fees.runs.drafts import RunTotals, unknown_community
    from portal.fees.runs.preview import RunReport, preview_run
    from portal.people.estates.queries import today_in

    async def work(settings: Settings) -> Answer:
        community = await _community(given.community)
        if community is None:
            nothing = RunTotals(given.period, errors=[unknown_community(given.community)])
            return REFUSED, RunReport(nothing, given.preview).as_json()
        async with unit_of_work():
            on = given.on or await today_in(community)
        if given.preview:
            report = await preview_run(community, given.period, on, progress=_so_far)
        else:
            how: Any = {"approver": "cli", "progress": _so_far, "zero_reason": given.zero_reason.strip()}
            report = await publish_run(community, given.period, on, **how)
        return (OK if report.ok else REFUSED), report.as_json()

    return with_database(given, work)


async def _so_far(done: int, whole: int) -> None:
    print(f"portal: {done:,} of {whole:,} homes", file=sys.stderr, flush=True)


def job(given: argparse.Namespace) -> int:
    """Run a daily job as of a date, in all estates or in some."""
    from collections import Counter
    from importlib import import_module

    from portal.money.stripe.gateway import gateway
    from portal.platform.jobs.queue import estates, in_turn

    async def work(settings: Settings) -> Answer:
        gateway.point_at(settings)
        act = getattr(import_module(JOBS[given.job]), given.job.replace("-", "_"))
        chosen = await estates(given.community) if given.community else [None]
        done: Counter[str] = Counter()
        about = {"job": given.job, "on": given.on.isoformat()}
        try:
            for counts in await in_turn(given.job, chosen, lambda one: act(given.on, one and one.id)):
                done.update(counts if isinstance(counts, dict) else {"done": counts})
        except ExceptionGroup as trouble:
            return REFUSED, {**about, "error": str(trouble)}
        return OK, {**about, **done}

    return with_database(given, work)


def verify(given: argparse.Namespace) -> int:
    """Check every invariant and the audit chains, estate by estate."""
    from portal.run.verify import verify

    async def work(settings: Settings) -> Answer:
        result = await verify(given.community, anew=given.anew, tell=_estate_checked)
        return (OK if result["ok"] else REFUSED), result

    return with_database(given, work)


def _estate_checked(place: str, found: Iterable[str], done: int, whole: int) -> None:
    wrong = f": {', '.join(found)}" if found else ""
    print_progress(f"{place or 'what estates share'}{wrong}, estate", done, whole)


async def _community(code: str) -> int | None:
    async with unit_of_work():
        community: int | None = await fetch_value("SELECT id FROM community WHERE code = $1", code)
        return community


_PLACE = re.compile(r"%\((\w+)\)s")
_SIGNATURE = re.compile(r"^(【.*?】|\[.*?\] )")  # the gateway puts the approved one in front itself


def texts(given: argparse.Namespace) -> int:
    """Print the templates of text messages, which an SMS gateway has to approve."""
    result = wordings(load().base_url)
    if given.json:
        show(given, result)
    else:
        print("\n".join(f"{name}\t{text}" for name, text in result.items()))
    return OK


def wordings(base_url: str) -> dict[str, str]:
    """The template of each message by `name.language`, with variables as `${name}`; a notice ends with a link."""
    return {name: _PLACE.sub(r"${\1}", text) for name, text in _templates(base_url)}


def _templates(base_url: str) -> Iterator[tuple[str, str]]:
    for tongue in LANGUAGES:
        for kind in NoticeKind:
            yield f"{kind.value}.{tongue}", f"{wording(kind, tongue)} {base_url}/${{{PATH}}}"
        with speaking(tongue):
            for code in CodeText:
                yield f"{code.name}.{tongue}", _SIGNATURE.sub("", gettext_(code.value))


def by_code(settings: Settings) -> dict[str, str]:
    """The templates that the settings name a code for, by this code; the gateway gave it when it approved them."""
    known = ((settings.template_of(*name.rsplit(".", 1)), text) for name, text in wordings(settings.base_url).items())
    return {code: text for code, text in known if code}


def all_approved(settings: Settings) -> Settings:
    """Return the settings. Raises Unusable if they name no code for some template that may be sent."""
    if settings.sms_key_id:
        lacking = {
            name
            for name, tongue in (each.rsplit(".", 1) for each in wordings(""))
            if not settings.template_of(name, tongue)
        }
        if lacking:
            raise Unusable(f"SMS_TEMPLATES names no code for {', '.join(sorted(lacking))}; see `portal wordings`")
    return settings


def add(given: argparse.Namespace) -> int:
    """Give somebody a role, and print their set-up link."""
    from portal.signin.staff.enrolment import add_staff, make_link

    async def work(settings: Settings) -> Answer:
        address = _address(settings)
        await add_staff(given.login, given.community, given.role)
        return OK, {"link": f"{address}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def link(given: argparse.Namespace) -> int:
    """Print a new one-time set-up link."""
    from portal.signin.staff.enrolment import make_link

    async def work(settings: Settings) -> Answer:
        return OK, {"link": f"{_address(settings)}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def _address(settings: Settings) -> str:
    """The portal's address; in the sandbox the usual port, if none is set. Raises Declined."""
    if not (settings.base_url or settings.sandbox):
        raise Declined("PORTAL_BASE_URL is not set, so no link can be made.")
    return settings.base_url or "http://127.0.0.1:8000"
