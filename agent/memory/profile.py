"""Who she is and where she works: rules over her own sentences. Pure."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from agent.memory.numbers import find_cnpj, read_phone
from agent.memory.rules import (
    FIRM_WORDS,
    NO_NAMES,
    Found,
    Rule,
    is_firm_word,
    is_name,
    is_proper,
    is_short,
    named,
    phrases,
)
from agent.memory.sentences import Sentence
from agent.memory.told import Told
from agent.periods import find_periods
from agent.providers.offline.lexing import is_common

_ANY_DAY: Final = date(2000, 1, 3)  # whether words name days hangs on none
_JOB: Final = re.compile(
    r"(?:(?:sales|purchasing|procurement|finance|logistics|marketing|general|regional|store) )?(?:comprador[a]?|gerente"
    r"|diretor[a]?|director[a]?|don[oa]|soci[oa]|proprietari[oa]|vendedor[a]?|representante|supervisor[a]?|coordenador[a]?"
    r"|analista|assistente|financeiro|responsavel|encarregad[oa]|encargad[oa]|chef|jef[ea]|duen[oa]|buyer|manager|owner"
    r"|partner|salesperson|sales rep|representative|coordinator|analyst|assistant|head)\b"
)


def _is_job(found: Found) -> bool:
    return bool(_JOB.match(found.folded)) and len(found.folded) <= 60


def _has_figure(found: Found) -> bool:
    return any(one.isdigit() for one in found.folded)


_NAME: Final = phrases(
    *("[o] meu nome [completo] (é|eh)", "[eu] me chamo", "my [full] name is", "my name's"),
    *("mi nombre [completo] es", "me llamo"),
)
_HERE_IS: Final = phrases(
    *("aqui (é|eh) (o|a)", "quem (fala|escreve|está falando) (é|eh) (o|a)", "[eu] sou (o|a)"),
    *("this is", "i am", "i'm", "aquí habla", "aquí escribe", "soy"),
)
_NICKNAME: Final = phrases(
    *("me (chama|chame|chamar|chamem) [só] (de|por)", "me chamam de", "call me", "llámame", "llámenme"),
    *("me puedes llamar", "puedes llamarme", "me puede llamar", "puede llamarme"),
)
# Behind these it may be no name: "me dicen cosas", "he calls me twice a day", "puedes decirme cuánto vendí".
_NICKNAME_CALLED: Final = re.compile(r"\b(?:calls me|puedes decirme|me dicen(?![^,;.!?]*\bque\b))\s+(?=\S)")
_WORKS_AT: Final = phrases(
    *("trabalho (na|no|para a|para o|pra|pela|pelo) [empresa]", "represento (a|o) [empresa]", "falo em nome (da|do)"),
    *("[a] (minha|nossa) (empresa|firma|loja) (é|eh|se chama) [a|o]", "sou da (empresa|loja)", "somos (da|do)"),
    *("aqui (é|eh) da", "i work (at|for)", "i represent", "(my|our) (company|shop|store) is [called]", "we are from"),
    *("trabajo (en|para)", "represento a", "(mi|nuestra) (empresa|tienda) (es|se llama)", "somos de"),
)
_CALLED: Final = r"(?!(?:the|an?|my|our|not|just|about|el|un) )(?:[\w'-]+ ){1,3}?"
_SOMEBODY_OF: Final = re.compile(
    rf"\b(?:(?:aqui (?:e|eh)|quem fala (?:e|eh)|sou) [oa]|this is|i'm|i am|soy) {_CALLED}"
    r"(?:da|do|from|de la|del) (?=\S)"
    rf"|\b(?:me chamo|meu nome (?:e|eh)|my name is|me llamo|mi nombre es) {_CALLED}"
    rf"(?:from |(?:da|do|de la|del) (?={FIRM_WORDS}\b))(?=\S)"
    rf"|\b(?:sou|soy)(?: [oa] (?:[\w'-]+ ){{0,2}}[\w'-]+,)? (?:da|do|de la|del) (?={FIRM_WORDS}\b)"
)
_IS_A: Final = phrases("[eu] sou [o|a]", "i am [the|an|a]", "i'm [the|an|a]", "soy [el|la]")
_LIVES_IN: Final = phrases(
    *(
        "[eu] moro em",
        "(to|tô|estou) morando em",
        "i live in",
        "(i'm|im) based in",
        "vivo en",
    ),
)
_MOVED: Final = phrases("(me mudei|mudei) (pra|para)", "i moved to", "me mudé a")
# "Não moro mais em campinas, mudei pra santos": it is homes that she speaks of.
_MOVED_HOME: Final = re.compile(
    r"(?:(?<=\bmoro em )|(?<=\bmoro mais em )|(?<=\bmorava em )|(?<=\blive in )|(?<=\blived in )|(?<=\bvivo en )"
    r"|(?<=\bvivia en ))[^;.?!]{2,60}?(?<!\bnao )(?<!\bnao me )\b(?:mudei (?:pra|para)|moved to|me mude a)\s+(?=\S)"
)
_HAS_A_HOUSE_IN: Final = phrases(
    *("[a] (nossa|minha) (loja|empresa|sede|matriz) fica em", "(we are|we're) based in"),
    *("(my|our) (store|shop|office) is in", "(mi|nuestra) (tienda|oficina) (está|queda) en"),
)
_NO_CITY: Final = re.compile(
    r"(?:casa|apartamento|apto|ape|cima|baixo|frente|paz|predio|condominio|republica|kitnet|bairro|cidade|outra?|longe"
    r"|perto|proximo|tempo|fear|peace|an?|the|my|paz|familia|pareja|otra?|centro|interior|minha?|meu|mala|uma?|lugar|fazenda|sitio|alg\w+"
    rf"|opc\w+|breve|plano|versao|proposta|equipe|time|area|setor|outros?|{FIRM_WORDS})\b"
)
_AREA: Final = "(região|zona|área|praça|rota|carteira)"
_TERRITORY: Final = phrases(
    f"[eu] (cuido|atendo) (da|do|a|o) {_AREA} (de|do|da)",
    f"[eu] (fico|sou|estou|tô|fiquei) [o|a] responsável (pela|pelo) {_AREA} (de|do|da)",
    "i (cover|look after) the (territory|region|area) of",
    "(me encargo|soy responsable) de la (zona|región|ruta) (de|del)",
)
# What stands behind them may be no name: "minha rota é longa", "minha região é a pior do ranking".
_TERRITORY_CALLED: Final = phrases(
    f"[a] (minha|nossa) {_AREA} [agora] (é|eh) [agora] [o|a]",
    f"[eu] (fico|sou|estou|tô|fiquei) [o|a] responsável (pela|pelo) {_AREA}",
    "my (territory|region|area|route) is [now] [the]",
    "mi (zona|región|área|ruta|cartera) [ahora] es [ahora] [el|la]",
    "(me encargo|soy responsable) de la (zona|región|ruta)",
)
_PLACE: Final = re.compile(
    r"(?:extremo |grande |todo o |toda a )?(?:norte|sul|leste|oeste|nordeste|noroeste|sudeste|sudoeste|centro|litoral"
    r"|interior|capital|baixada|vale|serra|triangulo|abc|regiao|zona|north\w*|south\w*|east\w*|west\w*|midwest|coast\w*"
    r"|downtown|bay|sur|este|noreste|noroeste|sureste|costa|valle)\b"
    r"(?! (?:que|mais|menos|menor|maior|pior|melhor|forte))"
)
_BOSS: Final = (
    r"(?:\b(?:meu|minha|mi|my)\s+(?:gerente|chefe|supervisor[a]?|coordenador[a]?|manager|boss|jef[ea])"
    r"(?:\s+(?:agora|now|ahora))?\s+(?:e|eh|is|es)(?:\s+(?:agora|now|ahora))?\s+)"
)
_BORN_ON: Final = phrases(
    *("meu aniversário (é|eh|cai) [no dia|dia|em]", "faço aniversário [no dia|dia|em]", "my birthday is [on]"),
    *("mi cumpleaños es [el]", "cumplo años el"),
)


def _is_someone(found: Found) -> bool:
    """Not "o cara mais chato"."""
    words = found.folded.split()
    return is_name(found) and not {"cara", "mais", "menos", "melhor", "pior", "unico", "unica", "mejor"}.intersection(
        words
    )


def _is_city(found: Found) -> bool:
    """Written small as well: nothing else is lived in but what is listed, days, and what sales are asked by."""
    words = found.folded.split()
    is_small = is_short(found) and not _NO_CITY.match(found.folded) and words[-1] not in NO_NAMES
    is_sold = all(map(is_common, words))
    return (is_small and words[0].isalpha() and not is_sold and not _names_days(found)) or _is_proper_city(found)


def _is_proper_city(found: Found) -> bool:
    """ "Boa Vista", but neither "Vendas" nor "Segunda"."""
    words = found.folded.split()
    return is_proper(found) and not (len(words) == 1 and is_common(words[0])) and not _names_days(found)


def _names_days(found: Found) -> bool:
    return bool(find_periods(found.folded, _ANY_DAY))


def _is_place(found: Found) -> bool:
    return is_proper(found) or (is_short(found) and bool(_PLACE.match(found.folded)))


def _is_called(found: Found) -> bool:
    return is_proper(found) and is_name(found) and len(found.folded.split()) <= 4


def _is_nickname(found: Found) -> bool:
    """In capitals to its end, and no company's: not "Ana cuánto vendió"."""
    words = found.said.split()
    return _is_called(found) and all(word[:1].isupper() for word in words) and not is_firm_word(found.folded.split()[0])


_RULES: Final = (
    named("name", _NAME, is_name, "full"),
    named("name", _HERE_IS, _is_called, "first"),
    named("nickname", _NICKNAME, is_name, "first"),
    named("nickname", _NICKNAME_CALLED, _is_nickname, "first"),
    named("company", _WORKS_AT, is_proper, "firm"),
    named("company", _SOMEBODY_OF, is_proper, "firm"),
    Rule("role", _IS_A, accepts=_is_job),
    named("city", _LIVES_IN, _is_city, "full"),
    named("city", _MOVED, _is_proper_city, "full"),
    named("city", _MOVED_HOME, _is_city, "full"),
    named("city", _HAS_A_HOUSE_IN, is_proper, "full"),
    Rule("territory", _TERRITORY, accepts=is_short),
    Rule("territory", _TERRITORY_CALLED, accepts=_is_place),
    named("boss", re.compile(rf"{_BOSS}(?:o|a|el|la)\s+(?=\S)"), _is_someone, "full"),
    named("boss", re.compile(rf"{_BOSS}(?!(?:o|a|el|la)\s)(?=\S)"), is_proper, "full"),
    Rule("birthday", _BORN_ON, accepts=_has_figure),
)

_MAIL: Final = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_OWN: Final = r"\b(?:meu|meus|my|mi|mis|me (?:escreva|escreve|manda|mande|envia|envie|escribe|escriba|email))\b"
_MINE_MAIL: Final = re.compile(rf"{_OWN}.{{0,30}}\b(?:e-?mail|correo|mail)\b|{_OWN} (?:para|em|at|a) (?=[\w.]+@)")
_MINE_PHONE: Final = re.compile(
    r"\b(?:meu|my|mi) (?:novo |numero de |new |nuevo |numero )*(?:telefone|celular|cel|whats\w*|zap|numero|fone|contato"
    r"|phone|cell|mobile|number|telefono|movil)\b"
)
_OTHERS_CNPJ: Final = re.compile(
    r"\bcnpj (?:d[eao]s?|del?|of|for) (?!nossa|minha|nosso|empresa\b|mi\b|my|our|nuestra|emissao)"
    r"|\b(?:dele|dela|their|his|her|su|fornecedor|concorrente)\b"
)


def find_profile(sentence: Sentence) -> Iterator[Told]:
    """In no order; of questions nothing."""
    if sentence.is_question:
        return
    for rule in _RULES:
        yield from rule.read(sentence)
    yield from _find_numbers(sentence)


def _find_numbers(sentence: Sentence) -> Iterator[Told]:
    quote, folded = sentence.said.strip(), sentence.folded
    if _MINE_MAIL.search(folded) and (mail := _MAIL.search(folded)):
        yield Told("person", "email", mail[0], "profile", quote)
    if (mine := _MINE_PHONE.search(folded)) and (phone := read_phone(sentence.said[mine.start() :])):
        yield Told("person", "phone", phone, "profile", quote)
    is_ours = "cnpj" in folded and not _OTHERS_CNPJ.search(folded)
    if is_ours and (cnpj := find_cnpj(sentence.said)) is not None:
        yield Told("company", "cnpj", cnpj[1], "profile", quote)
