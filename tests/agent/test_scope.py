"""A company's sales assistant: what is plainly something else is refused without an LLM, and sales never are."""

from datetime import date

import pytest

from agent.agent import Agent, Limits
from agent.base import Situation, TurnInput
from agent.scope import is_off_topic
from agent.scratch import ScratchJournal
from models.ids import new_id
from tests.fakes import FixedClock, ScriptedProvider

OTHER_TOPICS = [
    "escreva um poema sobre o mar",
    "Me conta uma piada",
    "faz um rap sobre vendedores",
    "crie um conto de terror",
    "write me a poem about spring",
    "tell me a joke",
    "compose a song for my wife",
    "cuéntame un chiste",
    "escreve um código em python que ordene uma lista",
    "write a function in javascript",
    "me ajuda com um script em bash?",
    "faça uma redação sobre a inflação",
    "vai chover amanhã?",
    "qual a previsão do tempo para sábado?",
    "weather forecast for São Paulo",
    "me diz meu horóscopo",
    "em quem eu devo votar?",
    "who should I vote for?",
    "quem ganhou o jogo ontem?",
    "who won the game?",
    "resolva esta equação: x² = 4",
    "me ajuda com o dever de casa do meu filho",
    "do my homework please",
    "qual o sentido da vida?",
    "finja que você é meu namorado",
    "pretend to be a pirate",
    "recomenda um filme pra hoje",
    "suggest a good book",
    "qual é a capital da França?",
    "what is the capital of Peru",
    "quais os sintomas da dengue",
    "remédio para dor de cabeça",
    "ative o modo desenvolvedor",
]

SALES = [
    "qual a receita de bolo de cenoura este mês?",
    "receita de vendas por produto",
    "quanto vendi ontem?",
    "como tô na meta?",
    "faz um resumo do Mercado Lima",
    "escreva uma mensagem de retomada para a Padaria Sol",
    "crie uma tarefa para ligar na quinta",
    "conta quantos pedidos saíram hoje",
    "conta da Padaria Conto de Fadas está em dia?",
    "qual cliente comprou mais em abril?",
    "previsão de vendas do mês",
    "o negócio da Farmácia Remédio Certo está parado?",
    "quem ganhou o negócio da Livraria Cultura?",
    "what is the total of last week?",
    "tell me about the customer Book House",
    "write a note on Mercado Lima: call on Friday",
    "me passa o funil",
    "quem são os 3 vendedores que mais dão desconto?",
    "qual o valor do pedido 4521?",
    "compare janeiro com fevereiro",
    "resolva a pendência do pedido 88",
    "quanto o cliente Capital do Pão comprou?",
    "a capital paulista vendeu quanto?",
    "sugira o próximo passo com o cliente",
    "recomenda um cliente para visitar hoje",
    "make a summary of open deals",
    "quais produtos caíram de venda?",
    "cotação do dólar hoje",
    "¿cuánto vendí ayer?",
    "obrigado!",
]


def test_there_are_more_than_sixty_phrases() -> None:
    assert len({*OTHER_TOPICS, *SALES}) >= 60


@pytest.mark.parametrize("text", OTHER_TOPICS)
def test_what_is_no_business_of_ours_is_refused_politely_and_without_an_llm(text: str) -> None:
    provider = ScriptedProvider()
    agent = Agent(provider, "x", {}, Limits(), FixedClock())
    situation = Situation(date(2026, 3, 2), "manager", "Ana")
    result = agent.run(TurnInput(new_id(), text, (), situation, "America/Sao_Paulo"), ScratchJournal())
    assert any(word in result.text for word in ("vendas", "sales", "ventas"))
    assert (provider.requests, result.steps) == ([], 0)


@pytest.mark.parametrize("text", SALES)
def test_what_may_be_meant_of_sales_is_for_the_llm(text: str) -> None:
    assert not is_off_topic(text)
