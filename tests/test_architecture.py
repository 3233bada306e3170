"""docs/architecture.md and docs/decisions say what the code is: its areas in their order, its files, its functions."""

from __future__ import annotations

import ast
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/architecture.md").read_text()
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
ORDER = {contract["containers"][0]: contract["layers"] for contract in CONTRACTS if contract["type"] == "layers"}
PLACE = re.compile(r"`((?:portal|sandbox|demo|tests|templates|static|docs)/[\w./]+)(?:::(\w+))?`")
HEADINGS = ["Context", "Decision", "What it costs", "What would make us decide again"]


def test_the_picture_has_the_areas_in_their_order() -> None:
    arrows = [re.findall(r"\w+", line) for line in PAGE.splitlines() if " --> " in line]
    below = {upper: lower for line in arrows for upper, lower in pairwise(line)}
    drawn = ["run"]
    while drawn[-1] in below:
        drawn.append(below[drawn[-1]])
    assert drawn == ORDER["portal"]
    assert len(below) == len(drawn) - 1, "an arrow of the picture leads past the order"


def test_the_table_has_the_slices_of_each_area_in_their_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (.*?) ?\|$", PAGE, re.M)
    assert [area for area, _slices in rows] == ORDER["portal"]
    for area, slices in rows:
        assert re.findall(r"`(\w+)`", slices) == ORDER.get(f"portal.{area}", []), area


@pytest.mark.parametrize("page", [ROOT / "docs/architecture.md", *DECISIONS], ids=lambda page: page.stem)
def test_what_a_page_points_at_is_there(page: Path) -> None:
    found = PLACE.findall(page.read_text())
    assert found, "a page that points at nothing says nothing of this code"
    for place, name in found:
        assert (ROOT / place).exists(), place
        if name:
            assert name in {getattr(node, "name", "") for node in ast.parse((ROOT / place).read_text()).body}, name


def test_each_decision_has_its_four_parts_on_a_short_page() -> None:
    listed = re.findall(r"\]\((.+?\.md)\)", (ROOT / "docs/decisions/README.md").read_text())
    assert listed == [page.name for page in DECISIONS]
    for page in DECISIONS:
        assert re.findall(r"^## (.+)$", page.read_text(), re.M) == HEADINGS, page.name
        assert len(page.read_text().split()) < 500, f"{page.name} is longer than a page"
