"""The Flask application: which doors there are, and what holds for all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask, Response

from bot.chat.answers import AnswerDesk
from bot.chat.routes import ChatRoutes
from bot.chat.socket import ChatSocketRoutes
from bot.console.dashboard import register_dashboard
from bot.console.people import PeopleRoutes
from bot.console.routes import ConsoleRoutes
from bot.health import HealthRoutes
from bot.media import MediaRoutes
from bot.problems import register_problems
from bot.request_trace import register_tracing
from bot.search import SearchRoutes
from bot.security_headers import register_security_headers
from bot.usage import UsageRoutes
from bot.waiting import AnswerBell, WaitingPlaces
from bot.web_services import WebServices
from bot.webhooks import WebhookRoutes
from models.faultpoint import faultpoint

_FORM_LIMIT = 64_000  # bytes, for the console's forms; the doors for messages have caps of their own
_EXTENSION = "recado"


@dataclass(frozen=True, slots=True)
class WebDoor:
    """What the process that serves the application may tell it."""

    desk: AnswerDesk
    bell: AnswerBell

    def watch(self, is_stopping: Callable[[], bool]) -> None:
        """Ask `is_stopping` whether the process ends, so that nobody is kept waiting then."""
        self.desk.is_stopping = is_stopping

    def close(self) -> None:
        """Let every wait end and stop the listener."""
        self.desk.is_stopping = lambda: True
        self.bell.stop()


def create_app(services: WebServices) -> Flask:
    """Connects to nothing yet: the first request does, so that it may be built before a fork."""
    app = Flask(__name__, static_folder="console/static", template_folder="console/templates")
    app.config["MAX_CONTENT_LENGTH"] = _FORM_LIMIT
    app.json.sort_keys = False  # type: ignore[attr-defined]
    register_tracing(app)
    register_security_headers(app, is_https=services.settings.public_base_url.startswith("https://"))
    register_problems(app)
    app.after_request(_tell_when_sent)
    bell = AnswerBell(services.database_url)
    desk = AnswerDesk(services, bell)
    places = WaitingPlaces(services.settings.web_threads)
    health = HealthRoutes(services)
    for routes in (
        WebhookRoutes(services),
        ChatRoutes(services, desk, places),
        ChatSocketRoutes(services, desk, places),
        health,
        UsageRoutes(services),
        SearchRoutes(services),
        MediaRoutes(services),
        ConsoleRoutes(services, health),
        PeopleRoutes(services),
    ):
        app.register_blueprint(routes.blueprint())
    register_dashboard(app, services)
    app.extensions[_EXTENSION] = WebDoor(desk, bell)
    return app


def _tell_when_sent(response: Response) -> Response:
    """A response is closed when its last byte has been handed to the system."""
    response.call_on_close(lambda: faultpoint("ingress.acknowledged"))
    return response


def door_of(app: Flask) -> WebDoor:
    """The door of an application made by `create_app`."""
    door: WebDoor = app.extensions[_EXTENSION]
    return door
