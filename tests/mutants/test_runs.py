"""A run ends with its sum, whatever becomes of one file; and changed code is what is imported."""

from __future__ import annotations

import importlib
import sys

import pytest

from tests.mutants import __main__ as run
from tests.mutants.in_its_place import InItsPlace
from tests.mutants.trial import Tried

CHOSEN = [("portal/kit/red.py", (["tests"],)), ("portal/kit/fine.py", (["tests"],))]


def tried(work: tuple[str, tuple[list[str], ...]]) -> Tried | str:
    return f"{work[0]}: red without any change" if "red" in work[0] else Tried(work[0], 3, ())


def test_a_file_that_cannot_be_tried_is_named_and_the_others_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_tried", tried)
    monkeypatch.setattr(run, "chosen", lambda paths: CHOSEN)
    assert run.main([]) == 2
    printed = capsys.readouterr().out
    assert "portal/kit/red.py: red without any change" in printed
    assert "1 files, 3 mutants, 0 alive, 0 not as listed, 1 files could not be tried" in printed


def test_changed_code_is_imported_in_the_place_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    place = InItsPlace("portal.kit.elsewhere", "portal/kit/elsewhere.py", "ANSWER = 41 + 1")
    monkeypatch.setattr(sys, "meta_path", [place, *sys.meta_path])
    monkeypatch.delitem(sys.modules, "portal.kit.elsewhere", raising=False)
    assert importlib.import_module("portal.kit.elsewhere").ANSWER == 42
    monkeypatch.delitem(sys.modules, "portal.kit.elsewhere")
