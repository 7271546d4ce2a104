"""Which of the company's names a text speaks of: without case and accents, by part, forgiving one slip of the pen."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from agent.periods.lexicon import WORDS
from agent.periods.words import Token, is_one_slip, tokens_of
from agent.providers.offline.states import spellings_of_state
from agent.providers.offline.terms import terms_of
from models.catalogue import Catalogue

NameKind = str  # "salesperson", "customer", "product", "category", "state", or a dimension of the company's own
_SMALL = frozenset("de da do das dos e del la las los el y of the and d em en in - ' . & , /".split())  # noqa: SIM905
_INSIDE = frozenset({"de", "da", "do", "das", "dos", "e", "del", "-", "'", ".", "&", "of", "y", "and", "la", "d"}) | {
    "em",
    "en",
    "in",
}
# No name, however shortened, starts or ends with one of these: "água com gás" but not "água com".
_PREPOSITIONS = frozenset({"com", "sem", "con", "sin", "with", "para", "pra", "for", "por", "by"})
# Words of every day are a name ("o Bom Dia comprou") only where a name would stand.
_BEFORE_A_NAME = frozenset(
    {"o", "do", "da", "dos", "das", "ao", "pro", "pra", "para", "pelo", "pela", "no", "na", "el", "del", "al", "for"}
    | {"from", "by", "of", "to", "at", "cliente", "customer", "vendas", "ventas", "loja", "mercado"}
    | {"vs", "versus", "contra", "x", "excluding", "except", "without", "sem", "sin", "exceto", "tirando", "excepto"}
)
_AFTER_A_BUYER = frozenset(
    {"comprou", "compra", "comprava", "comprando", "pediu", "pede", "gastou", "levou", "bought", "buys", "spent"}
    | {"ordered", "compro", "pidio", "gasto"}
)
_BEFORE_A_LONE_NAME = frozenset({"do", "da", "ao", "pelo", "pela", "pro", "cliente", "customer"})
_AFTER_A_LONE_NAME = frozenset(
    {"no", "na", "nos", "nas", "em", "en", "in", "on", "neste", "nesta", "nesse", "nessa", "ontem", "hoje", "desde"}
    | {"por", "e", "?", "!", ".", ","}
)
_AFTER_A_KIND = frozenset({"cliente", "customer", "vendedor", "vendedora", "loja"})
_SIZES = frozenset({"l", "ml", "g", "kg", "un", "lt", "litro", "litros"})
_LONGEST = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of the catalogue; `words` are its stems, small words left out."""

    kind: NameKind
    name: str
    words: tuple[str, ...]
    is_spoken: bool = False  # what people call a value: a phrase that is meant as a whole, or not at all


@dataclass(frozen=True, slots=True)
class NameHit:
    """A stretch of tokens (first and last included) and the entries it may mean; more than one is a question back."""

    first: int
    last: int
    candidates: tuple[Entry, ...]


def stem(word: str) -> str:
    """Singular and plural as one; good enough for comparing, not for showing."""
    return word[:-1] if len(word) > 3 and word.endswith("s") else word


class Names:
    """The catalogue, indexed by word. Immutable and safe to share."""

    def __init__(self, catalogue: Catalogue, is_common: Callable[[str], bool]) -> None:
        kinds: tuple[tuple[NameKind, tuple[str, ...]], ...] = (
            ("salesperson", catalogue.salespeople),
            ("customer", catalogue.customers),
            ("product", catalogue.products),
            ("category", catalogue.categories),
        )
        self._is_common = is_common
        self.terms = terms_of(catalogue)
        self._own_words = {word for phrase in self.terms for word in phrase}
        self._by_word: dict[str, list[Entry]] = {}
        for kind, names in kinds:
            for name in names:
                self._add(Entry(kind, name, _stems(tokens_of(name))))
        for state in catalogue.states:
            for spelling in spellings_of_state(state):
                self._add(Entry("state", state, _stems(tokens_of(spelling))))
        for dimension in catalogue.dimensions:
            for value, spoken in dimension.values if dimension.is_own else ():
                for spelling in (value, *spoken):
                    self._add(Entry(dimension.name, value, _stems(tokens_of(spelling)), spelling != value))
        self._by_length: dict[int, list[str]] = {}
        for word in self._by_word:
            self._by_length.setdefault(len(word), []).append(word)
        self._near = lru_cache(maxsize=1024)(self._nearest)

    def _add(self, entry: Entry) -> None:
        for word in set(entry.words):
            self._by_word.setdefault(word, []).append(entry)

    def find(self, tokens: list[Token]) -> list[NameHit]:
        """Names in reading order, the longest stretch at each place."""
        hits: list[NameHit] = []
        index = 0
        while index < len(tokens):
            hit = self._longest_at(tokens, index) if tokens[index].word not in _SMALL else None
            hit = None if hit is not None and self._is_a_word_of_the_company(tokens, hit) else hit
            if hit is not None:
                hits.append(hit)
            index = hit.last + 1 if hit else index + 1
        return hits

    def _is_a_word_of_the_company(self, tokens: list[Token], hit: NameHit) -> bool:
        """ "Vendas por loja" speaks of the dimension called so, not of a customer whose name begins with it."""
        said = tuple(token.word for token in tokens[hit.first : hit.last + 1])
        whole = _stems(tokens[hit.first : hit.last + 1])
        return said in self.terms and all(entry.words != whole for entry in hit.candidates)

    def _longest_at(self, tokens: list[Token], first: int) -> NameHit | None:
        words: list[str] = []
        common = True
        best: NameHit | None = None
        index = first
        while index < len(tokens) and len(words) < _LONGEST:
            token = tokens[index]
            if words and (token.word in _INSIDE or _is_inside_number(tokens, index)):
                index += 1
                continue
            known = self._known(token.word)
            if known is None:
                break
            words.append(known)
            common = common and self._is_common(token.word)
            candidates = self._holding(tuple(words), common)
            if candidates is None:
                break
            if not candidates and common and _stands_as_name(tokens, first, index):
                candidates = self._run_of(tuple(words))
            is_state = bool(candidates) and candidates[0].kind == "state"  # "no Pará", which folds to "para"
            if candidates and (is_state or not {tokens[first].word, token.word} & _PREPOSITIONS):
                best = NameHit(first, index, candidates)
            index += 1
        return best

    def _run_of(self, words: tuple[str, ...]) -> tuple[Entry, ...]:
        """Customers and salespeople whose name holds exactly this run of everyday words."""
        size = len(words)
        return tuple(
            entry
            for entry in self._by_word[words[0]]
            if entry.kind == "salesperson"
            or (
                (entry.kind == "customer" and (size > 1 or words[0] in WORDS))
                and any(entry.words[at : at + size] == words for at in range(len(entry.words) - size + 1))
            )
        )

    def _known(self, word: str) -> str | None:
        stemmed = stem(word)
        if stemmed in self._by_word:
            return stemmed
        return None if self._is_common(word) or word in self._own_words else self._near(stemmed)

    def _nearest(self, word: str) -> str | None:
        if len(word) < 5:
            return None
        # Another last letter is more often another person (Bruno, Bruna) than a slip.
        alike = (known for size in range(len(word) - 1, len(word) + 2) for known in self._by_length.get(size, ()))
        near = [
            known
            for known in alike
            if len(known) >= 5
            and is_one_slip(word, known)
            and not (len(known) == len(word) and known[:-1] == word[:-1])
        ]
        return near[0] if len(near) == 1 else None

    def _holding(self, words: tuple[str, ...], common: bool) -> tuple[Entry, ...] | None:
        """Entries that hold the words in order; None when no entry does, empty when the words are too weak a sign."""
        holding = [entry for entry in self._by_word[words[0]] if _in_order(words, entry.words)]
        if not holding:
            return None
        whole = tuple(entry for entry in holding if entry.words == words)
        if whole:
            return whole
        if common or all(len(word) < 2 or word.isdigit() or word in _SIZES for word in words):
            return ()
        return tuple(entry for entry in holding if entry.kind != "state" and not entry.is_spoken)


def _is_inside_number(tokens: list[Token], index: int) -> bool:
    """The comma of "1,5L", and the one people write before a size: "café, 500g", "água, 1,5 L"."""
    if tokens[index].word not in {",", "."} or index + 2 >= len(tokens) or not tokens[index + 1].word.isdigit():
        return False
    before, after = tokens[index - 1], tokens[index + 1]
    if before.word.isdigit() and before.end == tokens[index].start and after.start == tokens[index].end:
        return True
    unit = index + 2
    while unit + 2 < len(tokens) and tokens[unit].word in {",", "."} and tokens[unit + 1].word.isdigit():
        unit += 2
    return tokens[unit].word in _SIZES or (tokens[unit].word.isalpha() and tokens[unit].start == tokens[unit - 1].end)


def _stands_as_name(tokens: list[Token], first: int, last: int) -> bool:
    """Whether everyday words stand where a name would: "as compras do Bom Dia", "o Ano Novo comprou"."""
    before = tokens[first - 1].word if first else ""
    if first == last:
        return before in _BEFORE_A_LONE_NAME and (_is_month(tokens[first]) or _ends_there(tokens, first))
    after = tokens[last + 1].word if last + 1 < len(tokens) else ""
    is_time = all(token.word in WORDS or token.word in _SMALL for token in tokens[first : last + 1])
    return after in _AFTER_A_BUYER or before in (_AFTER_A_KIND if is_time else _BEFORE_A_NAME)


def _is_month(token: Token) -> bool:
    return token.concept[:1] in {"M", "E"} and token.concept[1:].isdigit()


def _ends_there(tokens: list[Token], index: int) -> bool:
    """ "vendas do Segundo em maio", but neither "do segundo trimestre" nor "do ano"."""
    if tokens[index].word in WORDS:
        return False
    return index + 1 == len(tokens) or tokens[index + 1].word in _AFTER_A_LONE_NAME


def _stems(tokens: list[Token]) -> tuple[str, ...]:
    stems = tuple(stem(token.word) for token in tokens if token.word not in _SMALL)
    return stems or tuple(token.word for token in tokens)


def _in_order(words: tuple[str, ...], of: tuple[str, ...]) -> bool:
    rest = iter(of)
    return all(word in rest for word in words)
