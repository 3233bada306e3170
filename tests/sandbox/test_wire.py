"""Stripe's forms: brackets in, typed values out, strangers refused."""

from urllib.parse import urlencode

import pytest
from hypothesis import given, strategies as st
from stripe._encode import _api_encode

from sandbox.wire import StripeRefusal, decode, moment_range, need, read, text, whole

WORDS = st.text(st.characters(categories=("L",)), min_size=1, max_size=8)
TREES = st.dictionaries(
    WORDS,
    st.recursive(
        st.text(min_size=1, max_size=8).filter(str.isprintable),
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(WORDS, inner, min_size=1, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@given(TREES)
def test_what_the_client_encodes_comes_back(tree: dict):
    assert decode(urlencode(list(_api_encode(tree)))) == tree


def test_empty_brackets_append():
    assert decode(b"expand[]=a&expand[]=b&c=") == {"expand": ["a", "b"], "c": ""}


@pytest.mark.parametrize("form", [b"a=1&a[b]=2", b"\xff\xfe=%ff", b"[[[]]]=1&]=2", b"a[b=1"])
def test_nonsense_is_refused_or_read_but_never_breaks(form: bytes):
    try:
        read(decode(form), {"a": {"b": whole}})
    except StripeRefusal as refusal:
        assert refusal.body()["error"]["type"] == "invalid_request_error"


def test_a_stranger_is_named_with_its_path():
    with pytest.raises(StripeRefusal) as refusal:
        read({"items": [{"name": "x"}, {"colour": "red"}]}, {"items": [{"name": text}]})
    assert (refusal.value.param, refusal.value.code) == ("items[1][colour]", "parameter_unknown")


@pytest.mark.parametrize("value", ["", "1.5", "1e3", "１", "nan", " 1", "9" * 19, ["1"]])
def test_a_number_is_digits_only(value: object):
    with pytest.raises(StripeRefusal):
        whole(value, "amount")


def test_moments_may_be_exact_or_a_range():
    assert moment_range("5", "created") == {"gte": 5, "lte": 5}
    assert moment_range({"gt": "5"}, "created") == {"gt": 5}


def test_a_needed_parameter_is_named_when_missing():
    with pytest.raises(StripeRefusal, match=r"line_items\[0\]\[quantity\]"):
        need({}, "quantity", "line_items[0]")
