"""`python -m bot up`: engines, migrations, demo company, then web, workers and scheduler, kept alive until stopped.

It answers nothing itself and holds nothing that a restart would lose.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from bot.embedded.engines import Engines, attach_or_start
from bot.embedded.folders import prepare_data_folder
from bot.embedded.lock import FileLock
from bot.settings import Settings
from bot.supervision.banner import write_banner
from bot.supervision.children import Child, ChildPlan, Nursery
from bot.supervision.door import check_port, is_ready
from bot.supervision.signals import StopAsked, StopWish
from models.errors import ConfigurationError

_TICK = 0.2  # seconds between two looks at the children
_ENGINE_PAUSE = 5.0  # seconds between two tries to start an engine that does not come up
_READY_IN = 60.0  # seconds after which the wait for the web door is mentioned

Login = tuple[str, str] | None


def plan_children(settings: Settings) -> list[ChildPlan]:
    """What runs, in the order in which it is stopped: no new questions first, then the answers under way."""
    workers = [
        ChildPlan("worker" if number == 1 else f"worker-{number}", "bot", ("worker",), grace=90)
        for number in range(1, settings.worker_processes + 1)
    ]
    return [
        ChildPlan("web", "bot", ("web",), grace=40),
        *workers,
        ChildPlan("scheduler", "bot", ("scheduler",), grace=10),
    ]


def prepare_database(settings: Settings, engines: Engines) -> Login:
    """Migrations, the demo company, the console's first operator (e-mail and password, if it was just made)."""
    from bot.console.accounts import ensure_first_operator
    from bot.demo import prepare_demo
    from bot.reaching import reaching_database
    from bot.tenant import migrate_company

    try_settings(settings, engines.database_url)
    with reaching_database():
        migrate_company(settings, engines.database_url)
        prepare_demo(settings, engines.database_url)
        return ensure_first_operator(engines.database_url)


def try_settings(settings: Settings, database_url: str) -> None:
    """Build what the children will: a key that is missing is said here once, not by a child that dies again and again.

    Nothing is connected to. Raises ConfigurationError.
    """
    from bot.agents.default import describe_default
    from bot.assistant import Surroundings, build_assistant, build_transcriber
    from bot.environment import read_environment
    from bot.services import ChannelDirectory, build_accounts
    from models.clock import SystemClock

    ChannelDirectory(build_accounts(settings))
    surroundings = Surroundings(settings, database_url, SystemClock(), read_environment())
    build_assistant(describe_default(settings), surroundings).close()
    if transcriber := build_transcriber(settings):
        transcriber.close()


def run_supervisor(
    settings: Settings,
    *,
    plan: Callable[[Settings], list[ChildPlan]] = plan_children,
    prepare: Callable[[Settings, Engines], Login] = prepare_database,
) -> int:
    """Run until Ctrl-C, SIGTERM or SIGHUP; 0 then. Raises ConfigurationError when it cannot start. Main thread only."""
    with StopWish() as wish:
        try:
            with _house(settings) as (engines, nursery):
                say("Preparing the database ...")
                login = prepare(settings, engines)
                for child_plan in plan(settings):
                    nursery.start(Child(child_plan, engines.data / "logs" / f"{child_plan.name}.log"))
                wish.note_only()
                _Watch(settings, engines, nursery, wish, login).run()
                say("Stopping ...")
                _stop_children(nursery, wish)
        except StopAsked:
            pass
    say("Stopped.")
    return 0


@contextmanager
def _house(settings: Settings) -> Iterator[tuple[Engines, Nursery]]:
    """The data folder taken, orphans gone, the port free, the engines up; all given back in reverse."""
    data = prepare_data_folder(settings.recado_data_dir)
    lock = FileLock(data / "supervisor.lock")
    if not lock.try_exclusive():
        raise ConfigurationError(
            f"RECADO_DATA_DIR: Recado already runs on {data}: stop it, or set RECADO_DATA_DIR (and PORT) to others"
        )
    try:
        with contextlib.closing(Nursery(data)) as nursery:
            if orphans := nursery.end_orphans():
                say(f"Ended what an earlier run had left behind ({orphans} processes).")
            check_port(settings.host, settings.port)
            say("Starting the engines ...")
            with attach_or_start(settings) as engines:
                for notice in [notice for engine in engines.ours for notice in engine.notices]:
                    say(notice)
                nursery.environment = child_environment(engines)
                try:
                    yield engines, nursery
                finally:
                    for child in nursery.children:
                        child.kill()
    finally:
        lock.release()


def child_environment(engines: Engines, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of the children: ours, and where our own engines are."""
    environment = dict(os.environ if environ is None else environ)
    environment["RECADO_DATA_DIR"] = str(engines.data)
    ours = {engine.name for engine in engines.ours}
    if "PostgreSQL" in ours:
        environment["DATABASE_URL"] = engines.database_url
    if "Valkey" in ours:
        environment["REDIS_URL"] = engines.redis_url
    if engines.embedded:
        environment["RECADO_EMBEDDED"] = "1"
    return environment


def say(text: str) -> None:
    """To the terminal, which may be gone already."""
    with contextlib.suppress(OSError, ValueError):
        print(text, flush=True)


@dataclass
class _Watch:
    """The life between start and stop: who died comes back, what is loud is shown, ready is said once."""

    settings: Settings
    engines: Engines
    nursery: Nursery
    wish: StopWish
    login: Login

    def run(self) -> None:
        """Until a wish to stop comes."""
        self._started_at = time.monotonic()
        self._engines_due_at = 0.0
        self._is_ready = self._said_slow = False
        while not self.wish.wait(_TICK):
            self._revive_engines()
            self._revive_children()
            for child in self.nursery.children:
                for warning in child.warnings.read_warnings():
                    say(f"{child.plan.name} {warning}")
            if not self._is_ready:
                self._look_at_the_door()
        if not self._is_ready and self.login:
            say("The console's first login, shown only this once: " + ", password ".join(self.login))

    def _revive_engines(self) -> None:
        if time.monotonic() < self._engines_due_at:
            return
        try:
            for name in self.engines.restart_dead():
                say(f"{name} had died and runs again.")
        except ConfigurationError as error:
            self._engines_due_at = time.monotonic() + _ENGINE_PAUSE
            say(f"{error}; the next try comes in {_ENGINE_PAUSE:g} s.")

    def _revive_children(self) -> None:
        for child in self.nursery.children:
            if death := child.find_death():
                say(death)
            elif child.is_due:
                self.nursery.start(child)

    def _look_at_the_door(self) -> None:
        web = self.nursery.children[0]  # where it has just died, a stranger may have taken its port
        if not web.has_ended() and is_ready(self.settings.local_url):
            self._is_ready = True
            say(write_banner(self.settings, self.engines.data, embedded=self.engines.embedded, login=self.login))
        elif not self._said_slow and time.monotonic() - self._started_at > _READY_IN:
            self._said_slow = True
            say(f"The web server does not answer yet; what it says is in {web.log}")


def _stop_children(nursery: Nursery, wish: StopWish) -> None:
    """One after the other, each within its grace; a second Ctrl-C ends the patience."""
    for child in nursery.children:
        child.ask_to_stop()
        deadline = time.monotonic() + child.plan.grace
        while not child.has_ended() and time.monotonic() < deadline and not wish.is_urgent:
            time.sleep(0.05)
        if not child.has_ended():
            say(f"{child.plan.name} did not stop in time and is killed; what it was doing is taken up again.")
        child.kill()
