"""Stripe's lists and `expand`: pages by cursor, ids replaced by the objects they name."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any

from sandbox.books import Books
from sandbox.wire import Json, StripeRefusal

EXPANDABLE = (
    "payment_intent",
    "latest_charge",
    "charge",
    "balance_transaction",
    "failure_balance_transaction",
    "source",
)


def listed(items: Iterable[Json], params: Json, url: str, wanted: Callable[[Json], bool] | None = None) -> Json:
    """One page of items that come newest first; raises StripeRefusal for a bad limit or an unknown cursor."""
    found = [item for item in items if _within(item, params.get("created", {})) and (wanted is None or wanted(item))]
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise StripeRefusal(f"Invalid limit: {limit}", code="parameter_invalid_integer", param="limit")
    if after := params.get("starting_after"):
        found = found[_place(found, after) + 1 :]
        page, more = found[:limit], len(found) > limit
    elif before := params.get("ending_before"):
        found = found[: _place(found, before)]
        page, more = found[-limit:], len(found) > limit
    else:
        page, more = found[:limit], len(found) > limit
    return {"object": "list", "url": url, "has_more": more, "data": page}


def same(params: Json, *names: str) -> Callable[[Json], bool]:
    """A filter: the item equals the parameters of these names that were given."""
    asked = {name: params[name] for name in names if name in params}
    return lambda item: all(item.get(name) == value for name, value in asked.items())


def _place(items: list[Json], identifier: str) -> int:
    for place, item in enumerate(items):
        if item["id"] == identifier:
            return place
    raise StripeRefusal(f"No such object: '{identifier}'", code="resource_missing", param="starting_after")


def _within(item: Json, bounds: dict[str, int]) -> bool:
    at = item["created"]
    return bool(
        at > bounds.get("gt", -1)
        and at >= bounds.get("gte", 0)
        and at < bounds.get("lt", at + 1)
        and at <= bounds.get("lte", at)
    )


def expanded(books: Books, answer: Json, paths: list[str]) -> Json:
    """A copy of an answer with the named ids replaced; raises StripeRefusal for what cannot be expanded."""
    answer = deepcopy(answer)
    for path in paths:
        _expand(books, answer, path.split("."), path)
    return answer


def _expand(books: Books, node: Any, names: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _expand(books, item, names, path)
        return
    name, *rest = names
    if not isinstance(node, dict) or name not in node or not (name in EXPANDABLE or name == "data"):
        raise StripeRefusal(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(node[name], str):
        node[name] = deepcopy(books.find(node[name])) or node[name]
    if rest and node[name] is not None:
        _expand(books, node[name], rest, path)
