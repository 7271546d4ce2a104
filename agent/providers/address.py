"""Who a provider is by its address: to prices its server, to the breaker its name at that server."""

from urllib.parse import urlsplit


def host_of(base_url: str) -> str:
    """The server at an address, with its port where the address has one; empty for no address."""
    return urlsplit(base_url).netloc.rpartition("@")[2].lower()


def provider_address(name: str, base_url: str = "") -> str:
    """The same name at another server is somebody else."""
    host = host_of(base_url)
    return f"{name}@{host}" if host else name
