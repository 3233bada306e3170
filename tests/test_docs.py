"""What the project's texts point at is in the project."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from portal.money.stripe.gateway import API_VERSION
from portal.money.stripe_events.inbox import NEEDS_A_PERSON
from portal.platform.health.queries import Health

ROOT = Path(__file__).parents[1]
NOT_OURS = {".git", ".venv", ".pytest_cache", "var", "build"}  # a machine may have the source without git
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
PAPER = re.compile(r"(?<![\w./-])((?:[\w-]+/)*[\w-]+\.md)\b")


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
