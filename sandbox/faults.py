"""Trouble on request: which API calls and webhooks go wrong, and how."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sandbox.wire import Json, StripeRefusal

KINDS = (
    "hang",
    "reset_before",
    "reset_after",
    "409",
    "429",
    "500_saved",
    "500_unsaved",
    "wrong_amount",
    "wrong_currency",
)
REFUSALS = {
    "409": StripeRefusal(
        "There is currently another in-progress request using this Idempotent Key.",
        status=409,
        kind="idempotency_error",
        code="idempotency_key_in_use",
    ),
    "429": StripeRefusal(
        "This object cannot be accessed right now because another API request is currently accessing it.",
        status=429,
        code="lock_timeout",
    ),
    "500_saved": StripeRefusal("An unknown error occurred.", status=500, kind="api_error"),
    "500_unsaved": StripeRefusal("An unknown error occurred.", status=500, kind="api_error"),
}
AMOUNTS = ("amount", "amount_total", "amount_subtotal", "amount_received", "amount_captured")


@dataclass
class WebhookFaults:
    """drop and bad_signature are chances 0..1, duplicate counts extra copies, delay is in seconds."""

    drop: float = 0
    duplicate: int = 0
    shuffle: bool = False
    delay: float = 0
    bad_signature: float = 0


@dataclass
class SmsFaults:
    """lost is the chance 0..1 that a message which was taken never arrives."""

    lost: float = 0


@dataclass
class ApiFault:
    """Spoils the next `times` calls to a path and everything below it; `{id}` or `*` stands for one segment."""

    path: str
    kind: str
    times: int = 1
    method: str = ""

    def meets(self, method: str, path: str) -> bool:
        """Whether a call is one of those meant."""
        wanted, asked = self.path.strip("/").split("/"), path.strip("/").split("/")
        return (
            self.method in ("", method)
            and len(asked) >= len(wanted)
            and all(
                want == got or want == "*" or want.startswith("{") for want, got in zip(wanted, asked, strict=False)
            )
        )


@dataclass
class Faults:
    """The faults that stand; merged by POST /sandbox/faults."""

    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    sms: SmsFaults = field(default_factory=SmsFaults)
    api: list[ApiFault] = field(default_factory=list)

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.webhooks, self.sms, self.api = WebhookFaults(), SmsFaults(), []

    def merge(self, wanted: Json) -> None:
        """Add to what stands; the same path, method and kind is replaced, times 0 lifts it. Raises StripeRefusal."""
        _only(wanted, ("webhooks", "sms", "api"))
        added = [_api_fault(one) for one in wanted.get("api") or []]
        webhooks, sms = _changed(self.webhooks, wanted.get("webhooks")), _changed(self.sms, wanted.get("sms"))
        self.webhooks, self.sms = webhooks, sms
        same = {(fault.path, fault.method, fault.kind) for fault in added}
        self.api = [fault for fault in self.api if (fault.path, fault.method, fault.kind) not in same] + added

    def take(self, method: str, path: str) -> str:
        """The kind of fault that meets this call, counted as used; empty when nothing goes wrong."""
        for fault in self.api:
            if fault.times > 0 and fault.meets(method, path):
                fault.times -= 1
                return fault.kind
        return ""


F = TypeVar("F", WebhookFaults, SmsFaults)


def _changed(standing: F, wanted: Any) -> F:
    wanted = wanted or {}
    _only(wanted, vars(standing))
    return replace(standing, **{name: _like(getattr(standing, name), value, name) for name, value in wanted.items()})


def _api_fault(one: Any) -> ApiFault:
    _only(one, ("path", "kind", "times", "method"))
    fault = ApiFault(
        path=str(one.get("path", "")),
        kind=str(one.get("kind")),
        times=_like(1, one.get("times", 1), "times"),
        method=str(one.get("method", "")).upper(),
    )
    if fault.kind not in KINDS:
        raise StripeRefusal(f"kind is one of {', '.join(KINDS)}", param="kind")
    return fault


def _like(example: Any, value: Any, name: str) -> Any:
    """A number or a truth like the one that stood there."""
    if isinstance(example, bool) != isinstance(value, bool) or not isinstance(value, bool | int | float) or value < 0:
        raise StripeRefusal(f"Invalid value of {name}: {value}", param=name)
    return int(value) if name in ("duplicate", "times") else value


def _only(given: Any, known: Any) -> None:
    if not isinstance(given, dict):
        raise StripeRefusal("a JSON object is expected")
    for name in given:
        if name not in known:
            raise StripeRefusal(f"Received unknown parameter: {name}", code="parameter_unknown", param=name)


def tampered(body: Json, kind: str) -> Json:
    """A copy of an answer with every amount one fen higher, or every currency another."""
    changed: Json = _walk(deepcopy(body), kind)
    return changed


def _walk(node: Any, kind: str) -> Any:
    if isinstance(node, list):
        return [_walk(item, kind) for item in node]
    if not isinstance(node, dict):
        return node
    for name, value in node.items():
        if kind == "wrong_amount" and name in AMOUNTS and isinstance(value, int):
            node[name] = value + 1
        elif kind == "wrong_currency" and name == "currency":
            node[name] = "usd"
        elif isinstance(value, dict | list):
            node[name] = _walk(value, kind)
    return node
