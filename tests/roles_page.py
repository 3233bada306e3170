"""The page docs/roles.md, made from the table of permissions: `python -m tests.roles_page > docs/roles.md`."""

from __future__ import annotations

from pathlib import Path

from babel.messages.pofile import read_po

from portal.people.persons.permissions import NOT_ADMIN, TABLE, May, Role

ROOT = Path(__file__).parents[1]
HEAD = """\
# Who may do what at the desk

This page is made from the program: `python -m tests.roles_page > docs/roles.md`. The table is `TABLE` in
[permissions.py](../portal/people/persons/permissions.py). Doors (`staff(May.…)`), queries (`by.where(May.…)`), actions
and pages (`by.may(community, May.…)`) all ask it. A test finds every other place in `portal` that names a role.

A member of staff has one role or several in each estate they work for, and may do there what one of them allows. The
door of a route lets somebody in who may do it in any estate. In which estates, the query or the action decides. What
is called `read_…` changes nothing. What has no row here is open to any member of staff, for the estates they work for:
the first page of the desk, what is due today, prices, services, published accounts, questions on them, disclosures.

## The roles

| Role | 中文 | English |
|---|---|---|
"""
ABOUT = """
An **admin** counts as every role, but for {except_}: it looks after sign-ins and settings.

The **auditor** (审计) reads what is written and writes nothing: the desk's lists and pages, receipts, letters, claims,
figures with their files, the audit trail, and who works here. Closed to it are pages that are only a form, telephone
numbers in full, what an owner wrote about their hardship, evidence packs (they quote both) and imports (their mistakes
quote the files). Who is an auditor in one estate and a manager in another is in each what they are there.

## Who may what

| What | In words |{names} |
|---|---|{lines}
"""
TAIL = """
To add a role, or something that can be done: the recipes in [CONTRIBUTING.md](../CONTRIBUTING.md).
"""


def names(language: str) -> dict[str, str]:
    """Role → what it is called in a language."""
    with (ROOT / f"locale/{language}/people/persons.po").open("rb") as lines:
        return {str(one.id): str(one.string) for one in read_po(lines) if one.context == "Role"}


def cells(what: May) -> str:
    """Who may: ● for each role, the admin's too."""
    roles = TABLE[what][1]
    held = [role in roles or (role is Role.admin and what not in NOT_ADMIN) for role in Role]
    return "".join(" ● |" if one else " |" for one in held)


def page() -> str:
    """All of it, as Markdown."""
    chinese, english = names("zh_CN"), names("en")
    roles = "\n".join(f"| `{role}` | {chinese[role]} | {english[role]} |" for role in Role)
    about = ABOUT.format(
        except_=", ".join(f"`{what}`" for what in May if what in NOT_ADMIN),
        names="".join(f" {chinese[role]} {role} |" for role in Role).rstrip(" |"),
        lines=":-:|" * len(Role),
    ).rstrip()
    rows = "\n".join(f"| `{what}` | {words} |{cells(what)}" for what, (words, _roles) in TABLE.items())
    return f"{HEAD}{roles}\n{about}\n{rows}\n{TAIL}"


if __name__ == "__main__":
    print(page(), end="")
