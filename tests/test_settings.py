"""Whatever would be unsafe with real money refuses to start, and says what to change."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.platform.process.settings import Settings, Unusable, load, ready_for_data, ready_to_serve

PRODUCTION = {
    "PORTAL_ENV": "production",
    "PORTAL_BASE_URL": "https://portal.example",
    "PORTAL_SECRET_KEY": "k" * 40,
    "DATABASE_URL": "postgres://app@db/portal",
    "STRIPE_API_KEY": "sk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_x",
    "SMS_URL": "https://sms.example/send",
}
MAIL = {"SMTP_HOST": "mail.example", "SMTP_FROM": "a@mail.example", "SMTP_USER": "u", "SMTP_PASSWORD": "smtp-pass"}


def read(folder: Path, values: dict[str, str]) -> Settings:
    return load({"PORTAL_DATA": str(folder), **values})


def test_a_complete_production_starts(tmp_path: Path) -> None:
    assert not ready_to_serve(read(tmp_path, PRODUCTION)).sandbox


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"PORTAL_SECRET_KEY": ""}, "PORTAL_SECRET_KEY"),
        ({"PORTAL_SECRET_KEY": "short"}, "PORTAL_SECRET_KEY"),
        ({"PORTAL_BASE_URL": ""}, "PORTAL_BASE_URL"),
        ({"PORTAL_BASE_URL": "http://portal.example"}, "https"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"STRIPE_API_KEY": ""}, "STRIPE_API_KEY"),
        ({"STRIPE_API_KEY": "sk_test_x"}, "STRIPE_API_KEY"),
        ({"STRIPE_WEBHOOK_SECRET": ""}, "STRIPE_WEBHOOK_SECRET"),
        ({"STRIPE_API_BASE": "http://127.0.0.1:8421"}, "STRIPE_API_BASE"),
        ({"SMS_URL": ""}, "SMS_URL"),
        ({"SMS_URL": "http://127.0.0.1:8421/sandbox/sms"}, "SMS_URL"),
        ({"SMS_ACCESS_KEY_ID": "LTAI", "SMS_SIGN_NAME": "明白"}, "SMS_ACCESS_KEY_SECRET"),
        ({"SMS_ACCESS_KEY_ID": "LTAI", "SMS_ACCESS_KEY_SECRET": "s"}, "SMS_SIGN_NAME"),
        ({"VAPID_PRIVATE_KEY": "k"}, "VAPID_SUBJECT"),
        ({"VAPID_PUSH_BASE": "http://127.0.0.1:8421"}, "VAPID_PUSH_BASE"),
        ({"WECHAT_APP_ID": "wx", "WECHAT_TEMPLATE": "t"}, "WECHAT_APP_SECRET"),
        ({"WECHAT_BASE": "http://127.0.0.1:8421"}, "WECHAT_BASE"),
        ({"SMTP_HOST": "mail.example"}, "SMTP_FROM"),
        (MAIL | {"SMTP_PASSWORD": ""}, "SMTP_PASSWORD"),
        (MAIL | {"SMTP_TLS": "none"}, "SMTP_TLS"),
        (MAIL | {"SMTP_TLS": "ssl"}, "SMTP_TLS"),
        ({"PORTAL_LOG": "loud"}, "PORTAL_LOG"),
        ({"SMS_TEMPLATES": "sign_in"}, "SMS_TEMPLATES"),
        ({"PORTAL_NOW": "2026-11-23T10:00:00+08:00"}, "PORTAL_NOW"),
        ({"PORTAL_ENV": "staging"}, "PORTAL_ENV"),
    ],
)
def test_an_unsafe_production_refuses_and_names_the_setting(tmp_path: Path, change: dict[str, str], says: str) -> None:
    with pytest.raises(Unusable, match=says):
        ready_to_serve(read(tmp_path, PRODUCTION | change))


@pytest.mark.parametrize(
    ("given", "tls"),
    [
        ({}, "none"),
        ({"SMTP_PORT": "465"}, "tls"),
        ({"SMTP_PORT": "587"}, "starttls"),
        ({"SMTP_PORT": ""}, "none"),
        (MAIL, "starttls"),
        (MAIL | {"SMTP_PORT": "465"}, "tls"),
        (MAIL | {"SMTP_PORT": "465", "SMTP_TLS": "starttls"}, "starttls"),
        ({"SMTP_PORT": "587", "SMTP_TLS": "none"}, "none"),
    ],
)
def test_mail_is_encrypted_as_its_port_says_unless_it_is_said(tmp_path: Path, given: dict[str, str], tls: str) -> None:
    assert read(tmp_path, PRODUCTION | given).smtp_tls == tls


@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "INFO"),
        ({"PORTAL_LOG": "warning"}, "WARNING"),
        ({"PORTAL_ENV": "sandbox"}, "WARNING"),
        ({"PORTAL_LOG": ""}, "INFO"),
    ],
)
def test_production_tells_its_log_what_it_does_unless_it_is_told_otherwise(
    tmp_path: Path, given: dict[str, str], level: str
) -> None:
    assert read(tmp_path, PRODUCTION | given).log == level


def test_the_days_budget_of_codes_can_be_set(tmp_path: Path) -> None:
    assert read(tmp_path, PRODUCTION).sms_daily_codes == 10_000
    assert read(tmp_path, PRODUCTION | {"SMS_DAILY_CODES": "500"}).sms_daily_codes == 500


def test_without_any_setting_nothing_touches_data(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="DATABASE_URL"):
        ready_for_data(read(tmp_path, {}))


def test_the_embedded_server_in_production_must_be_asked_for(tmp_path: Path) -> None:
    without = {name: value for name, value in PRODUCTION.items() if name != "DATABASE_URL"}
    assert ready_for_data(read(tmp_path, without | {"PORTAL_EMBEDDED": "1"})).embedded


def test_plain_http_is_for_this_machine_only(tmp_path: Path) -> None:
    sandbox = {"PORTAL_ENV": "sandbox", "PORTAL_SECRET_KEY": "k" * 40}
    assert ready_to_serve(read(tmp_path, sandbox | {"PORTAL_BASE_URL": "http://127.0.0.1:8000"}))
    with pytest.raises(Unusable, match="http"):
        ready_to_serve(read(tmp_path, sandbox | {"PORTAL_BASE_URL": "http://portal.example"}))


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "portal.env").write_text("# made by hand\nPORTAL_ENV=sandbox\nSMTP_PORT=2525\n")
    found = read(tmp_path, {"PORTAL_ENV": "test"})
    assert (found.env, found.smtp_port) == ("test", 2525)


def test_the_business_clock_may_be_set_without_naming_a_zone(tmp_path: Path) -> None:
    given = read(tmp_path, {"PORTAL_NOW": "2026-11-23T23:30:00"}).starts_at
    assert given is not None
    assert given.isoformat() == "2026-11-23T23:30:00+08:00"


def test_a_secret_never_shows_in_a_log_or_a_trace(tmp_path: Path) -> None:
    secrets = {
        "DATABASE_WORKER_URL": "postgres://w:pass1@db/portal",
        "DATABASE_ADMIN_URL": "postgres://a:pass2@db/portal",
    }
    shown = repr(read(tmp_path, PRODUCTION | secrets | MAIL))
    told = (
        *secrets.values(),
        MAIL["SMTP_PASSWORD"],
        *(PRODUCTION[name] for name in PRODUCTION if name.startswith(("PORTAL_S", "STRIPE", "DATA"))),
    )
    assert [secret for secret in told if secret in shown] == []
