"""Ports of the loopback for servers that tests start."""

from __future__ import annotations

import random
import socket

BELOW_THOSE_OF_CONNECTIONS = range(10_000, 32_000)  # the system gives a connection any port from 32768 on
_given: set[int] = set()


def free_port(*, above: int = 0) -> int:
    """A TCP port that nobody listens on now and that this process was not given before; no connection will take it.

    The one so many `above` it is as free, and given with it.
    """
    while True:
        port = random.SystemRandom().choice(BELOW_THOSE_OF_CONNECTIONS)
        both = {port, port + above}
        if not both & _given and all(_free(one) for one in both):
            _given.update(both)
            return port


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
