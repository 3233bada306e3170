"""The arithmetic of codes, limits and time steps."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, strategies as st

from portal.kit.errors import Invalid
from portal.people.persons.rules import device, masked
from portal.signin.owners import rules
from portal.signin.owners.rules import Limit, wait
from portal.signin.staff import passwords

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TWO_A_MINUTE = (Limit(2, timedelta(minutes=1)),)


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def test_the_next_is_allowed_when_the_oldest_has_left_the_window() -> None:
    assert wait([], TWO_A_MINUTE, NOW) is None
    assert wait([ago(10)], TWO_A_MINUTE, NOW) is None
    assert wait([ago(40), ago(10)], TWO_A_MINUTE, NOW) == timedelta(seconds=20)
    assert wait([ago(60), ago(10)], TWO_A_MINUTE, NOW) is None


def test_of_two_limits_the_longer_wait_counts() -> None:
    limits = (Limit(1, timedelta(seconds=60)), Limit(3, timedelta(hours=1)))
    assert wait([ago(3000), ago(2000), ago(10)], limits, NOW) == timedelta(seconds=600)


@given(st.lists(st.integers(0, 7200), max_size=400))
def test_no_window_ever_holds_more_than_its_most(knocks: list[int]) -> None:
    let_in: list[datetime] = []
    for moment in sorted(NOW + timedelta(seconds=s) for s in knocks):
        if wait(let_in, rules.SENDS_A_NUMBER, moment) is None:
            let_in.append(moment)
    assert bool(let_in) == bool(knocks)
    for start in let_in:
        assert sum(start <= event < start + timedelta(hours=1) for event in let_in) <= 5


def test_people_are_told_whole_minutes() -> None:
    assert [rules.minutes(timedelta(seconds=s)) for s in (1, 60, 61, 3600)] == [1, 1, 2, 60]


def test_a_code_is_kept_with_its_salt_and_the_secret() -> None:
    kept = rules.code_hmac("secret", "salt", "012345")
    assert kept == rules.code_hmac("secret", "salt", "012345") and "012345" not in kept
    assert kept not in (rules.code_hmac("other", "salt", "012345"), rules.code_hmac("secret", "pepper", "012345"))
    assert rules.six_digits(42) == "000042"


def test_a_time_code_counts_one_step_around_now_and_once() -> None:
    secret = pyotp.random_base32()
    step, totp = rules.time_step(NOW), pyotp.TOTP(secret)
    for away, fits in ((-2, False), (-1, True), (0, True), (1, True), (2, False)):
        code = totp.generate_otp(step + away)
        assert (rules.matching_step(secret, code, NOW, None) == step + away) is fits
    assert rules.matching_step(secret, totp.generate_otp(step), NOW, last=step) is None
    assert rules.matching_step(secret, totp.generate_otp(step + 1), NOW, last=step) == step + 1


@pytest.mark.parametrize(
    ("peer", "forwarded", "counted"),
    [
        ("9.9.9.9", None, "9.9.9.9"),
        ("9.9.9.9", "8.8.8.8", "9.9.9.9"),
        ("127.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("10.0.0.3", "nonsense", "10.0.0.3"),
        ("2400:3200::1:2:3:4", None, "2400:3200::/64"),
        ("::ffff:8.8.8.8", None, "8.8.8.8"),
        ("", None, "unknown"),
        ("127.0.0.1", None, rules.THIS_MACHINE),
        ("127.0.0.1", "8.8.8.8:443", "8.8.8.8"),
        ("127.0.0.1", "[2400:3200::1]:443", "2400:3200::/64"),
        ("127.0.0.1", "2400:3200::1", "2400:3200::/64"),
        ("::1", "nonsense", "::/64"),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1"),
        ("10.0.0.3", "::1", "10.0.0.3"),
    ],
)
def test_only_our_own_proxy_may_name_another_address(peer: str, forwarded: str | None, counted: str) -> None:
    assert rules.network(peer, forwarded) == counted


@pytest.mark.parametrize(
    "password",
    [
        "short1234",
        "x" * 129,
        "password1234",
        "WoAiNi1314520",
        "123456123456",
        "qwertyuiopas",
        "wang-liwang-li",
        "aaaabbbbaaaa",
    ],
)
def test_passwords_that_anybody_would_try_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_password(password, "wang-li")


@pytest.mark.parametrize(
    "password", ["correct horse battery", "马克杯 雨伞 长颈鹿 三号楼", "k8#vPq2!mZ0w", "x7" + "ab9" * 10 + "!"]
)
def test_long_and_uncommon_passwords_of_any_script_are_fine(password: str) -> None:
    passwords.check_password(password, "wang-li")


def test_a_phone_is_shown_without_its_middle_and_a_device_by_its_name() -> None:
    assert masked("+8613800138000") == "+86138****8000"
    assert device("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) AppleWebKit Safari MicroMessenger/8") == "iPhone · WeChat"
    assert device("curl/8") == ""
