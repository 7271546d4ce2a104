"""The company that the questions of these tests speak about, and how to ask."""

from collections.abc import Sequence
from datetime import date

from agent.base import ChatMessage, Completion, CompletionRequest, Situation, ToolSpec
from agent.providers.offline.engine import OfflineProvider
from agent.providers.offline.wording import SAYINGS
from models.catalogue import Catalogue

CAST = Catalogue(
    salespeople=(
        "Ana Beatriz Moura",
        "Bruno Teixeira",
        "João Pedro Lima",
        "João Vicente Prado",
        "Júlio Sampaio",
        "Marta Figueiredo",
    ),
    customers=(
        "Empório Bela Vista",
        "Mercearia Boa Tarde",
        "Mercado São Jorge",
        "Padaria Trigo Dourado",
        "Restaurante Maré Alta",
        "Supermercado Ipê",
        "Supermercado Jatobá",
    ),
    products=(
        "Azeite Extra Virgem 500ml",
        "Café Solúvel Serra 200g",
        "Café Torrado Serra 1kg",
        "Cerveja Lager Lata 350ml",
        "Guaraná em Garrafa 1,5L",
        "Sabão Líquido Campo 2L",
    ),
    categories=("Azeites", "Bebidas", "Cafés", "Limpeza"),
    states=("BA", "MG", "PA", "PR", "SP"),
    stages=("Prospecção", "Qualificação", "Proposta", "Negociação", "Ganho", "Perdido"),
)
TODAY = date(2026, 3, 4)
_TOOLS = (
    "sales_summary",
    "top_n",
    "compare_periods",
    "goal_progress",
    "pipeline_status",
    "customer_brief",
    "find_order",
    "lapsed_customers",
    "stalled_deals",
    "exchange_rate",
)
TOOLS = tuple(ToolSpec(name, "", {}) for name in _TOOLS)
SITUATION = Situation(today=TODAY, role="manager", salesperson="Marta Figueiredo")


def provider() -> OfflineProvider:
    return OfflineProvider(lambda situation: CAST)


def ask(
    text: str,
    *,
    situation: Situation = SITUATION,
    history: Sequence[str] = (),
    tools: Sequence[ToolSpec] = TOOLS,
    after: Sequence[ChatMessage] = (),
) -> Completion:
    """One completion; `after` are the lines that follow the question."""
    messages: list[ChatMessage] = []
    for said in history:
        messages += [ChatMessage("user", said), ChatMessage("assistant", "...")]
    messages += [ChatMessage("user", text), *after]
    return provider().complete(CompletionRequest("recado-rules-1", messages, tools, situation))


def kind_of(text: str) -> str:
    """Which of the engine's sentences a text is; empty if it is none."""
    openings = ((phrase, written.partition("{")[0]) for phrase, texts in SAYINGS.items() for written in texts.values())
    return next((phrase for phrase, opening in openings if opening and text.startswith(opening)), "")
