"""The web application. The only file that knows every page."""

from __future__ import annotations

import importlib
from typing import Any

from litestar import Litestar, Router

from portal.money.stripe.gateway import gateway
from portal.people.persons import unsent_forms as held
from portal.people.persons.actions import save_tastes
from portal.people.persons.queries import principal_of
from portal.platform.process.settings import Settings
from portal.web.pages.parts import litestar_parts

PAGES: tuple[str, ...] = (
    "run.pages",
    "overview.home.pages",
    "overview.desk.desk_pages",
    "overview.estate_settings.desk_pages",
    "signin.owners.pages",
    "signin.staff.desk_pages",
    "signin.step_up.pages",
    "signin.phone_change.pages",
    "signin.phone_change.desk_pages",
    "signin.letter_codes.pages",
    "homes.residents.pages",
    "homes.residents.desk_pages",
    "homes.access_letters.desk_pages",
    "homes.vacancies.pages",
    "homes.vacancies.desk_pages",
    "fees.bills.pages",
    "fees.bills.desk_pages",
    "fees.run_requests.desk_pages",
    "money.corrections.desk_pages",
    "fees.tariffs.public_pages",
    "fees.tariffs.desk_pages",
    "care.services.pages",
    "care.services.desk_pages",
    "care.standards.public_pages",
    "accounts.statement_pages.pages",
    "accounts.statement_pages.desk_pages",
    "accounts.statement_pages.public_pages",
    "accounts.disclosures.desk_pages",
    "accounts.committee.pages",
    "accounts.committee.desk_pages",
    "accounts.common_areas.public_pages",
    "accounts.common_areas.desk_pages",
    "overview.report_pages.pages",
    "overview.report_pages.desk_pages",
    "money.checkout.pages",
    "money.payments.public_pages",
    "money.stripe_events.webhook",
    "money.stripe_events.desk_pages",
    "money.counter.desk_pages",
    "care.disputes.pages",
    "care.dispute_desk.desk_pages",
    "care.plan_pages.pages",
    "care.plan_pages.desk_pages",
    "arrears.ladder.desk_pages",
    "arrears.case_file.pages",
    "arrears.case_file.desk_pages",
    "collection.evidence.desk_pages",
    "collection.letters.pages",
    "collection.letter_queue.desk_pages",
    "collection.court.desk_pages",
    "collection.outreach.desk_pages",
    "records.transfers.desk_pages",
    "records.import_requests.desk_pages",
    "fees.rates.desk_pages",
    "collection.late_charges.desk_pages",
)


def routers() -> list[Router]:
    """Every router of the modules in the list, in its order."""
    made = [vars(importlib.import_module(f"portal.{name}")).values() for name in PAGES]
    return [one for values in made for one in values if isinstance(one, Router)]


def create_app(settings: Settings, **options: Any) -> Litestar:
    """The portal for these settings; `options` go to Litestar (lifespan, on_startup)."""
    parts = litestar_parts(settings, routers(), find_principal=principal_of, holder=held, save_tastes=save_tastes)
    parts["state"]["settings"] = settings
    gateway.point_at(settings)
    return Litestar(**parts, **options)
