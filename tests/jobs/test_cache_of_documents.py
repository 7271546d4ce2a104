"""Answers out of the company's own documents, given again for as long as those and what else was read stand still."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from agent.agent import Agent, Limits
from agent.base import Tool
from agent.tools.knowledge import build_search_tool
from agent.tools.prices import build_price_tool
from jobs.knowledge.library import Library
from jobs.runtime import WorkPolicy
from models.knowledge.chunk import Chunk
from models.knowledge.document import Upload
from models.session import session_scope
from models.tenant import ensure_tenant
from tests.fakes import OneAgent, wish
from tests.jobs.house import House, counting_tool

ASKED = "Qual é o prazo de entrega?"
ANEW = "Feito de novo."
SAID = "O prazo consta no documento (termos.pdf, p. 3)."


@dataclass
class Desk:
    """A house with documents, a source of sales that tells its version, and something that writes."""

    house: House
    library: Library
    sales: str = "1"
    number: int = 0

    def add(
        self, key: str, words: str = "Prazo de entrega: três dias.", *, roles: tuple[str, ...] = ("manager",)
    ) -> None:
        chunk = Chunk(words, words, (), {"page": 3})
        self.library.add(self.house.account.tenant_id, Upload(key, key, "pt", roles), [chunk])

    def script(self, *steps: object, tool: str = "search_documents") -> None:
        asked = "product" if tool == "price_of" else "query"
        self.house.provider.script = [wish(tool, **{asked: "prazo de entrega"}), *steps]

    def ask(self, text: str = ASKED, sender: str = "+5511999990000") -> str:
        self.number += 1
        before = len(self.house.sent)
        self.house.advance(self.house.say(text, f"k{self.number}", sender=sender))
        return "\n".join(self.house.sent[before:])

    def is_given_again(self) -> bool:
        """What the next who asks the same gets."""
        return self.answered_by(ASKED) == "an earlier answer"

    def answered_by(self, text: str) -> str:
        """What somebody else gets who asks that."""
        self.script(ANEW)
        reply = self.ask(text, sender=f"+55{self.number}")
        return "the LLM" if reply.startswith(ANEW) else "an earlier answer" if "(resposta de " in reply else reply


@pytest.fixture
def desk(house: House) -> Desk:
    desk = Desk(house, Library(house.engine))
    desk.add("termos.pdf")
    tools: dict[str, Tool] = {
        "search_documents": build_search_tool(desk.library),
        "price_of": build_price_tool(desk.library),
        "count_up": replace(counting_tool(house.tool_calls), version=lambda tenant_id: desk.sales),
    }
    agent = Agent(house.provider, "scripted", tools, Limits(steps=4), house.clock)
    object.__setattr__(house.services, "agents", OneAgent(agent))
    return desk


@pytest.mark.parametrize("tool", ["search_documents", "price_of"])
def test_the_same_question_gets_the_earlier_answer_with_its_source_and_no_llm(desk: Desk, tool: str) -> None:
    desk.script(SAID, tool=tool)
    assert desk.ask() == SAID
    assert desk.ask().startswith(f"{SAID}\n\n(resposta de ")
    assert desk.ask(sender="+552").startswith(f"{SAID}\n\n(resposta de ")
    assert len(desk.house.provider.requests) == 2
    assert desk.house.rows("SELECT DISTINCT taint FROM turn") == [("documents",)], "no write may follow either of them"


@pytest.mark.parametrize(
    ("change", "is_given_again"),
    [
        (lambda desk: desk.add("termos.pdf", "Prazo de entrega: nove dias."), False),
        (lambda desk: desk.add("outro.pdf", "Garantia de um ano."), False),
        (lambda desk: desk.library.remove(desk.house.account.tenant_id, "termos.pdf"), False),
        (lambda desk: desk.house.clock.move(24 * 3600), False),
        (lambda desk: setattr(desk, "sales", "2"), True),
        (lambda desk: add_to_another_company(desk), True),
    ],
    ids=["replaced", "another", "removed", "the next day", "sales", "another company"],
)
def test_whatever_changes_what_can_be_found_makes_the_next_look_miss(
    desk: Desk, change: Callable[[Desk], object], is_given_again: bool
) -> None:
    desk.add("sempre.pdf", "Pagamento em trinta dias.")
    desk.script(SAID)
    desk.ask()
    change(desk)
    assert desk.is_given_again() is is_given_again


def add_to_another_company(desk: Desk) -> None:
    with session_scope(desk.house.engine) as connection:
        other = ensure_tenant(connection, slug="other", name="Outra", timezone="America/Sao_Paulo")
    desk.library.add(other, Upload("x", "x", "pt", ("manager",)), [Chunk("Prazo de entrega", "Prazo de entrega")])


@pytest.mark.parametrize("change", [lambda desk: desk.add("novo.pdf"), lambda desk: setattr(desk, "sales", "2")])
def test_what_came_from_documents_and_sales_data_hangs_on_both(desk: Desk, change: Callable[[Desk], object]) -> None:
    desk.script(wish("count_up"), SAID)
    desk.ask()
    assert desk.is_given_again()
    change(desk)
    assert not desk.is_given_again()


IN_OTHER_WORDS = "Gostaria de saber qual o prazo da entrega, por favor"


def test_another_wording_is_answered_anew_unless_that_is_switched_on(desk: Desk) -> None:
    desk.script(SAID)
    desk.ask()
    assert desk.answered_by(IN_OTHER_WORDS) == "the LLM"


def test_another_wording_shares_an_answer_out_of_documents_where_that_is_switched_on(desk: Desk) -> None:
    use_likeness(desk)
    desk.script(SAID)
    desk.ask()
    assert desk.answered_by(IN_OTHER_WORDS) == "an earlier answer"
    desk.add("novo.pdf")
    assert desk.answered_by(IN_OTHER_WORDS) == "the LLM"


def test_another_wording_shares_no_answer_that_sales_data_are_in(desk: Desk) -> None:
    use_likeness(desk)
    desk.script(wish("count_up"), SAID)
    desk.ask()
    assert desk.answered_by(IN_OTHER_WORDS) == "the LLM"


def use_likeness(desk: Desk) -> None:
    object.__setattr__(desk.house.services, "policy", WorkPolicy(answers_by_likeness=True))


def test_a_document_that_comes_while_the_tool_runs_leaves_no_answer(desk: Desk) -> None:
    search = desk.house.services.agents.agent.toolbox.tools["search_documents"]  # type: ignore[attr-defined]

    def call_and_add(context: object, arguments: object) -> object:
        result = search.call(context, arguments)
        desk.add("novo.pdf")
        return result

    slow = replace(search, call=call_and_add)
    agent = Agent(desk.house.provider, "scripted", {"search_documents": slow}, Limits(), desk.house.clock)
    object.__setattr__(desk.house.services, "agents", OneAgent(agent))
    desk.script(SAID)
    desk.ask()
    assert desk.house.rows("SELECT * FROM cached_answer WHERE turn_id IS NOT NULL") == []


def test_who_may_read_other_documents_gets_another_answer(desk: Desk) -> None:
    desk.script(SAID)
    desk.ask()
    tenant, account = desk.house.account.tenant_id, desk.house.account.id
    desk.house.run(
        "INSERT INTO person (id, tenant_id, name, role, salesperson) "
        f"VALUES ('00000000-0000-0000-0000-000000000001', '{tenant}', 'Ana', 'rep', 'Ana Souza')"
    )
    desk.house.run(
        "INSERT INTO identity (id, account_id, address, person_id) VALUES ('00000000-0000-0000-0000-000000000002', "
        f"'{account}', '+5577', '00000000-0000-0000-0000-000000000001')"
    )
    desk.script("Para representantes não há documento.")
    assert desk.ask(sender="+5577") == "Para representantes não há documento."


def test_that_the_documents_are_silent_is_not_given_again(desk: Desk) -> None:
    desk.house.provider.script = [wish("search_documents", query="xilofone barítono"), "Não consta."]
    desk.ask()
    assert not desk.is_given_again(), "another wording of the same question may find it"
