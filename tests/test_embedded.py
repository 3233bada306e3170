"""The embedded server through what happens to machines: power cuts, kills, several starters, odd folders."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from portal.platform.process.embedded import FAST, Embedded

pytestmark = pytest.mark.embedded
USER = """
import sys, time
from pathlib import Path
from portal.platform.process.embedded import FAST, Embedded
server = Embedded(Path(sys.argv[1]), *FAST)
server.start()
print("started", flush=True)
sys.stdin.readline()
print("stopped" if server.stop_if_last() else "left", flush=True)
"""
STARTER = """
import signal, sys
from dataclasses import replace
from pathlib import Path
from portal.platform.db.logins import Database
from portal.platform.process.settings import load
def leave(*_):
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
signal.signal(signal.SIGALRM, leave)
signal.setitimer(signal.ITIMER_REAL, {when} or 0.001)
Database(replace(load({{}}), data=Path(sys.argv[1]), database_url=None), embedded_settings=("fsync=off",))
"""


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    folder.chmod(0o711)
    yield folder / "data"
    pid = postmaster(folder / "data")
    if pid and alive(pid):
        os.kill(pid, signal.SIGQUIT)
        while alive(pid):
            time.sleep(0.02)
    shutil.rmtree(folder)


def postmaster(home: Path) -> int | None:
    """The number that the server wrote down."""
    file = home / "postgres" / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def starts_in_log(home: Path) -> int:
    return (home / "postgres" / "log").read_text().count("ready to accept connections")


def another_user(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout
    assert process.stdout.readline().strip() == word


def ends(process: subprocess.Popen[str]) -> str:
    return process.communicate("\n")[0].strip()


def ask(server: Embedded, sql: str) -> object:
    async def go() -> object:
        connection = await asyncpg.connect(host=str(server.socket), user="postgres", database="postgres")
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(go())


def test_it_starts_answers_and_stops(home: Path) -> None:
    server = Embedded(home, *FAST)
    server.start()
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW timezone") == "UTC"
    assert ask(server, "SELECT datcollate FROM pg_database WHERE datname = 'template1'") == "C"
    assert server.stop_if_last()
    assert postmaster(home) is None


def test_its_log_quotes_no_rows(home: Path) -> None:
    server = Embedded(home, *FAST)
    server.start()
    ask(server, "CREATE TABLE person AS SELECT concat('1380013', '8000') AS phone")
    ask(server, "CREATE UNIQUE INDEX person_phone_key ON person (phone)")
    with pytest.raises(asyncpg.UniqueViolationError, match="13800138000"):
        ask(server, "INSERT INTO person VALUES (concat('1380013', '8000'))")
    assert server.stop_if_last()
    log = (home / "postgres" / "log").read_text()
    assert "person_phone_key" in log and "13800138000" not in log


def test_starting_twice_starts_once(home: Path) -> None:
    server = Embedded(home, *FAST)
    assert server.start() == server.start()
    assert starts_in_log(home) == 1
    assert server.stop_if_last()


def test_eight_starters_at_once_make_one_start_and_one_stop(home: Path) -> None:
    users = [another_user(home) for _ in range(8)]
    for user in users:
        until(user, "started")
    assert starts_in_log(home) == 1
    assert sorted(ends(user) for user in users) == ["left"] * 7 + ["stopped"]
    assert postmaster(home) is None


def test_a_killed_user_is_forgotten_and_the_next_one_stops_the_server(home: Path) -> None:
    killed = another_user(home)
    until(killed, "started")
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    pid = postmaster(home)
    assert pid
    assert alive(pid)
    server = Embedded(home, *FAST)
    server.start()
    assert starts_in_log(home) == 1
    assert server.stop_if_last()
    assert not alive(pid)


def test_after_a_power_cut_it_starts_again_and_the_innocent_process_lives(home: Path) -> None:
    server = Embedded(home, *FAST)
    server.start()
    pid = postmaster(home)
    assert pid
    os.kill(pid, signal.SIGQUIT)  # nothing is written at the end, as when the power goes
    while alive(pid):
        time.sleep(0.02)
    file = home / "postgres" / "postmaster.pid"
    with subprocess.Popen(["sleep", "60"]) as innocent:
        text = f"{innocent.pid}\n{home / 'postgres'}\n1700000000\n5432\n{server.socket}\n\n  5432001 0\nready   \n"
        file.write_text(text)
        (server.socket / ".s.PGSQL.5432.lock").write_text(text)
        Embedded(home, *FAST).start()
        assert ask(server, "SELECT 1") == 1
        assert postmaster(home) != innocent.pid
        assert Embedded(home, *FAST).stop_if_last() is False  # the first user still holds on
        assert server.stop_if_last()
        assert innocent.poll() is None
        innocent.kill()


def test_data_survives_a_killed_server(home: Path) -> None:
    server = Embedded(home)  # with fsync, as in earnest
    server.start()
    ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    pid = postmaster(home)
    assert pid
    os.kill(pid, signal.SIGKILL)
    while alive(pid):
        time.sleep(0.02)
    time.sleep(0.5)  # its children notice
    again = Embedded(home)
    again.start()
    assert ask(again, "SELECT answer FROM kept") == 42
    server.stop_if_last()
    assert again.stop_if_last()


def test_a_kill_during_the_first_start_leaves_no_half_of_a_server(home: Path) -> None:
    (home / "postgres.new").mkdir(parents=True)
    (home / "postgres.new" / "PG_VERSION").write_text("half")
    home.chmod(0o711)
    server = Embedded(home, *FAST)
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert server.stop_if_last()


def test_a_deep_folder_gets_a_private_socket_elsewhere(home: Path) -> None:
    deep = home / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    for folder in (home, deep.parent):
        folder.chmod(0o711)
    server = Embedded(deep, *FAST)
    server.start()
    assert server.socket != server.data
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert ask(server, "SELECT 1") == 1
    assert server.stop_if_last()
    shutil.rmtree(server.socket)


def test_roots_private_folder_is_never_opened_and_the_data_lies_elsewhere(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = home.parent.with_name(f"{home.parent.name}-elsewhere")
    monkeypatch.setattr("portal.platform.process.service_user.ELSEWHERE", elsewhere)
    home.parent.chmod(0o700)
    server = Embedded(home, *FAST)
    try:
        server.start()
        ask(server, "CREATE TABLE kept AS SELECT 42 AS answer")
        assert server.stop_if_last()
        assert stat.S_IMODE(home.parent.stat().st_mode) == 0o700
        assert (home / "postgres").is_symlink() is elsewhere.exists() is (os.geteuid() == 0)
        again = Embedded(home, *FAST)
        again.start()
        assert ask(again, "SELECT answer FROM kept") == 42
        assert again.stop_if_last()
        if os.geteuid() == 0:  # nobody but the server's user may look into it
            assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    finally:
        server.stop_if_last()
        shutil.rmtree(elsewhere, ignore_errors=True)


def test_data_that_its_server_cannot_reach_any_more_is_named(home: Path) -> None:
    server = Embedded(home, *FAST)
    server.start()
    assert server.stop_if_last()
    home.parent.chmod(0o700)
    if os.geteuid() == 0:
        with pytest.raises(SystemExit, match="move it to another place"):
            server.start()
    else:
        server.start()
        assert server.stop_if_last()


@pytest.mark.parametrize("name", ["物业 数据", "it's 100%, (2)"])
def test_a_folder_may_be_called_anything(home: Path, name: str) -> None:
    server = Embedded(home / name, *FAST)
    home.chmod(0o711)
    server.start()
    assert ask(server, "SELECT 1") == 1
    assert server.stop_if_last()
    shutil.rmtree(server.socket)


@pytest.mark.parametrize("when", [0.0, 0.05, 0.15, 0.3])
def test_an_interrupted_start_leaves_no_server(home: Path, when: float) -> None:
    program = STARTER.format(when=when)
    done = subprocess.run([sys.executable, "-c", program, str(home)], capture_output=True, text=True)
    assert "KeyboardInterrupt" in done.stderr
    assert postmaster(home) is None


def test_only_its_own_user_gets_in(home: Path) -> None:
    server = Embedded(home, *FAST)
    server.start()
    assert stat.S_IMODE(server.data.stat().st_mode) == 0o700
    assert stat.S_IMODE((server.socket / ".s.PGSQL.5432").stat().st_mode) == 0o700
    server.stop_if_last()


def test_the_first_start_on_a_new_machine_makes_the_server_its_user(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"portal-new-{os.getpid()}"
    monkeypatch.setattr("portal.platform.process.service_user.NAME", name)
    server = Embedded(home, *FAST)
    try:
        server.start()
        assert server.answers()
        assert (server.stand_in is None) is (os.geteuid() != 0)  # nobody but root needs one
    finally:
        server.stop_if_last()
        if os.geteuid() == 0:
            subprocess.run(["/usr/sbin/userdel", name], check=False, capture_output=True)
