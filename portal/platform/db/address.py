"""Database addresses as libpq reads them, for asyncpg: several hosts, certificates, time-outs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlencode

from portal.platform.db.engine import KEEPALIVES, OPTIONS, kept_alive
from portal.platform.process.settings import Unusable

NAME = "portal"
CONNECTS_WITHIN = 3  # seconds for each host, unless the address says otherwise
FILES = ("sslcert", "sslkey", "sslrootcert", "sslcrl", "passfile")
TLS = (
    "sslmode", "sslcert", "sslkey", "sslpassword", "sslrootcert", "sslcrl", "sslnegotiation",
    "ssl_min_protocol_version", "ssl_max_protocol_version",
)  # fmt: skip
TLS_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
PLACES = ("host", "port", "user", "password", "dbname", "passfile", "service", "krbsrvname")
TARGETS = ("read-write", "primary", "any")
TO_SERVER = ("application_name", "options")
WAITS = (*KEEPALIVES, *OPTIONS, "connect_timeout")
# What changes nothing at these values, and cannot be had at others.
ONLY = {
    "channel_binding": ("disable", "prefer"),
    "gssencmode": ("disable", "prefer"),
    "load_balance_hosts": ("disable",),
    "client_encoding": ("auto", "utf8", "UTF8", "UTF-8"),
}
SPECIAL = "cannot be read: in a user or password write / as %2F, ? as %3F, @ as %40 and % as %25"


def parts(url: str, name: str = "DATABASE_URL") -> dict[str, Any]:
    """The arguments of asyncpg.connect for an address; `name` is the setting that holds it.

    Raises Unusable, with a sentence that quotes no secret.
    """

    def refusal(why: str) -> Unusable:
        return Unusable(f"{name} {why}")

    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgresql", "postgres"):
        raise refusal("must begin with postgresql://")
    before, _, query = rest.partition("?")
    where, _, database = before.partition("/")
    if "@" in database:
        raise refusal(SPECIAL)
    login, _, hosts = where.rpartition("@")
    user, _, password = login.partition(":")
    given: dict[str, str] = dict(_options(query, refusal))
    host, port = _places(given.get("host") or hosts, given.get("port", ""), refusal)
    arguments: dict[str, Any] = {
        "host": host,
        "port": port,
        "user": given.get("user") or unquote(user),
        "password": given.get("password") or unquote(password),
        "database": given.get("dbname") or unquote(database) or NAME,
        "target_session_attrs": given.get("target_session_attrs", "read-write"),
        "timeout": max(2, int(given.get("connect_timeout", CONNECTS_WITHIN))),
        "connection_class": kept_alive(**{key: int(given[key]) for key in (*KEEPALIVES, *OPTIONS) if key in given}),
        "server_settings": {key: given[key] for key in TO_SERVER if key in given},
        "dsn": _tls({key: given[key] for key in TLS if key in given}),
        **{key: given[key] for key in ("passfile", "service", "krbsrvname") if key in given},
    }
    return {key: value for key, value in arguments.items() if value}


def _options(query: str, refusal: Callable[[str], Unusable]) -> Iterator[tuple[str, str]]:
    """Names and values, each checked as far as it can be without a server. Raises `refusal` of the reason."""
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        value = unquote(value)  # a plus is a plus: this is not a form
        if name in WAITS and not value.lstrip("-").isdecimal():
            raise refusal(f"needs a whole number as its {name}")
        if name in ONLY and value not in ONLY[name]:
            raise refusal(f"cannot have {name}={value}: the portal knows {', '.join(ONLY[name])}")
        if name == "target_session_attrs" and value not in TARGETS:
            raise refusal(f"cannot have {name}={value}: the portal writes, so it is one of {', '.join(TARGETS)}")
        if name == "sslmode" and value not in TLS_MODES:
            raise refusal(f"cannot have sslmode={value}: it is one of {', '.join(TLS_MODES)}")
        if name in FILES and not os.access(value, os.R_OK):
            raise refusal(f"names a file as its {name} that cannot be read: {value}")
        if name not in (*PLACES, *TLS, *TO_SERVER, *WAITS, *ONLY, "target_session_attrs"):
            raise refusal(SPECIAL if "@" in pair else f"has an option that the portal does not know: {name}")
        yield name, value


def _places(hosts: str, ports: str, refusal: Callable[[str], Unusable]) -> tuple[Any, Any]:
    """Host and port, or lists of them where there are several, or None."""
    places = [_place(one) for one in hosts.split(",")] if hosts else []
    listed = ports.split(",") if ports else [port for _, port in places]
    if len(listed) == 1 and places:
        listed *= len(places)
    if places and len(listed) != len(places):
        raise refusal(f"names {len(places)} hosts and {len(listed)} ports")
    result = [int(port or 5432) if (port or "5432").isdecimal() else 0 for port in listed]
    if any(not 0 < port < 65536 for port in result):
        raise refusal("has a port that is no number up to 65535 (special characters of a password are written as %XX)")
    names = [unquote(host) for host, _ in places]
    if len(names) > 1:
        return names, result
    return (names[0], result[0]) if names else (None, None)


def _place(text: str) -> tuple[str, str]:
    """Host and port of `host`, `host:port`, `[address]:port` or a socket's folder; the port may be empty."""
    if text.startswith("["):
        host, _, behind = text[1:].partition("]")
        return host, behind.removeprefix(":")
    if text.startswith("/"):
        return text, ""
    host, _, port = text.partition(":")
    return host, port


def _tls(given: Mapping[str, str]) -> str | None:
    """asyncpg takes certificates from an address alone."""
    return f"postgresql:///?{urlencode(given)}" if given else None
