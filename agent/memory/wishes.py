"""What she likes, what she wants to be reminded of, and by when she needs it: rules over her own sentences. Pure."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from agent.grounding.words.folding import fold_in_place
from agent.memory.coming_days import find_coming_day
from agent.memory.rules import Rule, cut_out, is_denied, phrases
from agent.memory.sentences import Sentence
from agent.memory.told import Told

_PREFERS: Final = Rule(
    "preference",
    phrases(
        *(
            "prefiro",
            "preferimos",
            "gosto mais de",
            "a gente prefere",
            "minha preferência (é|eh) [por]",
            "my preference is",
        ),
        *("gosto de (ver|receber|falar)", "i like (to see|to get|to receive|seeing|getting)", "me gusta (ver|recibir)"),
        *("i prefer", "we prefer", "(i'd|i would|we'd|we would) [much] (prefer|rather)", "prefiero", "me gusta más"),
        "mi preferencia es",
    ),
    "preference",
)
_DISLIKES: Final = Rule(
    "dislike",
    phrases(
        *(
            "não (gosto|gostamos) de",
            "odeio",
            "detesto",
            "(i|we) (don't|do not) like",
            "i hate",
            "no me (gusta|gustan)",
        ),
        "odio",
    ),
    "preference",
)
# Of each topic she has one preference at a time.
_TOPICS: Final = {
    "answers": r"respostas?|respuestas?|answers?|repl(?:y|ies)|mensagens|messages?|mensajes|textos?|resum\w+|summar\w+",
    "payment": r"boletos?|pix|cart(?:ao|oes)|a vista|a prazo|prazo de|\d+ dias|card|cash|invoice|transfer\w*|tarjeta"
    r"|contado|parcelad\w|credito|credit|net \d+|dias de prazo|faturad\w",
    "channel": r"whats\w*|zap|e-?mails?|correo|telefone|ligac\w+|liguem?|phone|calls?|llamadas?|telefono|sms",
    "time": r"de manha|manhas|pela manha|a tarde|a noite|segundas?|tercas?|quartas?|quintas?|sextas?|horas?|morning\w*"
    r"|afternoon\w*|evening\w*|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|por la manana|tardes?|lunes"
    r"|martes|miercoles|jueves|viernes|\d{1,2}h",
    "delivery": r"entregas?|entregar|frete|retirar|retirada|deliver\w*|shipping|pick ?up|envios?|recoger",
    "language": r"portugues|ingles|espanhol|english|spanish|portuguese|espanol",
}
_TOPIC_PATTERNS: Final = tuple((name, re.compile(rf"\b(?:{words})\b")) for name, words in _TOPICS.items())

_WEEKDAYS: Final = (
    r"(?:segundas?|tercas?|quartas?|quintas?|sextas?|sabados?|domingos?|fins? de semana|feriados?|\d[aª]s?|mondays?"
    r"|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|weekends?|holidays?|lunes|martes|miercoles|jueves"
    r"|viernes|fines de semana|feriados?)"
)
_SCHEDULE: Final = re.compile(
    r"\b(?:(?:nao|n|num) trabalh(?:o|amos)|(?:i|we) (?:don't|dont|do not) work|no trabaj(?:o|amos)|(?:so |apenas )?"
    r"trabalh(?:o|amos) (?:so |apenas )?|(?:i|we) (?:only )?work (?:only )?|(?:solo )?trabaj(?:o|amos) (?:solo )?)\s*"
    rf"(?:(?:de|no|na|nos|nas|ao|aos|a|as|on|from|los|el|en|the)\s+)*{_WEEKDAYS}\b"
    r"(?=\W*(?:$|[,;.!-]|(?:e|a|ate|as|das|nem|de|ou|so|y|and|to|or|feira|feiras|por|pela|depois|antes|ni|o)\b))"
)
_PLANS: Final = re.compile(
    r"\b(?:(?:tenho|temos|preciso|precisamos) (?:que |q |de )?(?:visitar|ligar|passar|mandar|entregar|levar|falar"
    r"|cobrar|fechar|retornar|buscar|enviar)|(?:i|we) (?:have to|need to|must|gotta) (?:visit|call|stop by|send|deliver"
    r"|take|talk|close|return|pick up)|(?:tengo|tenemos) que (?:visitar|llamar|pasar|mandar|entregar|llevar|hablar"
    r"|cerrar|enviar))\b"
)

_REMINDS: Final = Rule(
    "reminder",
    phrases(
        *(
            "me (lembra|lembre|lembrar) [de|que|sobre]",
            "lembre-me [de|que]",
            "me avisa (de|para|que)",
            "remind me [to|about|that]",
        ),
        *(
            "não me (deixa|deixe) esquecer [de|que]",
            "(don't|do not) let me forget [to|about]",
            "no me dejes olvidar [que]",
        ),
        *("recuérdame [de|que]", "recordame [de|que]", "me puedes recordar [que]", "puedes recordarme [que]"),
    ),
    "commitment",
)
_NEEDS: Final = re.compile(
    r"\b(?:preciso|precisamos|quero|queremos|tenho|temos|prazo|a entrega|o contrato|a proposta|a licitacao|o orcamento"
    r"|i need|we need|i have|we have|deadline|the contract|the proposal|the quote|necesito|necesitamos|tengo|tenemos"
    r"|el plazo|el contrato|la propuesta|la entrega)\b"
)
_BY: Final = re.compile(
    r"\b(?:ate|prazo|vence|vencem|expira|termina|acaba|by|before|until|no later than|due|expires?|ends?|hasta|antes de"
    r"|antes del|a mas tardar|plazo|caduca|deadline)\b"
)
_OF_SALES: Final = re.compile(
    r"\b(?:ontem|passad[oa]|vendi|vendemos|vendas|faturamento|yesterday|last|sales|sold|revenue|ayer|ventas|vendio|quanto"
    r"|quantos|quais|qual|how|what|which|cuanto|cuantos|quem|quien|who|whom|mostre|mostra|lista|show|list|relatorio|report|informe)\b"
)


def find_wishes(sentence: Sentence, today: date) -> Iterator[Told]:
    """Preferences and deadlines of statements; reminders also where she asks whether one could."""
    reminders = [replace(told, due_on=find_coming_day(sentence.folded, today)) for told in _REMINDS.read(sentence)]
    yield from reminders
    if sentence.is_question:
        return
    yield from _find_preferences(sentence)
    if match := _SCHEDULE.search(sentence.folded):
        words = cut_out(sentence, match.start(), len(sentence.said)).said
        yield Told("person", "schedule", words, "profile", sentence.said.strip())
    if not reminders and (match := _PLANS.search(sentence.folded)):
        yield from _find_plan(sentence, match.start(), today)
    if not reminders:
        yield from _find_deadline(sentence, today)


# "Prefiro que ..." orders somebody about, but for how she is written to and what a thing is to be like.
_ORDERS: Final = re.compile(
    r"(?:que|that) (?!(?:nao )?(?:seja|sejam|sea|sean|fique|fiquem|venha|venham|entregue|entreguem|entreguen|be|it)\b"
    r"|(?:nao |no )?(?:me|nos) (?:liguem?|mandem?|enviem?|escrevam?|avisem?|llamen?|manden?|envien?|escriban?)\b)"
)


def _find_preferences(sentence: Sentence) -> Iterator[Told]:
    for told in (*_PREFERS.read(sentence), *_DISLIKES.read(sentence)):
        if _ORDERS.match(fold_in_place(told.value)):
            continue
        topic = topic_of(sentence.folded)
        yield replace(told, predicate=f"{told.predicate}:{topic}") if topic else told


def topic_of(folded: str) -> str:
    return next((name for name, pattern in _TOPIC_PATTERNS if pattern.search(folded)), "")


def _find_plan(sentence: Sentence, start: int, today: date) -> Iterator[Told]:
    """What she is to do, and not what she need not, on a day that comes; without one it may be an order, or a question
    of sales."""
    if is_denied(sentence.folded, start):
        return
    due_on = find_coming_day(sentence.folded, today)
    if due_on is not None and not _OF_SALES.search(sentence.folded):
        words = cut_out(sentence, start, len(sentence.said)).said
        yield Told("person", "plan", words, "commitment", sentence.said.strip(), due_on, confidence=0.8)


def _find_deadline(sentence: Sentence, today: date) -> Iterator[Told]:
    folded = sentence.folded
    if not (_NEEDS.search(folded) and _BY.search(folded)) or _OF_SALES.search(folded):
        return
    due_on = find_coming_day(sentence.folded, today)
    if due_on is not None:
        words = sentence.said.strip(" .!\n")
        yield Told("person", "deadline", words, "commitment", sentence.said.strip(), due_on, confidence=0.8)
