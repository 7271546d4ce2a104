"""Ports that a test may leave and take again: nobody else is given them meanwhile."""

import secrets
import socket
from contextlib import suppress

_PORTS = range(20_000, 32_000)  # below those that systems give to connections, and to whoever asks for any


def free_port() -> int:
    """One on loopback on which nobody listens now."""
    while True:
        port = secrets.choice(_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
