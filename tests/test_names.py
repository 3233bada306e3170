"""The law of names: a file is named for its role or for a thing of the field, and no folder is crowded."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PORTAL = ROOT / "portal"
MOST_NAMES, MOST_AREAS, MOST_SLICES, MOST_MODULES = 160, 16, 8, 12
FORCED = {"__main__"}  # Python's own name


def glossary() -> tuple[set[str], set[str]]:
    """The roles and the things that docs/glossary.md allows as names of files."""
    section = (ROOT / "docs/glossary.md").read_text().split("## Names of modules")[1]
    law, _, table = section.partition("| Where |")
    return set(re.findall(r"`([a-z_]+)`", law)), set(re.findall(r"^\| [^|]+ \| `(\w+)` \|", table, re.MULTILINE))


def modules() -> list[Path]:
    """Every module, without the packages themselves and the migrations."""
    files = (path for path in PORTAL.rglob("*.py") if path.name != "__init__.py")
    return [path for path in files if "migrations" not in path.parts]


def plain(name: str) -> str:
    """A name without its grammar: `set_up` and `setup`, `batch` and `batches`, `vacancy` and `vacancies` are one."""
    return re.sub(r"(ies|ing|es|ed|s|y|e)$", "", name.replace("_", ""))


def test_every_file_is_named_for_a_role_or_for_a_thing_of_the_glossary() -> None:
    roles, things = glossary()
    assert len(roles) > 10 and len(things) > 100
    assert not roles & things
    unknown = {path.stem for path in modules()} - roles - things - FORCED
    assert not unknown, sorted(unknown)


def test_a_newcomer_learns_few_names() -> None:
    assert len({path.stem for path in modules()}) <= MOST_NAMES


def test_no_folder_is_crowded() -> None:
    areas = [path.parent for path in PORTAL.glob("*/__init__.py")]
    assert 8 <= len(areas) <= MOST_AREAS
    assert not [area.name for area in areas if len(list(area.glob("*/__init__.py"))) > MOST_SLICES]
    assert not [folder for folder, n in Counter(path.parent for path in modules()).items() if n > MOST_MODULES]


def test_no_two_names_of_a_slice_differ_only_in_grammar() -> None:
    assert (
        plain("set_up") == plain("setup")
        and plain("vacancies") == plain("vacancy")
        and plain("batches") == plain("batch")
    )
    seen = Counter((path.parent, plain(path.stem)) for path in modules())
    assert not [(str(folder.relative_to(ROOT)), name) for (folder, name), n in seen.items() if n > 1]
