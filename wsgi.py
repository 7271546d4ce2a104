"""The web door for any WSGI server: `gunicorn wsgi:app`."""

from bot.app import create_app
from bot.services import build_web_services
from bot.settings import load_settings

app = create_app(build_web_services(load_settings()))
