"""The address of a database is read as libpq reads it; one that cannot be is refused in a sentence without secrets."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from portal.platform.db.address import parts
from portal.platform.db.engine import keep_alive
from portal.platform.process.settings import Unusable


def said(url: str) -> dict[str, object]:
    return {name: value for name, value in parts(url).items() if name != "connection_class"}


def test_one_host_with_its_escapes() -> None:
    assert said("postgresql://me%40home:p%2Fw@db.example:6432/estates?sslmode=require") == {
        "host": "db.example", "port": 6432, "user": "me@home", "password": "p/w", "database": "estates",
        "dsn": "postgresql:///?sslmode=require", "timeout": 3, "target_session_attrs": "read-write",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgres://me:p@one,two/x", ["one", "two"], [5432, 5432]),
        ("postgres://me:p@one:6000,two/x", ["one", "two"], [6000, 5432]),
        ("postgres://me:p@[::1]:6000,[fe80::2]/x", ["::1", "fe80::2"], [6000, 5432]),
        ("postgres://me@%2Frun%2Fpostgresql,two:7000/x", ["/run/postgresql", "two"], [5432, 7000]),
        ("postgres://me@/x?host=one,two&port=6000", ["one", "two"], [6000, 6000]),
        ("postgres://me@/x?host=one,two&port=6000,7000", ["one", "two"], [6000, 7000]),
        ("postgres://me@/x?host=/run/postgresql&port=5433", "/run/postgresql", 5433),
        ("postgres:///x?user=me&service=main", None, None),
    ],
)
def test_hosts_and_ports(url: str, host: object, port: object) -> None:
    assert (said(url).get("host"), said(url).get("port")) == (host, port)


@pytest.mark.parametrize("secret", ["p@ss", "p#ss", "p:ss", "50%off", "p+ss", "口令", "p;ss,word"])
def test_a_password_may_hold_almost_anything(secret: str) -> None:
    assert said(f"postgresql://me:{secret}@one/x")["password"] == secret
    assert said(f"postgresql://me@one/x?password={secret}")["password"] == secret


def test_options_go_where_they_belong(tmp_path: Path) -> None:
    root = tmp_path / "root.crt"
    root.touch()
    found = said(
        f"postgresql://me@one/x?sslmode=verify-full&sslrootcert={root}&connect_timeout=7&application_name=web+1"
        "&options=-c%20search_path%3Da&target_session_attrs=primary&channel_binding=prefer&gssencmode=disable"
    )
    assert found["server_settings"] == {"application_name": "web+1", "options": "-c search_path=a"}
    assert (found["timeout"], found["target_session_attrs"]) == (7, "primary")
    assert str(found["dsn"]).startswith("postgresql:///?sslmode=verify-full&sslrootcert=%2F")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://me:s3cret@one/x", "must begin with postgresql://"),
        ("me:s3cret@one/x", "must begin with postgresql://"),
        ("postgresql://me:s3/cret@one/x", "cannot be read: .* %2F"),
        ("postgresql://me:s3?cret@one/x", "cannot be read: .* %3F"),
        ("postgresql://me:s3cret@one:port/x", "a port that is no number"),
        ("postgresql://me:s3cret@one:70000/x", "a port that is no number up to 65535"),
        ("postgresql://me:s3cret/x", "a port that is no number"),
        ("postgresql://me:s3cret@one,two/x?port=1,2,3", "names 2 hosts and 3 ports"),
        ("postgresql://me:s3cret@one/x?target_session_attrs=standby", "the portal writes, so it is one of read-write"),
        ("postgresql://me:s3cret@one/x?sslmode=maybe", "it is one of disable"),
        ("postgresql://me:s3cret@one/x?sslrootcert=/nowhere/root.crt", "sslrootcert that cannot be read"),
        ("postgresql://me:s3cret@one/x?connect_timeout=soon", "needs a whole number as its connect_timeout"),
        ("postgresql://me:s3cret@one/x?channel_binding=require", "cannot have channel_binding=require"),
        ("postgresql://me:s3cret@one/x?pool_mode=transaction", "does not know: pool_mode"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_that_tells_no_secret(url: str, why: str) -> None:
    with pytest.raises(Unusable, match=why) as refused:
        parts(url, "DATABASE_WORKER_URL")
    told = str(refused.value)
    assert told.startswith("DATABASE_WORKER_URL ")
    assert "\n" not in told
    assert not re.search("s3|cret", told)


@pytest.mark.parametrize(("chosen", "idle"), [({}, 10), ({"keepalives_idle": 60}, 60)])
def test_a_connection_notices_that_its_server_vanished(chosen: dict[str, int], idle: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as far, socket.create_connection(far.getsockname()) as wire:
        keep_alive(wire, chosen)
        assert wire.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == idle
        assert wire.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT) == 3
