"""Which files are changed, and which tests are asked about each. Found by what files import, never by their names."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

# What counts money and days, so far. Pure files elsewhere are tables of columns, words and settings.
RULES = (
    "kit/money.py", "kit/period.py", "homes/residents", "fees/bills/balance.py", "fees/rates", "fees/tariffs",
    "money", "care/plans", "arrears/ladder", "arrears/limitation", "collection/late_charges",
)  # fmt: skip
# Actions need a database; which tests reach them is not seen by what these import, so it is said here.
ACTIONS: dict[str, tuple[list[str], ...]] = {
    "portal/money/payments/actions.py": (
        ["tests/money/payments"],
        ["tests/money/checkout/test_closing.py", "tests/money/corrections/test_written.py"],
    ),
    "portal/money/corrections/actions.py": (["tests/money/corrections"], ["tests/money/checkout/test_closing.py"]),
}
AREAS = tuple(sorted(path.parent.name for path in Path("portal").glob("*/__init__.py")))


def chosen(paths: list[str]) -> list[tuple[str, tuple[list[str], ...]]]:
    """Files with their tests, the largest first: all that are looked after, or those below the paths.

    First come the tests in the folder of the file's slice; who survives them is tried by those that import the file.
    """
    below = [Path(path) for path in paths] or [Path("portal", rules) for rules in RULES]
    files = [file for file in sorted(Path("portal").rglob("*.py")) if any(file.is_relative_to(one) for one in below)]
    work = [(str(file), _pure_tests_of(str(file))) for file in files if _has_rules(str(file)) and is_pure(str(file))]
    work += [(str(file), ACTIONS[str(file)]) for file in files if str(file) in ACTIONS]
    return sorted((one for one in work if one[1]), key=lambda one: -Path(one[0]).stat().st_size)


def _has_rules(file: str) -> bool:
    """Whether it has a function: one without is a list of states, which the database's tests walk through."""
    return any(isinstance(node, ast.FunctionDef) for node in ast.walk(ast.parse(Path(file).read_text())))


@cache
def is_pure(file: str) -> bool:
    """Whether neither it nor what it imports needs anything that is installed."""
    return all(
        one.endswith(".py") or one in sys.stdlib_module_names
        for file in {file, *_reached(file)}
        for one in imported(file)
    )


@cache
def imported(file: str) -> frozenset[str]:
    """The files of ours, and the top names of all other modules, that a file imports."""
    return frozenset(_imports(ast.parse(Path(file).read_text())))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_ours(alias.name) or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            within = [file for alias in node.names if (file := _ours(f"{node.module}.{alias.name}"))]
            yield from within or [_ours(node.module) or node.module.split(".")[0]]


def _ours(module: str) -> str | None:
    file = module.replace(".", "/") + ".py"
    return file if Path(file).exists() else None


def _pure_tests_of(file: str) -> tuple[list[str], ...]:
    folder = Path("tests", *Path(file).parts[1:-1])
    own = [test for test in _pure_tests() if Path(test).is_relative_to(folder) and file in _reached(test)]
    others = [test for test in _pure_tests() if test not in own and file in imported(test)]
    return tuple(tests for tests in (own, others) if tests)


@cache
def _reached(test: str) -> set[str]:
    """The files that a test imports, and those that they import."""
    found: set[str] = set()
    waiting = [test]
    while waiting:
        new = {one for one in imported(waiting.pop()) if one.endswith(".py")} - found
        found |= new
        waiting += new
    return found


@cache
def _pure_tests() -> list[str]:
    tests = (test for area in AREAS for test in sorted(Path("tests", area).rglob("test_*.py")))
    return [str(test) for test in tests if "async " not in test.read_text()]
