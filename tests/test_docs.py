"""What the project's texts point at is in the project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from portal.money.stripe.gateway import API_VERSION
from portal.money.stripe_events.actions import NEEDS_A_PERSON
from portal.overview.health.queries import Health

ROOT = Path(__file__).parents[1]
NOT_OURS = {".git", ".venv", ".pytest_cache", "var", "build"}  # a machine may have the source without git
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PAPER = re.compile(r"(?<![\w./-])((?:[\w-]+/)*[\w-]+\.md)\b")
# What is said beside code: a comment, a docstring. Of a document it is all of it.
REMARKS = {
    ".py": re.compile(r'""".*?"""|(?:^|(?<=\s))#[^\n]*', re.DOTALL),
    ".sql": re.compile(r"--[^\n]*"),
    ".html": re.compile(r"\{#.*?#\}", re.DOTALL),
    ".yml": re.compile(r"#[^\n]*"),
    ".toml": re.compile(r"#[^\n]*"),
    ".md": re.compile(r".+", re.DOTALL),
}
MADE_UP = ("tests/demo", "tests/records")  # files that these tests write
KINDS = r"(?:py|sql|csv|typ|html|css|js|po|svg)"
FILE = re.compile(rf"(?<![\w./<>*{{}}-])(?:[\w-]+/)+[\w.-]+\.{KINDS}\b")
FOLDER = re.compile(
    r"(?<![\w./<>*{}-])(?:portal|sandbox|demo|templates|tests|static|locale|docs|docker)/[\w/-]+(?![\w/<*{-]|\.\w)"
)
DOTTED = re.compile(r"(?<![\w./@-])portal(?:\.[a-zA-Z_]\w*)+")
WITHIN = re.compile(r"`((?:portal|sandbox|demo|templates)/[\w/]+\.\w+)` \(((?:`[\w.]+`(?:, )?)+)\)")
FILES_OF_NO_MODULE = {"portal.env", "portal.dump", "portal.js"}
GLOSSARY_ROW = re.compile(r"\| `(\w+)(?:\.(\w+))?` in `([\w/]+)` \|")
MODULE_ROW = re.compile(r"^\| ([a-z][\w/, ]+) \| `(\w+)` \|", re.MULTILINE)


def texts() -> list[Path]:
    """Every file of the project that people read, but for the change log, which tells of what is gone."""
    kinds = {".py", ".md", ".sql", ".html", ".yml", ".csv", ".toml", ".env"}
    ours = (path for path in ROOT.rglob("*") if path.suffix in kinds and path.name != "CHANGELOG.md")
    return [path for path in ours if not NOT_OURS & set(path.relative_to(ROOT).parts[:-1])]


def test_every_paper_that_is_named_is_there() -> None:
    known = {path.name for path in texts() if path.suffix == ".md"} | {"CHANGELOG.md"}
    named = {(path, paper) for path in texts() if path.exists() for paper in PAPER.findall(path.read_text())}
    assert len(named) > 10
    assert not [(str(path.relative_to(ROOT)), paper) for path, paper in named if Path(paper).name not in known]


def test_every_link_in_a_document_leads_somewhere() -> None:
    links = [(path, link) for path in texts() if path.suffix == ".md" for link in LINK.findall(path.read_text())]
    assert len(links) > 5
    assert not [(path.name, link) for path, link in links if not (path.parent / link).exists()]


def test_every_field_that_monitors_see_is_explained_to_whoever_looks() -> None:
    table = (ROOT / "docs/operate.md").read_text()
    assert not [field.name for field in fields(Health) if f"`{field.name}`" not in table]


def test_the_webhook_is_set_up_for_what_the_program_reads() -> None:
    """Events of another version change nothing, so whoever upgrades the client must say so here."""
    said = (ROOT / "docs/operate.md").read_text()
    assert f"**{API_VERSION}**" in said
    assert not [
        kind for kind in (*NEEDS_A_PERSON, "checkout.session.") if f"`{kind}" not in said.replace("refunded", "refund.")
    ]


def remarks() -> Iterator[tuple[str, str]]:
    """Each comment, docstring and document, with the file it stands in."""
    for path in texts():
        name = str(path.relative_to(ROOT))
        if path.suffix in REMARKS and "migrations" not in path.parts and not name.startswith(MADE_UP):
            yield from ((name, remark) for remark in REMARKS[path.suffix].findall(path.read_text()))


def missing_files(remark: str, tree: set[str]) -> list[str]:
    """The files and folders that a remark names and that `tree`, every path and every end of one, does not have."""
    named = FILE.findall(remark) + [folder.rstrip("/") for folder in FOLDER.findall(remark)]
    return [path for path in named if path not in tree]


def missing_names(remark: str) -> list[str]:
    """The dotted names of the program in a remark that lead nowhere."""
    return [name for name in DOTTED.findall(remark) if name not in FILES_OF_NO_MODULE and not leads_somewhere(name)]


def leads_somewhere(name: str) -> bool:
    """Whether it is a module or a package, or something that one of them declares, with what that has inside."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        module, rest = ROOT.joinpath(*parts[:n]), parts[n:]
        for file in (module.with_suffix(".py"), module / "__init__.py"):
            if file.exists():
                first = rf"^(?:(?:async )?def |class |(?:\w+, )*){rest[0]}\b" if rest else ""
                within = [first, *(rf"\b{part}\b" for part in rest[1:])]
                return all(re.search(one, file.read_text(), re.MULTILINE) for one in within)
    return False


def tree() -> set[str]:
    """Every path of the project from its root on, and every shorter end of one: `runs/tables.py` is one of those."""
    paths = [path.relative_to(ROOT) for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return {"/".join(path.parts[first:]) for path in paths for first in range(len(path.parts))}


def test_what_is_named_and_gone_is_found() -> None:
    assert missing_files(
        "see `portal/gone/rules.py`, runs/tables.py and portal/fees.", {"runs/tables.py", "portal/fees"}
    ) == ["portal/gone/rules.py"]
    assert missing_files("as portal/rates does (portal/<slice>/rules.py)", set()) == ["portal/rates"]
    said = "portal.kit.money.Money.share, portal.fees.bills, portal.env, portal.owners and portal.kit.money.fen"
    assert missing_names(said) == ["portal.owners", "portal.kit.money.fen"]


def test_every_file_that_is_named_is_there() -> None:
    there = tree()
    said = [(where, remark) for where, remark in remarks() if where != "docs/interface.md"]  # it names addresses
    assert not [(where, path) for where, remark in said for path in missing_files(remark, there)]


def test_every_name_of_the_program_that_is_named_is_there() -> None:
    assert not [(where, name) for where, remark in remarks() for name in missing_names(remark)]


def test_what_a_document_says_of_a_file_stands_in_it() -> None:
    """`portal/fees/tariffs/amounts.py` (`split`): the file has the word."""
    documents = [path for path in texts() if path.suffix == ".md"]
    said = [
        (file, name)
        for path in documents
        for file, names in WITHIN.findall(path.read_text())
        for name in re.findall(r"[\w.]+", names)
    ]
    assert len(said) > 10
    assert not [one for one in said if not all(word in (ROOT / one[0]).read_text() for word in one[1].split("."))]


def test_every_word_of_the_glossary_has_its_name_in_the_code() -> None:
    found = GLOSSARY_ROW.findall((ROOT / "docs/glossary.md").read_text())
    assert 30 <= len(found) <= 60
    assert not [row for row in found if not declared(*row)]
    assert not declared("Bill", "due_by", "fees/receivables")
    assert not declared("Bill", "", "fees/bills")


def declared(name: str, member: str, slice_: str) -> bool:
    """Whether a file of the slice declares the class, and in it the member."""
    folder = ROOT / "portal" / slice_
    bodies = [
        body
        for path in folder.glob("*.py")
        for body in re.findall(rf"^class {name}\b.*?(?=^\S|\Z)", path.read_text(), re.DOTALL | re.MULTILINE)
    ]
    return any(not member or re.search(rf"^    (?:def )?{member}\b", body, re.MULTILINE) for body in bodies)


def test_every_module_of_the_glossary_is_there() -> None:
    rows = MODULE_ROW.findall((ROOT / "docs/glossary.md").read_text())
    assert len(rows) > 100
    wanted = [(place, name) for places, name in rows for place in places.removesuffix(" and others").split(", ")]
    assert not [one for one in wanted if not (ROOT / "portal" / one[0] / f"{one[1]}.py").exists()]
