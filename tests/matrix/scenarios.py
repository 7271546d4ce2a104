"""What happens in a run: small stories that come by every moment at which a process may die."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from jobs.gaps import FILL_EVERY
from tests.matrix.clock import age_raw_events
from tests.matrix.processes import KEPT, Console
from tests.matrix.specimen import backfill, contract, expand, write_as_the_new_code
from tests.matrix.world import World
from tests.standins.llm import Fault as Refusal
from tests.standins.twilio_http import Fault

_BEYOND_THE_SECOND = 5.0  # listings tell whole seconds: a message must not stand on the edge of what a round asks for

Scenario = Callable[[World], None]


def whatsapp(world: World) -> None:
    """Two quick messages, answered together in two parts with a tool that reads and one that writes; then a third."""
    world.post(world.senders.whatsapp("m1 anote isto"))
    world.post(world.senders.whatsapp("m2 longo"))
    world.settle()
    world.post(world.senders.whatsapp("m3 oi"))


def email(world: World) -> None:
    """Two mails of one person; the first wants something written down."""
    world.post(world.senders.email("m1 anote isto"))
    world.settle()
    world.post(world.senders.email("m2 oi", after="m1"))


def crm(world: World) -> None:
    """Two messages on one deal; the first wants something written down."""
    world.post(world.senders.crm("m1 anote isto"))
    world.settle()
    world.post(world.senders.crm("m2 oi"))


def chat(world: World) -> None:
    """A question that is fetched later, and one whose asker waits for the answer."""
    world.watch.errands["chat.waiting"] = world.work
    world.post(world.senders.chat("m1 anote isto"))
    world.settle()
    world.post(world.senders.chat("m2 oi", waits=True))


def status(world: World) -> None:
    """A reply, and then Twilio's word about it, out of order."""
    world.post(world.senders.whatsapp("m1 oi"))
    world.settle()
    for message in list(world.stage.twilio.history.messages):
        for word in ("sent", "read", "delivered"):
            world.post(world.senders.status(message, word))


def media(world: World) -> None:
    """A picture with words under it."""
    picture = world.stage.twilio.host_file(b"\x89PNG\r\n\x1a\n" + bytes(64), "image/png")
    world.post(world.senders.whatsapp("m1 oi", 1, picture))


def reconcile(world: World) -> None:
    """Two replies whose fate nobody knows: Twilio had taken the first, and tells so just when it is asked for it."""
    world.stage.twilio.faults.extend([Fault("reset", accepted=True), Fault("reset")])
    told: list[str] = []

    def tell() -> None:
        for message in world.stage.twilio.history.messages[:1]:
            if not told:
                told.append(message.sid)
                world.post(world.senders.status(message, "delivered"))

    world.watch.errands["reconcile.answered"] = tell
    world.post(world.senders.whatsapp("m1 oi"))
    world.settle()
    world.post(world.senders.whatsapp("m2 oi"))


def sweep(world: World) -> None:
    """Three people write, Redis loses every ring, and the sweeper finds them."""
    for number in (1, 2, 3):
        world.post(world.senders.whatsapp(f"m{number} oi", number))
    world.flush()


def gaps(world: World) -> None:
    """Two people wrote while nobody was listening; Twilio lists what they wrote. Two deaths can end two rounds."""
    world.post(world.senders.whatsapp("m1 oi", 1))
    world.settle()
    for number in (2, 3):
        world.unheard.append(world.senders.whatsapp(f"m{number} oi", number))
    for _ in range(3):
        world.fill_gaps()
        world.pass_time(FILL_EVERY.total_seconds() + _BEYOND_THE_SECOND)


def purge(world: World) -> None:
    """Raw events grow old and are purged, one at a time; what they brought stays, and is known for ever. Two deaths can
    end two rounds."""
    for number in (1, 2, 3):
        world.post(world.senders.crm(f"m{number} oi", number))
    world.settle()
    days = (KEPT + timedelta(days=1)).total_seconds()
    world.pass_time(days)
    age_raw_events(world.stage.engine, days)
    world.post(world.senders.crm("m4 oi", 1))
    for _ in range(3):
        world.purge()
        world.settle()


def hashless(world: World) -> None:
    """A ring waits, and what it says is gone: RQ's hash of the job was lost, its id was not."""
    world.post(world.senders.crm("m1 oi"))
    for key in world.stage.redis.keys("rq:job:*"):
        world.stage.redis.delete(key)
    world.come_by("queue.hashless")


def replay(world: World) -> None:
    """The LLM refuses for good, the person gets an apology, and an operator has her answered after all."""
    world.stage.llm.faults.append(Refusal("status", 401, "invalid_api_key"))
    world.apologies = 1
    world.insist(world.senders.crm("m1 oi"))
    world.settle()

    def again(console: Console) -> None:
        console.replay("msg_m1")

    world.encores.append(again)
    world.command(again)


def migration(world: World) -> None:
    """A table that messages go through is expanded, backfilled and contracted while people write and workers answer."""
    world.post(world.senders.crm("m1 oi", 1))
    world.command(expand)
    world.settle()
    world.post(world.senders.crm("m2 oi", 1))
    world.command(backfill)
    world.post(world.senders.crm("m3 oi", 2))
    world.command(write_as_the_new_code)
    world.come_by("migration.together")
    world.settle()
    world.command(backfill)
    world.command(contract)
    world.post(world.senders.crm("m4 oi", 1))


SCENARIOS: Mapping[str, Scenario] = {
    "whatsapp": whatsapp,
    "email": email,
    "crm": crm,
    "chat": chat,
    "status": status,
    "media": media,
    "reconcile": reconcile,
    "sweep": sweep,
    "gaps": gaps,
    "purge": purge,
    "hashless": hashless,
    "replay": replay,
    "migration": migration,
}
