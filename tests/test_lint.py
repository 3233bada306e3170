"""What ruff cannot say: how the database may be talked to, and that no money is ever a float."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FILES = [file for folder in ("portal", "sandbox", "demo") for file in sorted((ROOT / folder).rglob("*.py"))]
# Their statements name tables and roles, which cannot be parameters; nothing that a person typed comes near them.
WRITES_SQL = {
    "portal/platform/db/unit_of_work.py",
    "portal/platform/schema/setup.py",
    "portal/platform/schema/migrations/__init__.py",
    "portal/platform/schema/protect.py",
}
# What makes the pool, and what looks at its addresses before there is one.
BELOW_THE_UNIT_OF_WORK = {"portal/platform/db/engine.py", "portal/platform/db/logins.py"}
# One function takes one of the file's own conditions; what a person typed is a parameter there too.
CHOOSES_A_CONDITION = {"portal/arrears/case_file/rows.py", "portal/people/persons/actions.py",
                       "portal/accounts/statement_pages/queries.py", "portal/homes/vacancies/queries.py",
                       "portal/homes/vacancies/actions.py"}  # fmt: skip
MONEY = ("kit", "fees", "money", "care", "arrears", "collection", "accounts")
SECONDS = {"portal/money/stripe/gateway.py"}  # how long it waits for Stripe
ASKING = {"survey", "fetch", "fetch_one", "fetch_value", "execute", "executemany", "fetchrow", "fetchval", "raw"}
ASKING_AS = {"fetch_as", "fetch_one_as"}  # what the rows become stands before the statement
WRITING = re.compile(r"\b(?:INSERT INTO|DELETE FROM|UPDATE \w+ SET)\b")
NOTES_A_VISIT = {"portal/people/persons/queries.py"}  # a session that is looked up was seen


def name_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@cache
def nodes(file: Path) -> list[ast.AST]:
    """Every node of a file: walked once, since ten tests look at each."""
    return list(ast.walk(ast.parse(file.read_text())))


def calls(file: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call with the name called and the dotted text of what it is called on."""
    for node in nodes(file):
        if isinstance(node, ast.Call):
            on = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            yield node, name, on


def test_only_the_unit_of_work_opens_a_transaction() -> None:
    words = ("transaction", "atomic", "start_connection_pool")
    found = [
        f"{name_of(file)}:{call.lineno} {on}.{name}"
        for file in FILES
        if name_of(file) not in WRITES_SQL | BELOW_THE_UNIT_OF_WORK  # setup works on connections of its own
        for call, name, on in calls(file)
        if name in words
    ]
    assert found == []


def made_of_values(node: ast.expr, *, whole: bool = True) -> bool:
    """Whether a text is put together here from anything but texts and CONSTANTS; ruff's S608 sees the rest."""
    match node:
        case ast.JoinedStr(values=parts):
            return any(
                made_of_values(part.value, whole=False) for part in parts if isinstance(part, ast.FormattedValue)
            )
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return made_of_values(left, whole=False) or made_of_values(right, whole=False)
        case ast.Call(func=ast.Attribute(attr="format", value=ast.Name(id=name)), args=args, keywords=named):
            # A text of ours with texts of ours in it, both written down, is one.
            put_in = [*args, *(word.value for word in named)]
            return not name.isupper() or not all(isinstance(value, ast.Constant) for value in put_in)
        case ast.BinOp() | ast.Call(func=ast.Attribute(attr="format")):
            return True
        case ast.Constant():
            return False
        case ast.Name(id=name):
            return not whole and not name.isupper()
    return not whole


def asked(call: ast.Call) -> ast.expr | None:
    """The statement that a call asks; None for any other call."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = 0 if name in ASKING else 1 if name in ASKING_AS else None
    return call.args[place] if place is not None and len(call.args) > place else None


def test_no_statement_is_put_together_from_values() -> None:
    found = [
        f"{name_of(file)}:{call.lineno} {ast.unparse(statement)[:80]}"
        for file in FILES
        if name_of(file) not in WRITES_SQL | CHOOSES_A_CONDITION
        for call, _, _ in calls(file)
        if (statement := asked(call)) is not None and made_of_values(statement)
    ]
    assert found == []


# Functions there take a whole statement of their own module as an argument.
TAKES_A_STATEMENT = {"portal/platform/db/rows.py", "portal/collection/evidence/exhibits.py",
                     "portal/money/stripe_events/jobs.py", "demo/cast.py", "portal/records/checking/billed.py",
                     "portal/records/saving/saving.py", "portal/overview/health/queries.py",
                     "portal/platform/db/planner.py"}  # fmt: skip


def test_no_statement_was_put_together_before_it_was_asked() -> None:
    """A variable must have been given plain texts in the same function (F-76)."""
    found = []
    for file in (file for file in FILES if name_of(file) not in WRITES_SQL | CHOOSES_A_CONDITION | TAKES_A_STATEMENT):
        for function in nodes(file):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                found += [f"{name_of(file)}:{line} {name}" for line, name in unsafe_variables(function)]
    assert found == []


def unsafe_variables(function: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, name) of each variable that is asked as a statement and did not only ever hold plain texts."""
    given: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in [*targets, *([node.target] if isinstance(node, ast.AugAssign) else [])]:
            if isinstance(target, ast.Name):
                given.setdefault(target.id, []).append(node.value)  # type: ignore[attr-defined]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(statement := asked(node), ast.Name):
            name = statement.id
            safe = name.isupper() or (name in given and not any(made_of_values(value) for value in given[name]))
            if not safe:
                yield node.lineno, name


def test_the_lint_sees_a_statement_that_is_put_together() -> None:
    bad = "async def f(x):\n    sql = f'SELECT {x}'\n    await fetch(sql)\n"
    good = "async def f(x):\n    sql = 'SELECT $1'\n    await fetch(sql, x)\n"
    assert list(unsafe_variables(ast.parse(bad))) == [(3, "sql")]
    assert list(unsafe_variables(ast.parse(bad.replace("fetch(", "fetch_as(Row, ")))) == [(3, "sql")]
    assert list(unsafe_variables(ast.parse(good))) == []


def writing(file: Path) -> list[str]:
    """The texts of a file that change rows."""
    texts = (node.value for node in nodes(file) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return [text for text in texts if WRITING.search(text)]


def test_a_query_writes_nothing() -> None:
    """Whoever looks for a verb looks into the actions of a slice."""
    queries = [file for file in FILES if file.name.endswith("queries.py")]
    assert {name_of(file) for file in queries if writing(file)} == NOTES_A_VISIT
    assert writing(ROOT / "portal/people/estates/actions.py"), "it sees a statement that writes"


def test_no_money_module_knows_floats() -> None:
    modules = [file for file in FILES if file.relative_to(ROOT).parts[1] in MONEY]
    made = [f"{name_of(file)}:{call.lineno}" for file in modules for call, name, _ in calls(file) if name == "float"]
    columns = [
        f"{name_of(file)}: {alias.name}"
        for file in modules
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("piccolo")
        for alias in node.names
        if alias.name in ("Real", "Float", "DoublePrecision")
    ]
    literals = [
        f"{name_of(file)}:{node.lineno}"
        for file in modules
        for node in nodes(file)
        if isinstance(node, ast.Constant) and type(node.value) is float and name_of(file) not in SECONDS
    ]
    assert made + columns + literals == []


def test_forms_use_our_own_numbers() -> None:
    banned = {"DecimalField", "IntegerField", "FloatField", "DecimalRangeField", "IntegerRangeField"}
    found = [
        f"{name_of(file)}: {name}"
        for file in FILES
        for node in nodes(file)
        for name in ([node.attr] if isinstance(node, ast.Attribute) else [])
        + ([alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else [])
        if name in banned
    ]
    assert found == []


def test_only_the_clock_reads_the_clock() -> None:
    found = [
        f"{name_of(file)}:{call.lineno} {on}.{name}"
        for file in FILES
        if name_of(file) != "portal/kit/clock.py"
        and "sandbox" not in file.parts  # a stand-in for other people's clocks
        for call, name, on in calls(file)
        if (name in ("now", "utcnow") and on.endswith("datetime"))
        or (name == "today" and on in ("date", "datetime"))
        or (name in ("time", "time_ns") and on == "time")
    ]
    assert found == []


def body_lines(handler: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of what a function does, its docstring left out."""
    body = handler.body[1:] if ast.get_docstring(handler) else handler.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def handlers(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Functions that answer a request."""
    for node in nodes(file):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            made = [on.func for on in node.decorator_list if isinstance(on, ast.Call)]
            if any(isinstance(on, ast.Name) and on.id in ("get", "post", "head") for on in made):
                yield node


def test_a_handler_reads_calls_and_answers_in_ten_lines() -> None:
    found = [(file, handler) for file in FILES for handler in handlers(file)]
    assert len(found) > 100
    assert [
        f"{name_of(file)}:{handler.lineno} {handler.name}" for file, handler in found if body_lines(handler) > 10
    ] == []


def test_no_file_is_longer_than_300_lines() -> None:
    files = [*FILES, *sorted((ROOT / "tests").rglob("*.py"))]
    assert [f"{name_of(file)}: {n}" for file in files if (n := len(file.read_text().splitlines())) > 300] == []
