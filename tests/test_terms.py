"""Pages, papers and messages say one Chinese term for each thing: the list is in docs/glossary.md."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPOKEN = ("locale/zh_CN/**/*.po", "templates/**/*.typ", "templates/**/*.html", "templates/**/*.txt", "portal/**/*.py",
          "demo/**/*.py")  # fmt: skip


def terms() -> dict[str, str]:
    """Every wrong term, with the one to say instead."""
    section = (ROOT / "docs/glossary.md").read_text().split("## One Chinese term")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "|" in line]
    return {wrong: say for say, _for, never in rows[2:] for wrong in re.split(r",\s*", never) if wrong}


def wrong_in(line: str, never: dict[str, str]) -> Iterator[str]:
    """The wrong terms of a line. A part of a longer right term is not wrong: 服务中心 in 物业服务中心."""
    right = [match.span() for say in set(never.values()) for match in re.finditer(say, line)]
    for wrong in never:
        for match in re.finditer(wrong, line):
            first, last = match.span()
            if not any(start <= first and last <= end for start, end in right):
                yield wrong


def test_a_wrong_term_is_found_and_a_part_of_the_right_one_is_none() -> None:
    never = {"服务中心": "物业服务中心", "欠费人": "缴费人"}
    assert list(wrong_in("请联系物业服务中心", never)) == []
    assert list(wrong_in("物业服务中心和服务中心", never)) == ["服务中心"]
    assert list(wrong_in("缴费人与欠费人", never)) == ["欠费人"]


def test_everything_is_called_by_its_one_term() -> None:
    never = terms()
    assert len(never) > 20
    files = [path for pattern in SPOKEN for path in ROOT.glob(pattern)]
    assert len(files) > 100
    lines = [(path, line) for path in files for line in path.read_text().splitlines() if not line.startswith("msgid")]
    said = [
        f"{path.relative_to(ROOT)}: {wrong} in {line}, say {never[wrong]}"
        for path, line in lines
        for wrong in wrong_in(line, never)
    ]
    assert not said, "\n".join(said)
