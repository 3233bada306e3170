"""A log tells where and what kind, and nothing that somebody wrote (F-81)."""

import logging
import sys

import pytest

from portal.platform.process.log_lines import Discreet, set_up, tellable, traced

NAME, PHONE = "陈静", "13800138000"


class Unique(Exception):
    """As asyncpg words it."""

    sqlstate, table_name, constraint_name = "23505", "human", "human_phone_key"


def failed(error: BaseException) -> BaseException:
    """As if it had happened."""
    try:
        raise error
    except BaseException as raised:
        return raised


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (KeyError("陈静"), "…"),
        (ValueError("invalid literal for int() with base 10: 'geheim'"), "invalid literal for int… with base 10: …"),
        (ValueError("no home 1栋101 of +8619900000101 here"), "no home … of … here"),
        (ValueError("Token ab12345-secret-xyz is over"), "Token … is over"),
        (ValueError("an 'open quote 陈"), "an …"),
        (Unique("duplicate key\nDETAIL:  Key (phone)=(+8619900000101) already exists."), "23505 human human_phone_key"),
        (RuntimeError("not inside a unit of work"), "not inside a unit of work"),
    ],
)
def test_values_are_left_out_and_the_kind_of_trouble_stays(error: Exception, told: str) -> None:
    assert tellable(error) == told


def test_causes_are_traced_with_their_places() -> None:
    try:
        try:
            raise KeyError(PHONE)
        except KeyError as first:
            raise ExceptionGroup("several", [failed(ValueError(f"'{NAME}'"))]) from first
    except ExceptionGroup as error:
        told = traced(error)
    assert "KeyError: …" in told and "ExceptionGroup: several" in told and "ValueError: …" in told
    assert "test_log_lines.py" in told and NAME not in told and PHONE not in told


def test_an_exception_that_is_its_own_cause_ends() -> None:
    error = failed(ValueError("x"))
    error.__cause__ = error
    assert traced(error).count("ValueError: x") == 1


def test_what_came_from_outside_begins_no_line_of_its_own() -> None:
    record = logging.LogRecord("portal", logging.ERROR, "", 1, "%s failed", ("/x\r\nERROR forged",), None)
    try:
        raise KeyError("陈静")
    except KeyError:
        record.exc_info = sys.exc_info()
    first, *trace = Discreet().format(record).splitlines()
    assert first.endswith("ERROR portal: /x\\r\\nERROR forged failed")
    assert trace[-1] == "KeyError: …"


def test_setting_up_twice_logs_once() -> None:
    root = logging.getLogger()
    before = list(root.handlers)
    try:
        set_up()
        set_up()
        assert len(root.handlers) == len(before) + 1
    finally:
        root.handlers[:] = before
