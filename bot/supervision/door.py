"""The web door seen from the supervisor: whether its port is free, and whether it answers."""

import errno
import http.client
import socket
import urllib.request

from models.errors import ConfigurationError

# Proxies of the environment are not for this machine's own door.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def check_port(host: str, port: int) -> None:
    """Raises ConfigurationError when the web door could not listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host or "0.0.0.0",  # noqa: S104 (an empty HOST means every address)
            port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )[0]
    except socket.gaierror:
        raise ConfigurationError(f"HOST: {host!r} is no address of this machine: set HOST=127.0.0.1") from None
    try:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        raise ConfigurationError(_explain(error, host, port)) from None


def _explain(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"PORT: {port} is already in use on {host}: end the program that listens there, "
            f"or choose another port (PORT={port + 1 if port < 65535 else 8001})"
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return f"PORT: this user may not listen on {port}: choose a port above 1023 (PORT=8000)"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"HOST: {host} is no address of this machine: set HOST=127.0.0.1"
    return f"PORT: cannot listen on {host}:{port} ({error.strerror}): set HOST and PORT to a free address"


def is_ready(base_url: str) -> bool:
    """Whether messages are taken there: `/readyz` answers 200."""
    return is_answering(f"{base_url}/readyz")


def is_answering(url: str) -> bool:
    """Whether a GET brings 200 within two seconds."""
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError, http.client.HTTPException):
        return False
