"""The sandbox's settings, and its refusal to start in production."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.people import Person


class SandboxInProduction(RuntimeError):
    """The sandbox was to start where real money moves."""


@dataclass(frozen=True)
class SandboxSettings:
    """Keys and addresses of the stand-ins; times are in seconds."""

    api_key: str
    webhook_secret: str
    portal_url: str | None = None  # where the people on the first page sign in
    people: tuple[Person, ...] = ()  # of the demo
    webhook_url: str | None = None  # None: no endpoint; events are only listed
    public_url: str | None = None  # address of the hosted page; None: the address Stripe's client called
    allowed_return_origins: tuple[str, ...] = ()  # empty: any, as Stripe does
    settle_after: float = 2.0  # until an asynchronous payment succeeds or fails
    retry_delays: tuple[float, ...] = (1, 2, 4, 8, 16, 30, 60, 120)
    webhook_timeout: float = 10.0
    sms_key_id: str = ""
    sms_key_secret: str = ""
    sms_signs: tuple[str, ...] = ()  # approved signatures; empty: any
    wechat_app_id: str = ""
    wechat_app_secret: str = ""
    wechat_template: str = ""
    sms_wordings: Mapping[str, str] = field(default_factory=dict)  # approved templates by their code

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "SandboxSettings":
        """Read the portal's own variables, so that both sides agree. Raises KeyError if a secret is missing."""
        environ = os.environ if environ is None else environ
        portal = environ.get("PORTAL_BASE_URL", "").rstrip("/")
        return cls(
            api_key=environ["STRIPE_API_KEY"],
            webhook_secret=environ["STRIPE_WEBHOOK_SECRET"],
            portal_url=portal or None,
            webhook_url=f"{portal}/webhooks/stripe" if portal else None,
        )


def refuse_production(environ: Mapping[str, str] | None = None) -> None:
    """Raises SandboxInProduction when PORTAL_ENV says production."""
    if (os.environ if environ is None else environ).get("PORTAL_ENV") == "production":
        raise SandboxInProduction("the sandbox never starts in production")
