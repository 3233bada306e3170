"""The table of the sandbox's addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from sandbox.control import ADDRESS
from sandbox.faults import KINDS, ApiFault, SmsFaults, WebhookFaults
from sandbox.hosted import OUTCOMES
from sandbox.params import METHODS
from sandbox.server import create_sandbox
from sandbox.settings import SandboxSettings
from tests.interface.routes import said, written_as
from tests.interface.text import table
from tests.web.walk.routes import Route, routes_of

# What people and tests ask of it; the rest are the addresses of those it stands in for.
OWN = ("/c/pay/", "/sandbox/", "/sign-in/")


def sandbox() -> Iterator[str]:
    """Every address of its own, and the words by which it is told what shall happen."""
    found = routes_of(create_sandbox(SandboxSettings("sk_test_sandbox", "whsec_test")))
    own = [one for one in found if one.path.startswith(OWN) or (one.path, one.method) == ("/", "GET")]
    rows = [
        [f"`{one.method} {re.sub(':[a-z]+}', '}', one.path)}`", said(written_as(one.handler)), _takes(one)]
        for one in sorted(own, key=lambda one: (one.path, one.method))
    ]
    yield from table(["address", "what it is for", "takes"], rows)


def _takes(one: Route) -> str:
    """The fields that a docstring does not name."""
    last = one.path.rpartition("/")[2]
    if one.method == "GET":
        return f"`?{ADDRESS[last]}`" if last in ADDRESS else ""
    if one.path.startswith("/c/pay/"):
        return f"`method` ({', '.join(METHODS)}), `outcome` ({', '.join(OUTCOMES)})"
    if last == "faults":
        api = f"`api`: a list of {_names(ApiFault)}, where the kind is one of {', '.join(KINDS)}"
        return f"`webhooks`: {_names(WebhookFaults)}; `sms`: {_names(SmsFaults)}; {api}"
    return ""


def _names(kind: type[WebhookFaults | SmsFaults | ApiFault]) -> str:
    return f"`{{{', '.join(field.name for field in fields(kind))}}}`"
