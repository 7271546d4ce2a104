"""Who hears an answer while it is made: whoever waits for it on a channel whose replies are fetched."""

from agent.links import tame_links
from channels.base import Channel
from jobs.live import LiveTurn, live_channel
from jobs.runtime import Services
from models.reply import Question
from models.turns import Thread


def find_listener(services: Services, thread: Thread, channel: Channel, question: Question) -> LiveTurn | None:
    """None where nobody listens. What is heard holds no links at all: whether the reply may is known at its end."""
    if services.live is None or channel.capabilities.delivery != "pull":
        return None
    where = live_channel(thread.account.id, question.external_id)
    return services.live.listen(where, tame_links)
