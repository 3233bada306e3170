"""The routes of the product as the tests walk them: each with its doors, its addresses and a form that would work."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.people.persons.permissions import May
from portal.web.pages.guards import asked_of
from tests.populated import Home

PARAMETER = re.compile(r"\{([a-z_]+):([a-z]+)\}")

UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

# A good form for each route that takes one; a stranger sends it and must be turned away for who they are.
SALE = {"starts_on": "2027-06-01", "basis": "sale", "document": "1 号", "name_1": "不对"}
RATE = {"rate": "2.00", "starts_on": "2026-12-01", "source": "决议"}
CONTRACT = {"community": "estate.id", "source_zh": "不对", "rhythm": "month", "beneficiary": "estate"}
FORMS: dict[str, dict[str, str]] = {
    "plans:ask": {"bill": "bills.bill", "instalments": "3", "first_on": "2026-12-20"},
    "plans:agree": {"agree": "yes"},
    "desk.plans:counter": {"instalments": "4", "first_on": "2026-12-20", "text": "不对"},
    "disputes:open": {"line": "bills.line", "reason": "other", "text": "不对"},
    "disputes:answer-follow-up": {"fixed": "yes"},
    "desk.behalf:open": {"line": "bills.line", "reason": "other", "text": "不对"},
    "desk.behalf:ask": {"bill": "bills.bill", "instalments": "3", "first_on": "2026-12-20"},
    "desk.calls:record": {"outcome": "no_answer"},
    "desk.visits:record": {"outcome": "no_answer", "staff": "feng"},
    "homes.vacancy:file": {"empty_since": "2026-11-20", "text": "不对"},
    "homes.vacancy:end": {"lived_in_from": "2026-11-20"},
    "desk.units.vacancy:file": {"empty_since": "2026-11-20", "text": "不对"},
    "desk.units.vacancy:end": {"lived_in_from": "2026-11-20"},
    "desk.vacancies:approve": {"starts_on": "2026-11-20"},
    "desk.transfers:preview": SALE,
    "desk.transfers:change": SALE | {"seen": "0" * 64},
    "desk.rates:preview": RATE,
    "desk.rates:announce": RATE,
    "services:rate": {"stars": "3"},
    "desk.services:record": {"community": "estate.id", "area": "cleaning", "title": "不对", "place": "不对"},
    "desk.services:explain": {"reason": "不对"},
    "statements:ask": {"line": "1", "text": "不对"},
    "desk.statements:draft": {
        "community": "estate.id",
        "title": "不对",
        "code": "x",
        "first": "2026-11-01",
        "last": "2026-11-30",
        "basis": "cash",
    },
    "desk.common_areas:register": CONTRACT,
    "desk.common_areas:renew": CONTRACT,
    "desk.common_areas:receive": {
        "direction": "came",
        "amount": "1.00",
        "starts_on": "2026-11-01",
        "ends_on": "2026-11-20",
        "received_on": "2026-11-20",
    },
    "desk.common_areas:move": {
        "community": "estate.id",
        "pot": "maintenance_fund",
        "direction": "went",
        "amount": "1.00",
        "on_day": "2026-11-20",
        "purpose": "不对",
        "decided_by": "不对",
    },
    "desk.expenses:ask": {
        "community": "estate.id",
        "fund": "service_fee",
        "amount": "1.00",
        "purpose": "不对",
        "reason": "不对",
    },
    "desk.expenses:spend": {"amount": "1.00", "on_day": "2026-11-20", "decided_by": "不对"},
    "committee:vote": {"voice": "in_favour"},
    "committee:consent": {"community": "estate.id", "given": "yes"},
    "desk.reports:set_cost": {"community": "estate.id", "step": "call", "amount": "1.00", "starts_on": "2026-11-20"},
    "desk.disclosures:record": {"on": "2026-11-20", "place": "不对"},
    "desk.statements:document_add": {"line": "1"},
    "desk.statements:explain": {"finding": "x", "text": "不对"},
    "desk.statements:set_terms": {"basis": "cash"},
    "desk.statements:correct": {"found_by": "audit", "until": "2026-12-20"},
    "desk.calendar:set": {"community": "e.code", "on": "2026-12-25", "kind": "resting", "note": "不对"},
    "desk.companies:set": {"credit_code": "91330100MA0000000X", "account_no": "6200000000000000"},
    "payments:start": {"bill": "bills.bill", "method": "alipay"},
}
# The other answers of a route: files behind a dot, small pictures.
ALSO: dict[str, tuple[str, ...]] = {
    "statements:show": (".csv", ".xlsx", ".pdf"),
    "services:photo": ("?thumb=1",),
    "desk.services:photo": ("?thumb=1",),
    "desk.letters:print": ("?community=mingxi&building=1",),
    "desk.disclosures:prices": ("?estate=mingxi", "?estate=mingxi&size=a3"),
    "desk.disclosures:standards": ("?estate=mingxi",),
    "desk.disclosures:poster": ("?size=a3",),
    "desk.reports:file": tuple(
        f"?report={report}&kind={kind}"
        for report in ("collection", "ageing", "stages", "reasons", "actions", "disputes", "promises", "services")
        for kind in ("csv", "xlsx")
    ),
    "committee:file": ("?estate=mingxi&report=collection&kind=csv", "?estate=mingxi&report=ageing&kind=xlsx"),
}
ANY_FORM = {"text": "不对", "outcome": "rejected", "department": "工程部", "due_on": "2026-12-01", "amount": "1.00"}


@dataclass(frozen=True)
class Route:
    """One path with one method."""

    path: str
    method: str
    handler: HTTPRouteHandler

    @property
    def name(self) -> str:
        """Its name."""
        return self.handler.name or ""

    @property
    def public(self) -> bool:
        """Whether anybody may come in."""
        return bool(self.handler.opt.get("public"))

    @property
    def door(self) -> str:
        """`owner`, `committee`, `staff` or `public`: by its guards."""
        if self.public:
            return "public"
        names = {getattr(guard, "__qualname__", "") for guard in self.handler.resolve_guards()}
        if "committee" in names:
            return "committee"
        return "owner" if "owner" in names else "staff"

    @property
    def asks(self) -> list[May]:
        """What one must be allowed to do to come in; nothing where it is open to any staff."""
        return asked_of(self.handler)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """(key of its source, type) of each parameter; the key is the path's first noun and the parameter's name."""
        noun = self.path.removeprefix("/desk").strip("/").split("/")[0]
        return [(f"{noun}.{name}", kind) for name, kind in PARAMETER.findall(self.path)]

    def address(self, ids: dict[str, Any]) -> str:
        """The path with these ids. Raises KeyError for a parameter that nobody gave a source."""
        keys = iter(self.parameters)
        return PARAMETER.sub(lambda _match: str(ids[next(keys)[0]]), self.path)

    def addresses(self, ids: dict[str, Any]) -> list[str]:
        """The same, and with what else can be asked of it."""
        address = self.address(ids)
        return [address, *(address + behind for behind in ALSO.get(self.name, ()))]

    def form(self, home: Home) -> dict[str, str]:
        """Something that could be sent to it."""
        return {name: str(home.ids.get(value, value)) for name, value in FORMS.get(self.name, ANY_FORM).items()}


def routes_of(app: Litestar) -> Iterator[Route]:
    """Every path and method but OPTIONS, and HEAD that comes with GET."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield Route(route.path, method, handler)


def nowhere(ids: dict[str, Any]) -> dict[str, Any]:
    """The same keys with ids of nothing."""
    return {key: uuid4() for key in ids}


def shape(address: str) -> str:
    """An address without what is particular to one object."""
    return UUIDS.sub("…", address)


class Map:
    """Which routes an address leads to."""

    def __init__(self, app: Litestar) -> None:
        kinds = {"uuid": "[0-9a-f-]{36}", "path": ".+", "str": "[^/]+", "int": "[0-9]+"}
        self.known = [
            (re.compile(PARAMETER.sub(lambda match: kinds[match[2]], route.path)), route) for route in routes_of(app)
        ]

    def at(self, address: str, method: str = "GET") -> Route | None:
        """The route that answers, or None."""
        path = address.split("?")[0].split("#")[0]
        return next((r for pattern, r in self.known if r.method == method and pattern.fullmatch(path)), None)
