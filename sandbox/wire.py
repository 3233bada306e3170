"""Stripe's wire format: bracketed forms in, typed values or Stripe's error shape out."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

Json = dict[str, Any]
Shape = Callable[[Any, str], Any] | dict[str, Any] | list[Any]


class StripeRefusal(Exception):
    """An answer in Stripe's error shape."""

    def __init__(
        self, message: str, *, status: int = 400, kind: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.code, self.param = status, kind, code, param

    def body(self) -> Json:
        """The JSON object Stripe would send."""
        error = {"message": str(self), "type": self.kind}
        if self.code:
            error |= {
                "code": self.code,
                "doc_url": f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}",
            }
        if self.param:
            error["param"] = self.param
        return {"error": error}


def missing(kind: str, identifier: str) -> StripeRefusal:
    """What Stripe says about an id it does not know."""
    return StripeRefusal(f"No such {kind}: '{identifier}'", status=404, code="resource_missing", param="id")


def decode(form: bytes | str) -> Json:
    """`a[b][0]=1&c=2` as `{"a": {"b": ["1"]}, "c": "2"}`; raises StripeRefusal when one name is two things."""
    text = form.decode("utf-8", "replace") if isinstance(form, bytes) else form
    tree: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        *parents, last = [part.rstrip("]") for part in name.split("[")]
        node = tree
        for part in parents:
            node = node.setdefault(part, {})
            if not isinstance(node, dict):
                raise StripeRefusal(f"Invalid parameter: {name}", param=name)
        node[str(len(node)) if last == "" else last] = value
    return {name: _lists(value) for name, value in tree.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    filled = {key: _lists(inner) for key, inner in value.items()}
    places = [str(place) for place in range(len(filled))]
    return [filled[place] for place in places] if filled and set(filled) == set(places) else filled


def read(value: Any, shape: Shape, name: str = "") -> Any:
    """The typed value that a shape makes of decoded text; raises StripeRefusal for what the shape does not know."""
    if callable(shape):
        return shape(value, name)
    if isinstance(shape, list):
        if not isinstance(value, list):
            raise StripeRefusal(f"Invalid array: {name}", param=name)
        return [read(item, shape[0], f"{name}[{place}]") for place, item in enumerate(value)]
    if not isinstance(value, dict):
        raise StripeRefusal(f"Invalid object: {name}", param=name)
    result = {}
    for key, inner in value.items():
        path = f"{name}[{key}]" if name else key
        if key not in shape:
            raise StripeRefusal(f"Received unknown parameter: {path}", code="parameter_unknown", param=path)
        result[key] = read(inner, shape[key], path)
    return result


def need(params: Mapping[str, Any], key: str, within: str = "") -> Any:
    """A required parameter; raises StripeRefusal when it is missing or empty."""
    if params.get(key) in (None, "", []):
        path = f"{within}[{key}]" if within else key
        raise StripeRefusal(f"Missing required param: {path}.", code="parameter_missing", param=path)
    return params[key]


def text(value: Any, name: str) -> str:
    """A string of at most 5,000 characters."""
    if not isinstance(value, str) or len(value) > 5000:
        raise StripeRefusal(f"Invalid string: {name}", param=name)
    return value


def whole(value: Any, name: str) -> int:
    """An integer, as digits with an optional minus."""
    if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,18}", value):
        raise StripeRefusal(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    return int(value)


def flag(value: Any, name: str) -> bool:
    """`true` or `false`."""
    if value not in ("true", "false"):
        raise StripeRefusal(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def one_of(*allowed: str) -> Callable[[Any, str], str]:
    """A shape that takes only these words."""

    def word(value: Any, name: str) -> str:
        if value not in allowed:
            raise StripeRefusal(f"Invalid {name}: must be one of {', '.join(allowed)}", param=name)
        return str(value)

    return word


def metadata(value: Any, name: str) -> dict[str, str]:
    """Up to 50 pairs of at most 40 and 500 characters (Stripe's limits)."""
    if value == "":
        return {}
    if not isinstance(value, dict) or len(value) > 50:
        raise StripeRefusal(f"Invalid object: {name}", param=name)
    for key, inner in value.items():
        if len(key) > 40 or not isinstance(inner, str) or len(inner) > 500:
            raise StripeRefusal(f"Metadata values can have up to 500 characters, keys up to 40: {key}", param=name)
    return dict(value)


def moment_range(value: Any, name: str) -> dict[str, int]:
    """A timestamp, or bounds on one: `{"gte": 1, "lt": 5}`."""
    if isinstance(value, str):
        at = whole(value, name)
        return {"gte": at, "lte": at}
    bounds: dict[str, int] = read(value, {"gt": whole, "gte": whole, "lt": whole, "lte": whole}, name)
    return bounds
