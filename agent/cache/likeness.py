"""The gist of a question about documents: a coarser spelling, which some other wordings share. Pure.

Nearness of letters or of meaning serves wrong answers at every threshold, also behind guards for numbers, negation and
what is asked for (docs/cache.md). So every word that may carry meaning stays as it is and where it is: away go only
some articles, what is said around a question, and what grows together with articles.
"""

from dataclasses import replace
from typing import Final

from agent.cache.canonical import CanonicalQuestion
from models.language import Language, Texts

# Said around a question to be polite.
_AROUND: Final[Texts] = {
    "pt": "voce sabe me dizer|voces sabem me dizer|voce sabe|voces sabem|sabe me dizer|pode me dizer|poderia me dizer|"
    "voce pode me dizer|voce poderia me dizer|pode me informar|poderia me informar|me diga|me informe|me diz|"
    "gostaria de saber|eu gostaria de saber|queria saber|eu queria saber|quero saber|preciso saber|eu preciso saber",
    "en": "can you tell me|could you tell me|please tell me|tell me|do you know|i would like to know|i need to know",
    "es": "me puede decir|me podria decir|puede decirme|podria decirme|quisiera saber|me gustaria saber|"
    "necesito saber|dime",
}
# "A" may be "to", a Spanish "o" is "or", and "um" may be counted: none of them is taken away.
_ARTICLES: Final[dict[Language, frozenset[str]]] = {
    "pt": frozenset({"o", "os", "as"}),
    "en": frozenset({"the", "an"}),
    "es": frozenset({"el", "los", "las"}),
}
_ALIKE: Final[dict[Language, dict[str, str]]] = {
    "pt": {"quais": "qual", "do": "de", "da": "de", "dos": "de", "das": "de"},
    "en": {},
    "es": {"cuales": "cual", "del": "de"},
}
_IS: Final[dict[Language, tuple[tuple[str, str], ...]]] = {
    "pt": (("qual", "é"),),
    "en": (("what", "is"), ("what", "are")),
    "es": (("cual", "es"),),
}
_PHRASES: Final = {
    language: sorted((tuple(phrase.split()) for phrase in listed.split("|")), key=len, reverse=True)
    for language, listed in _AROUND.items()
}


def gist_of(question: CanonicalQuestion, language: Language) -> CanonicalQuestion:
    """Of a whole question; never equal to any question's own spelling."""
    tokens = question.words.split()
    around = next((one for one in _PHRASES[language] if tuple(tokens[: len(one)]) == one), ())
    kept: list[str] = []
    for token in tokens[len(around) :]:
        is_being = bool(kept) and (kept[-1], token) in _IS[language]
        if token not in _ARTICLES[language] and not is_being:
            kept.append(_ALIKE[language].get(token, token))
    return replace(question, words=f"≈ {' '.join(kept)}")
