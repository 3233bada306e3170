"""How lists are cut into pages."""

from __future__ import annotations

from hypothesis import given, strategies as st

from portal.kit.display import offset, pages


@given(st.integers(0, 10_000), st.integers(1, 100))
def test_every_thing_stands_on_exactly_one_page(found: int, each: int) -> None:
    shown = [range(found)[offset(page, each) : offset(page, each) + each] for page in range(1, pages(found, each) + 1)]
    assert [number for page in shown for number in page] == list(range(found))
    assert all(shown[1:]), "only an empty list has an empty page"


def test_a_page_before_the_first_is_the_first() -> None:
    assert [offset(page, 20) for page in (-3, 0, 1, 2)] == [0, 0, 0, 20]
