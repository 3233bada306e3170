"""The small changes that are made to a file, one at a time: each is a mutant, and some test should turn red by it.

The operators are mutmut's, for it knows what people get wrong; its own run leaves out all functions with a decorator
(every action and property) and everything outside of functions (terms, tables of moves), so the walk is ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import libcst as cst
from libcst import matchers as m
from mutmut.mutation import mutators

# What is put on paper or screen is looked at by other tests (tests/test_words.py); types and names are mypy's. Beside
# these: `strict=True` of zip, which only speaks up about a mistake.
LEFT_ALONE = (
    cst.Annotation,
    cst.Import,
    cst.ImportFrom,
    cst.Decorator,
    cst.SimpleString,
    cst.Raise,
    cst.Assert,
)
TURNED = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A file with one change: in which function, what stood there and what stands there now."""

    file: str
    where: str
    before: str
    after: str
    code: str

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What it is called in the list: no line number, so that it stays the same when lines are added above."""
        return self.file, self.where, self.before, self.after


def mutants_of(file: str, source: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines; two that look alike in one function are tried as one."""
    module = cst.parse_module(source)
    walk = _Walk()
    module.visit(walk)
    found: dict[tuple[str, str, str, str], Mutant] = {}
    for where, old, new in walk.changes:
        code = module.deep_replace(old, new).code  # type: ignore[attr-defined]
        before, after = _difference(source, code)
        one = Mutant(file, where, before, after, code)
        if before != after and _compiles(code):
            found.setdefault(one.name, one)
    return list(found.values())


class _Walk(cst.CSTVisitor):
    """Collects what may be put in the place of each node, and the name of the function it is in."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.changes: list[tuple[str, cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, LEFT_ALONE) or m.matches(node, m.Arg(keyword=m.Name("strict"))):
            return False
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.inside.append(node.name.value)
        for kind, operator in OPERATORS:
            if isinstance(node, kind):
                where = ".".join(self.inside) or "-"
                self.changes += [(where, node, new) for new in operator(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self.inside.pop()


def _one_less(node: cst.Integer) -> Iterable[cst.CSTNode]:
    """mutmut adds one; a limit has two sides."""
    if node.evaluated_value > 0:
        yield node.with_changes(value=str(node.evaluated_value - 1))


def _turned(node: cst.Call) -> Iterable[cst.CSTNode]:
    if isinstance(node.func, cst.Name) and node.func.value in TURNED:
        yield node.with_changes(func=cst.Name(TURNED[node.func.value]))


def _one_side(node: cst.BooleanOperation) -> Iterable[cst.CSTNode]:
    """A condition of two parts that only asks for one of them."""
    for side in (node.left, node.right):
        yield side.with_changes(lpar=[*node.lpar, *side.lpar], rpar=[*side.rpar, *node.rpar])


def _always_and_never(node: cst.If) -> Iterable[cst.CSTNode]:
    space = cst.SimpleWhitespace(" ")
    for answer in ("True", "False"):
        yield node.with_changes(test=cst.Name(answer), whitespace_before_test=space)


def _without_a_condition(node: cst.CompFor) -> Iterable[cst.CSTNode]:
    for i in range(len(node.ifs)):
        yield node.with_changes(ifs=[*node.ifs[:i], *node.ifs[i + 1 :]])


def _without_an_element(node: cst.Set | cst.Dict | cst.Tuple | cst.List) -> Iterable[cst.CSTNode]:
    """A set, list or table that has forgotten one of its members."""
    if len(node.elements) > 1 and not (isinstance(node, cst.Tuple) and not node.lpar):  # a, b = b, a is no list
        for i in range(len(node.elements)):
            yield node.with_changes(elements=[*node.elements[:i], *node.elements[i + 1 :]])


def _without_a_word(node: cst.Call) -> Iterable[cst.CSTNode]:
    """A call that leaves out an argument given by name: often one that has a default."""
    for i, argument in enumerate(node.args):
        if argument.keyword and argument.keyword.value != "strict":
            yield node.with_changes(args=[*node.args[:i], *node.args[i + 1 :]])


def _nothing_done(node: cst.Expr) -> Iterable[cst.CSTNode]:
    """A call or await whose effect is all that is wanted of it."""
    if m.matches(node.value, m.Call() | m.Await()):
        yield cst.Pass()


OPERATORS: tuple[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]], ...] = (
    (cst.BaseNumber, mutators.operator_number),
    (cst.Name, mutators.operator_name),
    (cst.AugAssign, mutators.operator_augmented_assignment),
    (cst.UnaryOperation, mutators.operator_remove_unary_ops),
    (cst.Call, mutators.operator_symmetric_string_methods_swap),
    (cst.CSTNode, mutators.operator_keywords),
    (cst.CSTNode, mutators.operator_swap_op),
    (cst.IfExp, mutators.operator_if_exp),
    (cst.Integer, _one_less),
    (cst.Call, _turned),
    (cst.Call, _without_a_word),
    (cst.BooleanOperation, _one_side),
    (cst.If, _always_and_never),
    (cst.CompFor, _without_a_condition),
    ((cst.Set, cst.Dict, cst.Tuple, cst.List), _without_an_element),
    (cst.Expr, _nothing_done),
)


def _difference(source: str, code: str) -> tuple[str, str]:
    """The lines that differ, each side as one line without its comment."""
    old, new = source.splitlines(), code.splitlines()
    top = _alike(old, new)
    end = _alike(old[:top:-1], new[:top:-1])
    sides = (" ".join(line.split("  # ")[0].strip() for line in lines[top : len(lines) - end]) for lines in (old, new))
    before, after = sides
    return before, after


def _alike(old: list[str], new: list[str]) -> int:
    """How many lines are the same before the first that is not."""
    pairs = zip(old, new, strict=False)
    return next((n for n, pair in enumerate(pairs) if pair[0] != pair[1]), min(len(old), len(new)))


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True
