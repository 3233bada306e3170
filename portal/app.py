"""The application: the only file that knows every router."""

from __future__ import annotations

import importlib
from typing import Any

from litestar import Litestar, Router

from portal.checkout.gateway import gateway
from portal.people import held
from portal.people.actions import save_tastes
from portal.people.queries import principal_of
from portal.settings import Settings
from portal.web.parts import litestar_parts

ROUTERS: tuple[str, ...] = (
    "web.health",
    "home.pages",
    "home.inbox",
    "home.devices",
    "home.wechat",
    "desk.staff",
    "desk.today",
    "desk.calendar",
    "desk.company",
    "desk.units",
    "signin.pages",
    "signin.staff",
    "signin.step_up",
    "signin.phone",
    "signin.counter",
    "signin.letter",
    "bindings.pages",
    "bindings.staff",
    "bindings.access",
    "units.vacancy",
    "units.staff",
    "billing.pages",
    "billing.staff",
    "corrections.staff",
    "tariffs.pages",
    "tariffs.staff",
    "services.pages",
    "services.staff",
    "services.public",
    "statements.pages",
    "statements.staff",
    "statements.public",
    "statements.answering",
    "disclosures.staff",
    "committee.pages",
    "committee.staff",
    "common_areas.public",
    "common_areas.staff",
    "reports.pages",
    "reports.staff",
    "checkout.pages",
    "checkout.webhook",
    "checkout.staff",
    "payments.staff",
    "disputes.pages",
    "disputes.staff",
    "plans.pages",
    "plans.staff",
    "ladders.staff",
    "arrears.pages",
    "arrears.staff",
    "arrears.ending",
    "arrears.debtors",
    "evidence.staff",
    "letters.pages",
    "letters.staff",
    "legal.staff",
    "outreach.staff",
    "outreach.speaking",
    "transfers.staff",
    "estate.staff",
    "rates.staff",
    "late_charges.staff",
)


def routers() -> list[Router]:
    """Every router, in the order of the list."""
    return [importlib.import_module(f"portal.{name}").router for name in ROUTERS]


def create_app(settings: Settings, **options: Any) -> Litestar:
    """The portal for these settings; `options` go to Litestar (lifespan, on_startup)."""
    parts = litestar_parts(settings, routers(), find_principal=principal_of, holder=held, save_tastes=save_tastes)
    parts["state"]["settings"] = settings
    gateway.point_at(settings)
    return Litestar(**parts, **options)
