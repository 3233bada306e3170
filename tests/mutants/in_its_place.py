"""Changed code in the place of a module, for whoever imports it from now on.

`python -m tests.mutants.in_its_place FILE CODE TESTS…` runs tests with the code of one file in the place of another's.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType


class InItsPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the changed code where Python asks for the module."""

    def __init__(self, module: str, file: str, code: str) -> None:
        self.module, self.file, self.code = module, file, code

    def find_spec(self, name: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        if name != self.module:
            return None
        return importlib.util.spec_from_file_location(name, self.file, loader=self)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.code, self.file, "exec"), module.__dict__)


def main(file: str, code: str, *tests: str) -> int:
    """What pytest says of the tests."""
    import pytest

    module = file.removesuffix(".py").replace("/", ".")
    sys.meta_path.insert(0, InItsPlace(module, file, Path(code).read_text(encoding="utf-8")))
    return int(pytest.main(["-x", "-q", "-p", "no:xdist", "--assert=plain", "--tb=no", *tests]))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
