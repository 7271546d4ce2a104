"""`GET /media/<token>`: our own files for platforms that fetch what we send, for as long as their address is good."""

import logging
from io import BytesIO

from flask import Blueprint, Response, send_file

from bot.problems import Problem
from bot.web_services import WebServices
from models.errors import ConfigurationError, StorageError, StoredFileMissing, VerificationError
from models.files.media_links import PATH, MediaLink
from models.files.storage import content_type_of

BLUEPRINT = "media"
_log = logging.getLogger("recado.web")


class MediaRoutes:
    """One route. Whoever has no good address learns nothing: not even whether there is such a file."""

    def __init__(self, services: WebServices) -> None:
        self._services = services

    def blueprint(self) -> Blueprint:
        routes = Blueprint(BLUEPRINT, __name__)
        routes.add_url_rule(f"{PATH}/<token>", "file", self.file, methods=["GET"])
        return routes

    def file(self, token: str) -> Response:
        """The file as a download: whatever it holds, no browser runs it here."""
        link = self._find_link(token)
        storage = self._services.storage
        if link is None or storage is None:
            raise _not_found()
        try:
            content = storage.get(link.key)
        except StoredFileMissing:
            raise _not_found() from None
        except StorageError as error:
            _log.warning("a file cannot be handed out", extra={"reason": str(error)})
            raise Problem(503, "The file cannot be read now: try again.", {"Retry-After": "5"}) from None
        name = link.name or f"recado.{link.key.rpartition('.')[2]}"
        return send_file(BytesIO(content), mimetype=content_type_of(link.key), as_attachment=True, download_name=name)

    def _find_link(self, token: str) -> MediaLink | None:
        links = self._services.media_links
        try:
            return links.verify(token) if links is not None else None
        except VerificationError:
            return None
        except ConfigurationError as error:  # without a secret there cannot be a good address either
            _log.error("addresses of files cannot be read: %s", error)
            return None


def _not_found() -> Problem:
    return Problem(404, "There is no such file, or its address has expired.")
