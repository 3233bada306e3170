"""A command against a private cluster of Debian's PostgreSQL: `python -m tests.server python -m pytest`.

The three addresses have three logins with passwords, so that the app's login cannot become the owner.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from portal.embedded import FAST
from tests.running import free_port

FOLDER = Path("/usr/lib/postgresql")  # where Debian puts each version
ROOTS_STAND_IN = "postgres"  # made by Debian's package; PostgreSQL refuses to run as root
PASSWORD = "only for tests"
LOGINS = {
    "DATABASE_URL": "mingbai_app",
    "DATABASE_WORKER_URL": "mingbai_worker",
    "DATABASE_ADMIN_URL": "postgres",
}


def binaries() -> Path:
    """The programs of the newest version that Debian has installed here. Raises SystemExit."""
    found = sorted(FOLDER.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise SystemExit("no PostgreSQL of Debian here: apt-get install postgresql")
    return found[-1].parent


@contextlib.contextmanager
def server() -> Iterator[dict[str, str]]:
    """A fresh cluster with the zone of PORTAL_TEST_ZONE; gives the three addresses, stops and forgets it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="portal-debian-"))
    programs, data, port = binaries(), folder / "data", free_port()
    user = ROOTS_STAND_IN if os.geteuid() == 0 else None
    if user:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)

    def run(name: str, *words: str) -> None:
        subprocess.run([str(programs / name), *words], user=user, cwd="/", stdout=subprocess.DEVNULL, check=True)

    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)  # inside a folder that only the server's user enters
    run(
        *("initdb", "-D", str(data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={secret}"),
        *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
    )
    wanted = (
        *FAST,
        f"port={port}",
        "listen_addresses=127.0.0.1",
        f"unix_socket_directories={folder}",
        f"timezone={os.environ.get('PORTAL_TEST_ZONE', 'UTC')}",
        "max_connections=60",
        "log_error_verbosity=terse",
    )
    flags = " ".join(f"-c {setting}" for setting in wanted)
    run("pg_ctl", "-w", "-s", "-D", str(data), "-l", str(folder / "log"), "-o", flags, "start")
    try:
        where = f"{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}/portal"
        yield {name: f"postgresql://{login}:{where}" for name, login in LOGINS.items()}
    finally:
        run("pg_ctl", "-w", "-s", "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with server() as addresses:
        print(
            f"PostgreSQL {binaries().parent.name} of Debian at {addresses['DATABASE_URL'].rpartition('@')[2]}",
            flush=True,
        )
        left = subprocess.run(sys.argv[1:], env=os.environ | addresses, check=False).returncode
    raise SystemExit(left)
