"""The composition root's part for files: where they are kept, and the secret behind their public addresses."""

import os
import secrets
from contextlib import suppress
from functools import partial
from pathlib import Path

from bot.settings import Settings
from models.clock import Clock
from models.errors import ConfigurationError
from models.files.media_links import MediaLinks
from models.files.storage import DiskStorage, Storage

_SHORTEST_SECRET = 16


def build_storage(settings: Settings) -> Storage:
    """The bucket where one is configured, else a folder of the data directory. Raises ConfigurationError."""
    if not settings.storage_bucket:
        return DiskStorage(settings.recado_data_dir / "files")
    secret = settings.storage_secret_access_key
    if not settings.storage_access_key_id or secret is None:
        raise ConfigurationError(
            "STORAGE_BUCKET is set: set STORAGE_ACCESS_KEY_ID and STORAGE_SECRET_ACCESS_KEY too, or unset it"
        )
    from models.files.s3_signing import S3Credentials
    from models.files.s3_storage import S3Storage

    credentials = S3Credentials(settings.storage_access_key_id, secret.get_secret_value(), settings.storage_region)
    endpoint = settings.storage_endpoint_url or f"https://s3.{settings.storage_region}.amazonaws.com"
    return S3Storage(endpoint, settings.storage_bucket, credentials)


def build_media_links(settings: Settings, clock: Clock) -> MediaLinks:
    """The secret is looked for on first use: a door that hands out no files needs none."""
    return MediaLinks(settings.reachable_url, partial(find_or_make_secret, settings), clock)


def find_or_make_secret(settings: Settings) -> bytes:
    """SECRET_KEY, else a random one that the first process to ask leaves in the data directory for all the others.

    Raises ConfigurationError.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value()
        if len(given) < _SHORTEST_SECRET:
            raise ConfigurationError(
                f"SECRET_KEY is too short: give it {_SHORTEST_SECRET} characters or more, at random"
            )
        return given.encode()
    path = settings.recado_data_dir / "secret_key"
    try:
        if not path.exists():
            _leave_secret(path)
        found = path.read_bytes().strip()
    except OSError as error:
        raise ConfigurationError(
            f"SECRET_KEY is not set and {path} cannot be kept ({error.strerror}): set it, the same in every process"
        ) from None
    if len(found) < _SHORTEST_SECRET:
        raise ConfigurationError(f"{path} holds no secret: remove it and a new one is made")
    return found


def _leave_secret(path: Path) -> None:
    """Whole under its name at once; where two processes make one, the first one's stands."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mine = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        with suppress(FileExistsError):
            os.link(mine, path)
    finally:
        mine.unlink()
