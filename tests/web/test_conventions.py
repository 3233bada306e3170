"""What holds for every route of the product: named, guarded, kebab-case, and refusing what is not its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler

from portal.platform.process.settings import Settings
from portal.run.app import PAGES, create_app
from portal.web.pages.guards import has_guard, stepped_up

ROOT = Path(__file__).parents[2]
PATH = re.compile(r"/|(/([a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)?|\.well-known|\{[a-z_]+:[a-z]+\}(\.[a-z]+)?))+")
# Anybody may come in here. Reviewed one by one: a new name needs a reason that it shows nobody's home, sum or name.
PUBLIC = {
    "static", "worker-script", "icon", "web:language", "web:text-size", "health:live", "health:ready", "health:metrics",
    "signin:phone", "signin:ask", "signin:code", "signin:enter", "signin:out", "desk.signin:password",
    "desk.signin:check", "desk.signin:totp", "desk.signin:enter", "desk.set-up:show", "desk.set-up:password",
    "desk.set-up:totp", "estate:show", "estate:prices", "estate:standards", "estate:statements", "estate:statement",
    "estate:common_areas", "receipt:ask", "receipt:check",
    "checkout:webhook", "signin:letter", "signin:show-letter", "signin:letter-code", "signin:use-letter",
}  # fmt: skip
# Parameters that are no UUID, and why: a file's name, a one-time token, an estate's code, an id with `.csv` behind it,
# the code on a receipt (53 random bits, and what it opens names nobody).
NO_ID = {"static": "path", "desk.imports:template": "str",
         "desk.set-up:show": "str", "desk.set-up:password": "str", "desk.set-up:totp": "str",
         "estate:show": "str", "estate:prices": "str", "estate:standards": "str",
         "estate:common_areas": "str", "estate:statements": "str",
         "estate:statement": "str", "desk.companies:show": "str", "desk.companies:set": "str",
         "statements:show": "str", "receipt:check": "str",
         "statements:ask": "str", "statements:document": "str"}  # fmt: skip
NAME = re.compile(r"[a-z][a-z.\-_]*(:[a-z\-_.]+)?")


@pytest.fixture(scope="module")
def app() -> Litestar:
    return create_app(Settings("test", Path("var"), "http://127.0.0.1:8000", "s" * 40))


def handlers(app: Litestar) -> Iterator[tuple[str, HTTPRouteHandler]]:
    """Every route but the OPTIONS answers that Litestar adds by itself."""
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if handler.http_methods != {"OPTIONS"}:
                yield route.path, handler


def test_every_route_is_named_and_no_two_share_a_name(app: Litestar) -> None:
    found = list(handlers(app))
    assert len(found) > 5
    assert not [(path, h.name) for path, h in found if not NAME.fullmatch(h.name or "")]
    owners: dict[str, object] = {}
    assert not [h.name for _path, h in found if owners.setdefault(h.name, h.fn) is not h.fn]


def test_every_route_has_a_guard_or_is_public_by_its_own_word(app: Litestar) -> None:
    assert not [path for path, h in handlers(app) if not has_guard(h) and not h.opt.get("public")]
    assert not [
        path
        for path, h in handlers(app)
        if path.startswith("/desk") and h.opt.get("public") and "sign-in" not in path and "set-up" not in path
    ]


def test_paths_are_kebab_case_nouns_with_typed_parameters(app: Litestar) -> None:
    assert not [path for path, _h in handlers(app) if not PATH.fullmatch(path)]


def test_the_public_routes_are_the_reviewed_ones(app: Litestar) -> None:
    assert {h.name for _path, h in handlers(app) if h.opt.get("public")} <= PUBLIC


def test_ids_in_addresses_cannot_be_guessed(app: Litestar) -> None:
    """I-A6: 122 random bits, and the right to see it besides."""
    kinds = {(h.name, kind) for path, h in handlers(app) for kind in re.findall(r":([a-z]+)\}", path)}
    assert not [(name, kind) for name, kind in kinds if kind not in ("uuid", NO_ID.get(name or ""))]


# What gives money away or changes who may sign in: a session that was stolen must not be enough for it (I-A5).
# A decision on a dispute is not here: it corrects a bill and pays nothing out, and a second person stands behind it.
NEEDS_STEP_UP = {
    "desk.corrections:approve", "settings:phone", "settings:new-phone", "settings:phone-code", "settings:change-phone",
    "desk.phones:approve", "desk.imports:confirm", "desk.companies:set", "desk.late:terms",
    "desk.ladder:terms", "desk.ladder:exception", "desk.ladder:drop",
}  # fmt: skip
# These ask a second person, or refuse: nothing changes by them.
ASKS_ONLY = {"desk.phones:letter", "desk.phones:ask", "desk.phones:enter", "desk.phones:refuse"}
SOUNDS_LIKE_IT = re.compile(r"refund|waiver|write-?off|bank-|phone|corrections:approve")


def test_what_a_stolen_session_must_not_do_needs_a_fresh_proof(app: Litestar) -> None:
    needs = {h.name for _path, h in handlers(app) if stepped_up in h.resolve_guards()}
    assert needs == NEEDS_STEP_UP
    sounds = {h.name for _path, h in handlers(app) if SOUNDS_LIKE_IT.search(f"{h.name}") and "POST" in h.http_methods}
    assert sounds - {"signin:phone", "signin:ask"} - ASKS_ONLY <= needs
    behind = [guards for _path, h in handlers(app) if stepped_up in (guards := h.resolve_guards())]
    assert behind and not [guards for guards in behind if guards.index(stepped_up) < 2]  # closed, the door, then this


def test_reading_is_get_and_everything_else_is_post(app: Litestar) -> None:
    assert {method for _path, h in handlers(app) for method in h.http_methods} <= {"GET", "HEAD", "POST", "OPTIONS"}


def test_no_router_is_forgotten() -> None:
    """A slice that has pages is mounted."""
    found = {
        ".".join(file.relative_to(ROOT / "portal").with_suffix("").parts)
        for file in (ROOT / "portal").rglob("*.py")
        if re.search(r"^\w*router\b.*= Router\(", file.read_text(), re.M)
    }
    assert not found - {*PAGES, "web.pages.pages"}  # the last one comes with the parts of every application


def test_files_are_short_enough_to_read() -> None:
    """Below 300 lines: a longer one is split by ability."""
    files = [file for file in (ROOT / "portal").rglob("*.py") if file.parent.name != "migrations"]
    assert not [str(file.relative_to(ROOT)) for file in files if len(file.read_text().splitlines()) > 300]


def test_only_the_stripe_webhook_takes_requests_from_elsewhere(app: Litestar) -> None:
    assert {path for path, h in handlers(app) if h.opt.get("cross_site")} <= {"/webhooks/stripe"}


def test_there_is_no_public_documentation_no_debug_and_no_memory_store(app: Litestar) -> None:
    assert app.openapi_config is None
    assert app.debug is False
    assert not app.stores._stores
