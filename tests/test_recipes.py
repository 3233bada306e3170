"""The recipes of CONTRIBUTING.md name files that are there, and leave out none that knows what they add."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()
RECIPES = dict(re.findall(r"^### To add (.+?)\n(.+?)(?=^### |^## |\Z)", TEXT, re.M | re.S))
FILE = re.compile(r"`((?:[\w.-]+/)+[\w.-]*|[\w-]+\.md)`")
CHOSEN = re.compile(r"`[^`]*<[^`]*`")  # a name that somebody chooses
HERE = (
    "portal/**/*",
    "sandbox/**/*",
    "demo/**/*",
    "templates/**/*",
    "locale/**/*",
    "docs/files.md",
    "tests/*",
    "SECURITY.md",
)
KINDS = {".py", ".sql", ".csv", ".html", ".txt", ".typ", ".po", ".md", ".js"}
# What there is already of each kind, as the code writes it; and files that know it, but need nothing for another.
ONE_OF_THEM: dict[str, tuple[str, frozenset[str]]] = {
    "a payment channel": ("doorstep", frozenset()),
    "a way to pay online": ("wechat_pay", frozenset()),
    "a dispute reason": ("wrong_quantity", frozenset()),
    "a role": (r'"legal"|clerk, steward', frozenset()),
    "an act": (r"WORKING_DAY_SET|working_day_set|set_calendar\b|set_working_day\(", frozenset()),
    "a field to a form": (
        "happened_on",
        frozenset({"portal/arrears/limitation/queries.py"}),  # when the time of a debt began anew
    ),
    "a fact to a paper": (r"\.typ\"", frozenset({"tests/test_terms.py", "tests/test_words.py"})),
    "a field of an import": ("stairwell", frozenset()),
    "a duty of disclosure": ("committee_payments", frozenset()),
    "a language": (
        r"\bENGLISH,|\b_FOLDER\b|language\(\) ==|language == |= \"zh-CN\"$|\"lang\": \"en\"|LANGUAGE = ",
        frozenset(
            {
                "portal/accounts/disclosures/documents.py",  # a paper in two languages at once
                "portal/records/reading/words.py",  # what the English column of a file is for
                "portal/collection/letter_queue/actions.py",  # shows a reason in both, and keeps it in all there are
                "demo/people.py",
            }
        ),
    ),
    "a notice": ("NoticeKind.phone_left|phone_left =", frozenset({"portal/signin/phone_change/actions.py"})),
    "a way to people": (
        r"wechat_(app|openid|template|base)|connect_wechat|Channel\.wechat|[\"/]wechat\"|\bWECHAT_|send_wechat",
        frozenset(),
    ),
    "a report": ("promise_report", frozenset()),
    "a job": (r"sweep_imports|write_letters|late_charges\.jobs", frozenset()),
    "an invariant": ("I-H2", frozenset()),
}


def named(recipe: str) -> set[str]:
    """The files and folders that a recipe names."""
    return {name for name in FILE.findall(CHOSEN.sub("", RECIPES[recipe])) if "/" in name or name.endswith(".md")}


def knowing(word: str) -> set[str]:
    """Every file of the product, its words, its documents and what all tests share in which the pattern stands."""
    found = {path for place in HERE for path in ROOT.glob(place) if path.suffix in KINDS and path.is_file()}
    ours = (path for path in found if path != Path(__file__) and "migrations" not in path.parts)  # landed ones stay
    return {path.relative_to(ROOT).as_posix() for path in ours if re.search(word, path.read_text(), re.M)}


def test_there_are_recipes_for_all_that_is_added_again_and_again() -> None:
    assert set(ONE_OF_THEM) <= set(RECIPES) and len(RECIPES) == len(ONE_OF_THEM) + 3


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_file_of_a_recipe_is_there(recipe: str) -> None:
    assert named(recipe), "a recipe without a file says nothing"
    assert not [name for name in named(recipe) if not (ROOT / name).exists()]


@pytest.mark.parametrize("recipe", ONE_OF_THEM)
def test_no_file_that_knows_one_of_them_is_left_out(recipe: str) -> None:
    word, other = ONE_OF_THEM[recipe]
    know = knowing(word)
    assert len(know) > 1, f"nothing knows {word} any more: take another"
    assert other <= know
    assert know - other - named(recipe) == set()


def test_a_file_that_is_left_out_would_be_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    shorter = RECIPES["a payment channel"].replace("`portal/money/payments/documents.py`", "")
    monkeypatch.setitem(RECIPES, "a payment channel", shorter)
    with pytest.raises(AssertionError, match="documents"):
        test_no_file_that_knows_one_of_them_is_left_out("a payment channel")
