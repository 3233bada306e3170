"""What a route reads from its address and from its form, found in the source of its handler."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Any

from litestar.handlers import HTTPRouteHandler

from portal.records.import_requests.forms import Files
from portal.web.forms.forms import Choice, Form, Many, Photos


@dataclass(frozen=True, order=True)
class Field:
    """One field: whether it must be given, and what it may hold if that is one of a few words."""

    name: str
    required: bool = False
    values: tuple[str, ...] = ()
    repeated: bool = False
    files: bool = False


def fields_of(handler: HTTPRouteHandler) -> list[Field]:
    """Every field, in the order in which the handler comes to it."""
    handle, found = written_as(handler), dict[str, Field]()
    for field in (*asked(handle), *read_by(handle)):
        found[field.name] = max(field, found.get(field.name, field), key=lambda one: (one.required, len(one.values)))
    return list(found.values())


def written_as(handler: HTTPRouteHandler) -> Callable[..., Any]:
    """The function of a handler as it stands in the source."""
    return getattr(handler.fn, "func", handler.fn)  # Litestar packs a plain function


def asked(handle: Callable[..., Any]) -> Iterator[Field]:
    """What the signature takes from the query."""
    for name, given in inspect.signature(handle).parameters.items():
        about = [one for one in getattr(given.annotation, "__metadata__", ()) if type(one).__name__ == "QueryParameter"]
        if about:
            yield Field(about[0].name or name)


def read_by(handle: Callable[..., Any], seen: frozenset[object] = frozenset()) -> Iterator[Field]:
    """What a function reads itself, and what those read that it hands the request to."""
    tree, known = _tree(handle), {**handle.__globals__}
    sources = set(_sources(tree))
    for node in sorted(ast.walk(tree), key=_place):
        yield from map(Field, _keys(node, sources))
        if not isinstance(node, ast.Call):
            continue
        called = _meant(node.func, known)
        if isinstance(called, type) and issubclass(called, Form) and node.args:
            yield from form_fields(called)
        if isinstance(called, FunctionType) and called not in seen and _takes_the_request(called, node):
            yield from read_by(called, seen | {called})


@cache
def form_fields(kind: type[Form]) -> tuple[Field, ...]:
    """The fields of a form, in its own order."""
    form = kind(**dict.fromkeys(_needed(kind), ()))
    return tuple(_field(field) for field in form)


def _field(field: Any) -> Field:
    values = tuple(value for value, _text in field.options) if isinstance(field, Choice) else ()
    required, files = bool(getattr(field, "required", False)), isinstance(field, Photos | Files)
    return Field(field.short_name, required, values, isinstance(field, Many), files)


def _needed(kind: type[Form]) -> list[str]:
    """The names that its class must be given beside what was sent."""
    given = inspect.signature(kind.__init__).parameters.values()
    return [one.name for one in given if one.kind is one.KEYWORD_ONLY and one.default is one.empty]


@cache
def _tree(handle: Callable[..., Any]) -> ast.AST:
    return ast.parse(textwrap.dedent(inspect.getsource(handle)))


def _place(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _meant(named: ast.expr, known: dict[str, Any]) -> Any:
    """What `name` or `module.name` is, or None."""
    if isinstance(named, ast.Name):
        return known.get(named.id)
    if isinstance(named, ast.Attribute) and isinstance(named.value, ast.Name):
        return getattr(known.get(named.value.id), named.attr, None)
    return None


def _takes_the_request(called: FunctionType, call: ast.Call) -> bool:
    ours = called.__module__.startswith("portal.") and not called.__module__.startswith("portal.web.")
    return ours and any(isinstance(one, ast.Name) and one.id == "request" for one in call.args)


def _sources(tree: ast.AST) -> Iterator[str]:
    """The local names of what was sent: `sent = await request.form()`, `asked = request.query_params`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _is_sent(node.value, set()):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))


def _is_sent(value: ast.expr, sources: set[str]) -> bool:
    if isinstance(value, ast.Name):
        return value.id in sources
    return ast.unparse(value) in ("request.query_params", "await request.form()")


def _keys(node: ast.AST, sources: set[str]) -> Iterator[str]:
    """The words by which something is taken from what was sent."""
    if isinstance(node, ast.GeneratorExp):  # … for name in ("line", "service")
        [made] = node.generators
        if isinstance(made.iter, ast.Tuple) and any(_taken(one, sources) for one in ast.walk(node.elt)):
            yield from (one.value for one in made.iter.elts if isinstance(one, ast.Constant))
    key = _taken(node, sources)
    if isinstance(key, ast.Constant):
        yield str(key.value)


def _taken(node: ast.AST, sources: set[str]) -> ast.expr | None:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return node.args[0] if node.args and _is_sent(node.func.value, sources) else None
    if isinstance(node, ast.Subscript) and _is_sent(node.value, sources):
        return node.slice
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        return node.left if _is_sent(node.comparators[0], sources) else None
    return None
