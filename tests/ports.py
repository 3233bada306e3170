"""Ports of the loopback for servers that tests start."""

from __future__ import annotations

import random
import socket

BELOW_THOSE_OF_CONNECTIONS = range(10_000, 32_000)  # the system gives a connection any port from 32768 on
_given: set[int] = set()


def free_port() -> int:
    """A TCP port that nobody listens on now and that this process was not given before; no connection will take it."""
    while True:
        port = random.SystemRandom().choice(BELOW_THOSE_OF_CONNECTIONS)
        if port in _given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _given.add(port)
        return port
