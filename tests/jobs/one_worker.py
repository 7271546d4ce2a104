"""One worker in a process of its own: `python -m tests.jobs.one_worker DATABASE_URL`.

Each line of its input is a message of one conversation; it answers with a line of JSON, the prompt that its LLM was
given. What is due in memory it takes in first.
"""

import json
import sys

from agent.agent import Agent, Limits
from jobs.advance import advance
from jobs.alarms import Alarms
from jobs.leases import LeaseKeeper
from jobs.memory.keeper import take_in
from jobs.runtime import OpenDoor, Services, WorkPolicy, set_services
from models.inbound import InboundMessage
from models.inbox import RawRequest, store_messages
from models.session import build_engine, session_scope
from models.tenant import ensure_account, ensure_tenant
from tests.fakes import FixedClock, FullFakeChannel, OneAgent, ScriptedProvider
from tests.jobs.house import AtOnce

ANA = "+5511999990000"


def main() -> None:
    engine = build_engine(sys.argv[1], application_name="recado-tests")
    with session_scope(engine) as connection:
        tenant = ensure_tenant(connection, slug="default", name="Aurora", timezone="America/Sao_Paulo")
        account = ensure_account(connection, tenant, channel="fake")
    clock, provider, channel = FixedClock(), ScriptedProvider(), FullFakeChannel()
    services = Services(
        engine=engine,
        channel_for=lambda name, account_name: channel,
        agents=OneAgent(Agent(provider, "scripted", {}, Limits(), clock), memory_tokens=640),
        leases=LeaseKeeper(engine, sys.argv[2]),
        alarms=Alarms(lambda conversation_id: None, clock),
        clock=clock,
        policy=WorkPolicy(),
        open_door=lambda connection, tenant_id: OpenDoor("Ana", "Ana Souza"),
        background=AtOnce(),
    )
    set_services(services)
    request = RawRequest("/webhooks/fake/default", {}, b"{}", "ab" * 16)
    for number, line in enumerate(sys.stdin):
        while take_in(services):
            pass
        message = InboundMessage(f"{sys.argv[2]}-{number}", ANA, line.strip())
        [stored] = store_messages(engine, account, request, [message])
        provider.requests.clear()
        advance(str(stored.conversation_id))
        [prompt] = [asked.messages for asked in provider.requests] or [()]
        print(json.dumps([[line.role, line.content, line.origin] for line in prompt]), flush=True)


if __name__ == "__main__":
    main()
