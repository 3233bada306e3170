"""A bare Debian in a folder: made by debootstrap, entered in namespaces of its own, removed with all that is in it."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Of its own, so that nothing done in the root reaches the machine's.
NODES = {"null": 3, "zero": 5, "full": 7, "random": 8, "urandom": 9}
# How this machine reaches its mirrors and the package index; a newcomer's machine has its own way.
NETWORK = ("/etc/resolv.conf", "/etc/hosts")
CERTIFICATES, THEIRS = Path("/etc/ssl/certs/ca-certificates.crt"), "etc/ssl/of-the-machine.crt"
NEEDS = {"debootstrap": "debootstrap", "unshare": "util-linux", "git": "git"}


@dataclass(frozen=True)
class Bare:
    """A root without Python, make or a compiler; commands in it see no process of the machine."""

    root: Path
    release: str

    def processes(self) -> dict[int, bytes]:
        """The command line of all that runs in the root, by its number."""
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it ended
                if (process / "root").readlink() == self.root:
                    found[int(process.name)] = (process / "cmdline").read_bytes()
        return found

    def command(self, line: str, *, user: str = "root", folder: str = "/") -> list[str]:
        """A shell line as a user of the root in a folder of it, for subprocess; it ends with all that it started."""
        entered = f"cd {_quoted(folder)} && {line}"
        inside = ["su", "-", user, "-c", entered] if user != "root" else ["env", "-i", *_plain(), "sh", "-c", entered]
        return [
            "unshare",
            "--pid",
            "--fork",
            "--kill-child",
            f"--mount-proc={self.root}/proc",
            "chroot",
            str(self.root),
            *inside,
        ]

    def run(self, line: str, *, user: str = "root", folder: str = "/") -> subprocess.CompletedProcess[str]:
        """Run a line to its end, whatever it ends with; stdout and stderr together."""
        words = self.command(line, user=user, folder=folder)
        return subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def must(self, line: str, *, user: str = "root", folder: str = "/") -> str:
        """What a line that goes well prints. Raises AssertionError with it when it does not."""
        done = self.run(line, user=user, folder=folder)
        assert done.returncode == 0, f"{line}\n{done.stdout[-4000:]}"
        return done.stdout


@contextlib.contextmanager
def bare(suite: str) -> Iterator[Bare]:
    """A new root of a Debian release, with nothing but make, which the README asks for. Needs to be root."""
    _install_what_it_takes()
    root = Path(tempfile.mkdtemp(prefix=f"bare-{suite}-"))
    try:
        subprocess.run(
            ["debootstrap", "--variant=minbase", suite, str(root), _mirror()], check=True, stdout=subprocess.DEVNULL
        )
        root.chmod(0o755)
        _own_devices(root / "dev")
        _reach_out(root)
        found = Bare(root, suite)
        found.must("apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq make")
        yield found
    finally:
        subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)


def _install_what_it_takes() -> None:
    missing = [package for program, package in NEEDS.items() if shutil.which(program) is None]
    if missing:
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=True, stdout=subprocess.DEVNULL)


def _mirror() -> str:
    """Where this machine gets its packages."""
    words = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    found = subprocess.run(words, check=True, capture_output=True, text=True).stdout.split()
    return next(address for address in found if "security" not in address)


def _reach_out(root: Path) -> None:
    for name in NETWORK:
        shutil.copyfile(name, root / name[1:])
    if CERTIFICATES.exists():  # a name of its own: Debian's package of certificates writes the usual one anew
        (root / "etc/ssl").mkdir(exist_ok=True)
        shutil.copyfile(CERTIFICATES, root / THEIRS)
        (root / "etc/pip.conf").write_text(f"[global]\ncert = /{THEIRS}\n")


def _own_devices(folder: Path) -> None:
    for name, minor in NODES.items():
        if not (folder / name).exists():
            os.mknod(folder / name, 0o666 | stat.S_IFCHR, os.makedev(1, minor))
        (folder / name).chmod(0o666)
    (folder / "shm").mkdir(exist_ok=True)
    (folder / "shm").chmod(0o1777)
    if not (folder / "fd").is_symlink():
        (folder / "fd").symlink_to("/proc/self/fd")


def _plain() -> list[str]:
    return ["HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]


def _quoted(folder: str) -> str:
    return "'" + folder.replace("'", "'\\''") + "'"
