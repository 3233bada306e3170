"""The commands that let members of staff in."""

from __future__ import annotations

import argparse

from portal.kit.errors import Declined
from portal.platform.process.settings import Settings
from portal.run.cli.asking import OK, Answer, with_database


def add(given: argparse.Namespace) -> int:
    """Give somebody a role, and print their set-up link."""
    from portal.signin.staff.set_up import add_staff, make_link

    async def work(settings: Settings) -> Answer:
        address = _address(settings)
        await add_staff(given.login, given.community, given.role)
        return OK, {"link": f"{address}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def link(given: argparse.Namespace) -> int:
    """Print a new one-time set-up link."""
    from portal.signin.staff.set_up import make_link

    async def work(settings: Settings) -> Answer:
        return OK, {"link": f"{_address(settings)}/desk/set-up/{await make_link(given.login)}"}

    return with_database(given, work)


def _address(settings: Settings) -> str:
    """Where the portal is reached; on one's own machine the usual port. Raises Declined."""
    if not (settings.base_url or settings.sandbox):
        raise Declined("PORTAL_BASE_URL is not set, so no link can be made.")
    return settings.base_url or "http://127.0.0.1:8000"
