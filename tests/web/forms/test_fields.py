"""What people type, and what it means."""

from datetime import date
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given, strategies as st
from litestar.datastructures import FormMultiDict

from portal.kit.errors import Invalid
from portal.kit.i18n import N_
from portal.kit.language import speak
from portal.kit.money import Money
from portal.web.forms.forms import Choice, Code, Day, Form, Many, Phone, Photos, Secret, Text, Tick, Whole, Yuan


class Colour(StrEnum):
    red = "red"
    deep_blue = "deep_blue"


class AllForm(Form):
    yuan = Yuan("y", required=False)
    capped = Yuan("c", required=False, most=Money(10_000))
    whole = Whole("w", required=False, least=2, most=12)
    day = Day("d", required=False)
    phone = Phone("p", required=False)
    code = Code("k", required=False)
    secret = Secret("s", required=False)
    text = Text("t", required=False, most=10)
    long = Text("l", required=False, lines=3)
    choice = Choice("c", Colour, required=False)
    pick = Choice("o", [("a", "A")], required=False)
    many = Many("m", required=False)
    photos = Photos("ph", most=5)
    tick = Tick("i", required=False)


def read(name: str, typed: object) -> tuple[object, AllForm]:
    form = AllForm(FormMultiDict([(name, typed)]))
    form.validate()
    return form[name].data, form


@pytest.mark.parametrize("name", ["yuan", "whole", "day", "phone", "code", "secret", "text", "choice", "pick"])
def test_two_different_values_for_one_field_are_neither(name: str) -> None:
    good = {"yuan": "1", "whole": "3", "day": "2026-11-03", "phone": "13800138000", "code": "123456", "choice": "red"}
    one = good.get(name, "a")
    form = AllForm(FormMultiDict([(name, one), (name, one)]))
    assert form.validate() and form[name].data
    form = AllForm(FormMultiDict([(name, one), (name, "b")]))
    assert not form.validate() and form[name].data is None
    assert [field for field, _message in form.summary] == [form[name].anchor]


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("120.5", 12050),
        ("１２０．５０", 12050),
        ("12,345.6", 1234560),
        ("¥1,200.00", 120000),
        ("￥88", 8800),
        ("100元", 10000),
        ("120。50", 12050),
        (" 0.01 ", 1),
        ("9999999.99", 999999999),
        ("10000000", 1_000_000_000),
    ],
)
def test_a_sum_is_read_as_people_write_it(typed: str, fen: int) -> None:
    value, form = read("yuan", typed)
    assert not form.summary
    assert value == Money(fen)
    assert form.yuan.shown == typed


@pytest.mark.parametrize(
    "typed",
    [
        "1e3",
        "NaN",
        "Infinity",
        "1.005",
        "1,23",
        "-5",
        "+5",
        "1_000",
        "١٢٣",
        "²",
        "12.",
        ".5",
        "0x10",
        "壹佰",
        "0",
        "0.00",
        "10000000.01",
        "99999999999",
        "1 000",
        "¥",
        "元",
        "1.2.3",
        "12元5",
    ],
)
def test_what_is_no_sum_is_refused_and_comes_back(typed: str) -> None:
    _value, form = read("yuan", typed)
    assert [anchor for anchor, _text in form.summary] == ["all-yuan"]
    assert form.yuan.shown == typed


@given(st.integers(1, 1_000_000_000))
def test_every_sum_survives_being_written_and_read(fen: int) -> None:
    money = Money(fen)
    assert read("yuan", str(money))[0] == money
    assert read("yuan", f"¥{money.yuan:,.2f}")[0] == money


@given(st.text(max_size=20))
def test_whatever_is_typed_never_breaks_a_field(typed: str) -> None:
    for name in ("yuan", "whole", "day", "phone", "code", "text", "long", "choice", "many"):
        _value, form = read(name, typed)
        assert form[name].shown == typed or name == "code" or form.day.data


def test_the_bound_is_told_in_money() -> None:
    _value, form = read("capped", "100.01")
    assert form.summary == [("all-capped", "金额不能超过 ¥100.00。")]


@pytest.mark.parametrize(("typed", "n"), [("2", 2), ("１２", 12), (" 7 ", 7), ("1", None), ("13", None), ("1_0", None),
                                          ("1e1", None), ("2.0", None), ("-3", None), ("٣", None)])  # fmt: skip
def test_whole_numbers(typed: str, n: int | None) -> None:
    value, form = read("whole", typed)
    assert (value == n) if n else form.summary


@pytest.mark.parametrize(
    "typed",
    [
        "2026-11-03",
        "2026-11-3",
        "2026/11/3",
        "2026.11.03",
        "2026年11月3日",
        "２０２６年１１月３日",
        "2026 年 11 月 3 日",
    ],
)
def test_days(typed: str) -> None:
    value, form = read("day", typed)
    assert value == date(2026, 11, 3)
    assert form.day.shown == "2026-11-03"


@pytest.mark.parametrize(
    "typed", ["2026-02-30", "2026-13-01", "11/3/2026", "0026-01-01", "明天", "20261103", "2026-11-03T00:00"]
)
def test_what_is_no_day(typed: str) -> None:
    assert read("day", typed)[1].summary


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "138 0013 8000",
        "+86 138-0013-8000",
        "008613800138000",
        "8613800138000",
        "１３８００１３８０００",
        "(+86)13800138000",
    ],
)
def test_phones(typed: str) -> None:
    assert read("phone", typed)[0] == "+8613800138000"


@pytest.mark.parametrize("typed", ["1380013800", "12800138000", "138001380000", "+1 4155550100", "abc", "86138001380"])
def test_what_is_no_mobile_number(typed: str) -> None:
    assert read("phone", typed)[1].summary


def test_codes_and_passwords_are_never_shown_again() -> None:
    assert read("code", " 123 ４５６ ")[0] == "123456"
    assert read("code", "12345")[1].summary
    for name in ("code", "secret"):
        assert read(name, "123456")[1][name].shown == ""
    assert read("secret", " p w ")[0] == " p w "


def test_words_are_trimmed_counted_and_clean() -> None:
    assert read("text", "  好  ")[0] == "好"
    assert read("long", "a\r\nb\rc")[0] == "a\nb\nc"
    for name, typed in [("text", "x" * 11), ("text", "a\x00b"), ("text", "a\nb"), ("long", "a\x07b")]:
        assert read(name, typed)[1].summary, typed


def test_choices_become_members_and_refuse_the_rest() -> None:
    assert read("choice", "deep_blue")[0] is Colour.deep_blue
    assert read("choice", "green")[1].summary == [("all-choice-0", "请从列出的选项中选择一项。")]
    assert read("pick", "a")[0] == "a"
    assert read("pick", "b")[1].summary


def test_options_may_be_set_after_the_form_is_read() -> None:
    class Late(Form):
        estate = Choice("e", coerce=int)

    form = Late(FormMultiDict([("estate", "7")]))
    form.estate.options = [("7", "Seven")]
    assert form.validate() and form.estate.data == 7
    for typed in ("8", "x"):
        form = Late(FormMultiDict([("estate", typed)]))
        form.estate.options = [("7", "Seven")]
        assert not form.validate(), typed


def test_repeated_fields_are_read_once_each() -> None:
    one, two = str(UUID(int=1)), str(UUID(int=2))
    form = AllForm(FormMultiDict([("many", one), ("many", two), ("many", one)]))
    assert form.validate()
    assert form.many.data == [UUID(int=1), UUID(int=2)]
    assert form.many.chosen == {one, two}
    assert read("many", "not-an-id")[1].summary


class NeedsForm(Form):
    yuan = Yuan("y", missing=N_("Please choose one."))
    tick = Tick("t")
    many = Many("m")
    photos = Photos("p", most=5, required=True)


def test_what_is_missing_is_said_with_its_own_words_and_in_the_order_of_the_page() -> None:
    form = NeedsForm(FormMultiDict([]))
    assert not form.validate()
    assert [a for a, _t in form.summary] == ["needs-yuan", "needs-tick", "needs-many-0", "needs-photos"]
    assert form.summary[0][1] == "请选择一项。"


def test_an_action_may_blame_a_field_or_the_whole_form() -> None:
    form = NeedsForm()
    form.blame(Invalid("yuan", N_("Please choose one.")))
    form.blame(Invalid("elsewhere", N_("Please choose again.")))
    assert form.summary == [("", "所选内容无法识别，请重新选择。"), ("needs-yuan", "请选择一项。")]


def test_values_are_shown_as_someone_would_type_them() -> None:
    form = AllForm(yuan=Money(12050), day=date(2026, 11, 3), phone="+8613800138000", choice=Colour.red, whole=3)
    shown = [form[n].shown for n in ("yuan", "day", "phone", "choice", "whole", "text")]
    assert shown == ["120.50", "2026-11-03", "138 0013 8000", "red", "3", ""]


@pytest.mark.parametrize(
    ("key", "kept"), [("k" * 24, "k" * 24), ("short", None), ("<script>alert(1)</script>", None), (None, None)]
)
def test_the_one_time_key_is_read_only_if_it_is_one(key: str | None, kept: str | None) -> None:
    assert AllForm(FormMultiDict([("_once", key)] if key else [])).once == kept


def test_messages_follow_the_language() -> None:
    speak("en")
    try:
        assert read("day", "x")[1].summary == [("all-day", "Enter a day, for example 2026-11-03")]
    finally:
        speak("zh-CN")


class CheckedForm(Form):
    """A form with a check of its own on a field."""

    text = Text("t", most=3)

    def validate_text(self, field: Text) -> None:
        """Only ever sees what was read."""
        assert field.data, "asked about nothing"


@pytest.mark.parametrize("typed", ["", "\0", "\x1b[31m", "four"])
def test_a_forms_own_check_never_sees_what_could_not_be_read(typed: str) -> None:
    form = CheckedForm(FormMultiDict([("text", typed)]))
    assert not form.validate()
    assert len(form.summary) == 1
