"""The house is one that a stranger finds the way in: few doors at the top, few rooms behind each, none overcrowded."""

from __future__ import annotations

import tomllib
from pathlib import Path

from portal.platform.schema.protect import AREAS

ROOT = Path(__file__).parents[1]
PORTAL = ROOT / "portal"
MOST_ENTRIES, MOST_SLICES, MOST_MODULES = 16, 8, 12


def packages(folder: Path) -> list[Path]:
    """The packages right inside a folder."""
    return sorted(path.parent for path in folder.glob("*/__init__.py"))


def modules(folder: Path) -> list[Path]:
    """The modules right inside a folder, but for what every package has."""
    return [path for path in folder.glob("*.py") if path.name not in ("__init__.py", "__main__.py")]


def test_the_top_has_few_entries_and_no_module_of_its_own() -> None:
    entries = [path for path in PORTAL.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MOST_ENTRIES
    assert modules(PORTAL) == []


def test_an_area_holds_few_slices_and_a_slice_few_modules() -> None:
    areas = packages(PORTAL)
    slices = [one for area in areas for one in packages(area)]
    assert [area.name for area in areas if len(packages(area)) > MOST_SLICES] == []
    assert {
        one.relative_to(PORTAL).as_posix(): n for one in [*areas, *slices] if (n := len(modules(one))) > MOST_MODULES
    } == {}
    mixed = [area.name for area in areas if packages(area) and modules(area) and area.name != "run"]
    assert mixed == [], "an area is a slice itself, or it has slices; what starts (run) has its commands beside it"


def test_guards_are_laid_in_the_order_in_which_areas_look_down() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [layers] = [one["layers"] for one in contracts if one["name"] == "Areas look down"]
    assert list(AREAS) == layers[::-1]
    assert {path.name for path in packages(PORTAL)} == {*AREAS}


def test_every_package_says_what_it_is_in_a_sentence() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for folder in (PORTAL, ROOT / "sandbox", ROOT / "demo")
        for path in folder.rglob("__init__.py")
        if not path.read_text().startswith('"""')
    ]
    assert silent == []
