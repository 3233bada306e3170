"""Templates place and word things: no inline style or script, no deciding, no dead macros."""

import re
from pathlib import Path

import pytest

from portal.web.pages.assets import Assets
from portal.web.pages.templating import TEMPLATES, environment

FILES = sorted(TEMPLATES.rglob("*.html"))
FRAMES = ("layouts", "ui", "errors")
NAMES = [f.relative_to(TEMPLATES).as_posix() for f in FILES]
SCRIPT = re.compile(r"""\sstyle=|<style|\son[a-z]+=["']|hx-on|javascript:|\|\s*safe|hx-(?!get|post|target|swap|trigger|push-url|sync|indicator|ignore)[a-z-]+="?""")  # fmt: skip  # noqa: E501
# What `_()` is given counts as HTML and as a format string: only our own words, never a value.
SPEAKS = re.compile(r"""(?<![\w.])(?:_|n?p?gettext)\(\s*(?!["'])""")
DECIDES = re.compile(r"{%-?\s*(?:el)?if[^%]*\bstate(?:\.value)?\s*(?:==|!=|in\b)")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(name: str) -> None:
    environment(Assets()).get_template(name)


@pytest.mark.parametrize("file", FILES, ids=NAMES)
def test_a_template_neither_styles_nor_scripts_nor_decides(file: Path) -> None:
    text = file.read_text()
    if file.name == "_flash.html":
        text = text.replace(' hx-swap-oob="true"', "")
    assert not SCRIPT.findall(text)
    assert not DECIDES.findall(text)
    assert not SPEAKS.findall(text), "a marked sentence in a value is `value | translated`"


FRAGMENTS = [
    file
    for file in FILES
    if file.name.startswith("_") and file.parent.name not in FRAMES and "{% macro" not in file.read_text()
]


@pytest.mark.parametrize("file", FRAGMENTS, ids=lambda file: file.relative_to(TEMPLATES).as_posix())
def test_a_fragment_has_one_root_with_an_id(file: Path) -> None:
    text = re.sub(r"{#.*?#}|{%.*?%}", "", file.read_text(), flags=re.S).strip()
    assert re.match(r"<\w+[^>]*\sid=", text), text[:80]
