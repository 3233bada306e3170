"""No cell of ours becomes a formula, and numbers stay numbers (F-75)."""

import csv
import io

from hypothesis import example, given, strategies as st

from portal.kit.money import Money
from portal.platform.documents.sheet import csv_bytes, safe_cell

words = st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"))


@given(words | st.tuples(st.sampled_from("=+-@\t\r\n＝＋－＠"), words).map("".join))
@example("=1+1")
@example("@SUM(A1)")
@example("\t=1")
def test_no_text_cell_begins_like_a_formula(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert cell in (text, f"'{text}")


@given(st.integers(-(10**12), 10**12))
def test_sums_stay_numbers_in_yuan(fen: int) -> None:
    assert safe_cell(Money(fen)) == f"{Money(fen).yuan:.2f}"
    assert float(safe_cell(Money(fen))) == fen / 100


@given(st.lists(st.tuples(words, st.integers(0, 10**9).map(Money)), max_size=5))
def test_a_file_reads_back_as_it_was_written(rows: list[tuple[str, Money]]) -> None:
    file = csv_bytes(["名称", "金额"], rows)
    assert file.startswith(b"\xef\xbb\xbf")
    back = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
    assert back[1:] == [[safe_cell(name), str(sum_)] for name, sum_ in rows]


def test_what_is_unknown_is_empty_and_not_zero() -> None:
    assert safe_cell(None) == "" and safe_cell(Money(0)) == "0.00"
