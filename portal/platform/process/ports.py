"""Whether a port is free: Granian would share one that another process holds, and the two would answer by turns."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path
from typing import TextIO


class PortTaken(OSError):
    """A port cannot be used; the message says which, why, and what to do."""


def refuse_taken(port: int, address: str = "127.0.0.1", *, instead: str = "choose another port") -> None:
    """Raise PortTaken, with what to do `instead`, unless nobody listens on the port and we may."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of before are no listeners
        try:
            probe.bind((address, port))
        except (OSError, OverflowError) as no:
            why = getattr(no, "strerror", None) or "no such port"
            raise PortTaken(f"port {port} of {address} cannot be used ({why}): {instead}") from None


def claim(port: int) -> TextIO | None:
    """A port of this machine for one of this user's programs that listens only after a while; None when another has it.

    It holds for as long as the file is open; the kernel lets go of it however the program ends.
    """
    lock = (Path(tempfile.gettempdir()) / f"portal-{os.geteuid()}-port-{port}.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
