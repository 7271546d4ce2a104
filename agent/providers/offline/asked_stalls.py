"""Questions about deals that stand still."""

from typing import Final

from agent.base import Situation
from agent.periods.words import fold
from agent.providers.offline.plain import Plain, name_of, phrases_of, without_phrase, word_set
from agent.providers.offline.plan import Step
from agent.providers.offline.vocabulary import STAGES
from models.catalogue import Catalogue

_DEALS: Final = word_set("negocio negocios oportunidade oportunidades oportunidad deal deals opportunity opportunities")
_STILL: Final = phrases_of("""
parado, parados, parada, paradas, travado, travados, travada, travadas, estagnado, estagnados, estagnada, estagnadas,
encalhado, encalhados, encalhadas, esquecido, esquecidos, esquecidas, empacado, empacados, empacadas, sem movimento,
sem movimentacao, sem andamento, sem avanco, sem avancar, sem atualizacao, sem mexer, nao andam, nao anda, nao andaram,
nao andou, nao avancam, nao avanca, nao avancaram, nao avancou, nao se mexem, nao mexem, nao se movem, nao se moveram,
nao mudam de etapa, nao mudaram de etapa, nao movimentam, nao movimentaram, nao saem do lugar, stalled, stuck, stale,
idle, standing still, not moving, not moved, haven't moved, hasn't moved, have not moved, has not moved, havent moved,
didn't move, did not move, don't move, aren't moving, are not moving, without movement, with no movement, no movement,
gone cold, going nowhere, estancado, estancados, estancada, estancadas, detenido, detenidos, detenida, detenidas,
trabado, trabados, trabada, trabadas, sin movimiento, sin avance, sin avanzar, sin moverse, no avanzan, no avanza,
no avanzaron, no han avanzado, no se mueven, no se movieron, no se han movido
""")
_MINE: Final = word_set("meu meus minha minhas my mi mis")
_ALLOWED: Final = _DEALS | word_set(
    "quais qual que cuales cual lista listar liste list mostre mostra mostrar show ver estao esta estan ficaram ficou "
    "ta tao temos tem tengo tenho ha hace faz fazem desde mais de do da dos das del than more over nos ultimos nas "
    "last past in the any longer ya quantos quantas cuantos cuantas how many etapa stage en em na no funil pipeline "
    "embudo our nossos"
)
_STAGES: Final[dict[str, str]] = {
    phrase.strip(): stage
    for stage, phrases in STAGES.items()
    for phrase in phrases.split(",")
    if " " not in phrase.strip()
}
STALL_WORDS: Final = _ALLOWED | frozenset(word for phrase in _STILL for word in phrase)


def read_stalls(plain: Plain, situation: Situation, catalogue: Catalogue) -> list[Step] | None:
    """None where something else is asked."""
    people = [name_of(plain, hit) for hit in plain.names if hit.candidates[0].kind == "salesperson"]
    if len(people) != len(plain.names) or len(people) > 1 or plain.periods or len(plain.lengths) > 1:
        return None
    words = plain.words(STALL_WORDS)
    stages = list(dict.fromkeys(_STAGES[word] for word in words if word in _STAGES))
    mine = bool(_MINE & set(words))
    rest = without_phrase([word for word in words if word not in _STAGES and word not in _MINE], _STILL)
    if rest is None or not (_DEALS & set(words) or stages) or not plain.is_explained(rest, _ALLOWED):
        return None
    if len(stages) > 1 or (mine and (people or not situation.salesperson)):
        return None
    if stages and not _DEALS & set(words) and _asks_how_much(words):
        return None  # "quanto tem parado em negociação?" is a stage's value
    known = {fold(name): name for name in catalogue.stages}
    if any(stage not in known for stage in stages):
        return None
    who = people[0] if people else situation.salesperson if mine else None
    asked = {"stage": known[stages[0]]} if stages else {}
    asked |= {"salesperson": who} if who else {}
    return [Step("stalled_deals", asked | ({"days": plain.lengths[0].days} if plain.lengths else {}))]


def _asks_how_much(words: list[str]) -> bool:
    return bool({"quanto", "qto", "cuanto", "much", "valor", "value", "vale"} & set(words))


def stage_of(word: str, catalogue: Catalogue) -> str | None:
    """The company's stage that a word names."""
    return {fold(name): name for name in catalogue.stages}.get(_STAGES.get(word, ""))
