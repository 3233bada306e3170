"""The table of commands, from the parser that reads them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib import import_module

from portal.run.cli import parser
from portal.run.cli.work import JOBS
from tests.interface.routes import said
from tests.interface.text import table

# What stands for a value, where the word of the option does not say enough.
VALUES = {"community": "CODE", "period": "MONTH", "on": "DATE", "data": "FOLDER", "zero_reason": "TEXT"}
COMMON = ("--json", "--data", "--embedded")
# The keys of the object that `--json` prints; those of `bill`, `import` and `verify` are compared with the program.
ANSWERS = {
    "setup": "ok",
    "wordings": "each wording by its name and language",
    "import": "created, updated, unchanged, errors, warnings, dry_run",
    "bill": "period, bills, lines, total, preview, errors, warnings, by_item, by_unit",
    "run": "job, on, and what was done, counted",
    "verify": "ok, failed, checked, estates, failed_in, findings",
    "staff add": "link",
    "staff link": "link",
}


def commands() -> Iterator[str]:
    """Every command with its words, what it does and what it answers."""
    rows = [[f"`{' '.join([name, *_words(one)])}`", what, ANSWERS.get(name, "–")] for name, one, what in _every()]
    yield from table(["`portal …`", "does", "prints with `--json`"], rows)


def jobs() -> Iterator[str]:
    """The daily jobs that `portal run` knows."""
    rows = [[f"`{name}`", said(getattr(import_module(JOBS[name]), name.replace("-", "_")))] for name in sorted(JOBS)]
    yield from table(["job", "what it does"], rows)


def _every() -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    """(name, parser, what it does) of each; `staff` has commands of its own."""
    for name, one, what in _below(parser()):
        below = list(_below(one))
        yield from [(f"{name} {more}", two, how) for more, two, how in below] or [(name, one, what)]


def _below(known: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser, str]]:
    for action in known._actions:
        if isinstance(action, argparse._SubParsersAction):
            for one in action._choices_actions:
                yield one.dest, action.choices[one.dest], str(one.help)


def _words(one: argparse.ArgumentParser) -> Iterator[str]:
    """Each argument as it is typed, in brackets if it may be left out."""
    for action in one._actions:
        if action.dest == "help" or set(action.option_strings) & set(COMMON):
            continue
        word = _word(action)
        yield word if action.required else f"[{word}]"


def _word(action: argparse.Action) -> str:
    value = VALUES.get(action.dest) or ("N" if action.type is int else action.dest.upper())
    if not action.option_strings:
        return value
    default = f" {action.default}" if action.default not in (None, "", []) else f" {value}"
    again = " …" if isinstance(action, argparse._AppendAction) else ""
    return action.option_strings[0] + ("" if action.nargs == 0 else default) + again
