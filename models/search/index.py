"""An inverted index in PostgreSQL: texts in spaces, found by their words, filtered before anything is ranked.

PostgreSQL's own text search cannot rank an OR of common words over 100,000 texts in time, and an AND finds one question
in eight. So postings are rows of bytes, and what a question needs of them is scored here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from models.retrieval.answering import Asked, AskedWord
from models.retrieval.inverting import GRAM, STEM, Inversion
from models.retrieval.lexicon import DEFAULT_LANGUAGE, VERSION, grams_of, read_words, stem_of
from models.retrieval.nearest import can_be_mistyped
from models.retrieval.postings import BLOCK, without
from models.retrieval.ranking import AskedLeg, Ground, Hit, best
from models.search.posting import append_postings, read_postings, replace_postings
from models.search.space import (
    SearchSpace,
    SpaceKind,
    delete_space,
    ensure_space,
    find_space,
    note_change,
    read_space,
    reset_space,
)
from models.search.word import count_words, known_words, nearest_words

_MOST_WORDS = 64  # of a question


@dataclass(frozen=True, slots=True)
class IndexedText:
    """What is indexed, and the language it is stemmed by. To be removed it must be given again as it was."""

    text: str
    language: str = DEFAULT_LANGUAGE


class SearchIndex:
    """The index as one transaction sees it. Whoever adds or removes has the space alone until the commit."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open_space(self, tenant_id: UUID, kind: SpaceKind, owner_id: UUID) -> int:
        """Its id, made if missing."""
        return ensure_space(self._connection, tenant_id, kind, owner_id, VERSION)

    def find_space(self, tenant_id: UUID, kind: SpaceKind, owner_id: UUID) -> int | None:
        """None where nothing was ever indexed."""
        return find_space(self._connection, tenant_id, kind, owner_id)

    def delete_space(self, space_id: int) -> None:
        """With all that is in it. Safe to repeat."""
        delete_space(self._connection, space_id)

    def add(self, space_id: int, texts: Sequence[IndexedText]) -> range:
        """The numbers of the texts, one after another and in their order. Raises LookupError for a space that is gone.

        What is added by another version of the lexicon than the space has is found as well as can be until the space
        is indexed anew.
        """
        first = self._locked(space_id).next_number
        start = 0
        while start < len(texts):
            space = self._locked(space_id)
            end = start + BLOCK - space.next_number % BLOCK  # a block is written at once, where there is so much
            self._add(space, space.next_number, texts[start:end])
            start = end
        return range(first, first + len(texts))

    def rebuild(self, space_id: int, parts: Iterable[tuple[int, Sequence[IndexedText]]]) -> None:
        """Index anew what the space holds: each part by the number of its first text. For a space that another version
        of the lexicon indexed."""
        reset_space(self._connection, space_id, VERSION)
        for first, texts in parts:
            start = 0
            while start < len(texts):
                end = start + BLOCK - (first + start) % BLOCK
                self._add(self._locked(space_id), first + start, texts[start:end])
                start = end

    def remove(self, space_id: int, first: int, last: int, texts: Iterable[IndexedText]) -> None:
        """Take out the texts that were added under the numbers `first` to `last`."""
        space = self._locked(space_id)
        inverted = _invert(texts)
        left = {
            (term, block): without(postings, first - block * BLOCK, last - block * BLOCK)
            for term, block, postings in read_postings(
                self._connection, space_id, inverted.terms, (first // BLOCK, last // BLOCK)
            )
        }
        replace_postings(self._connection, space_id, left)
        count_words(self._connection, space_id, {word: -count for word, count in inverted.words.items()})
        stems, grams = sum(inverted.stems.lengths), sum(inverted.grams.lengths)
        note_change(self._connection, space, texts=-len(inverted.stems.lengths), stems=-stems, grams=-grams)

    def search(self, space_id: int, query: str, k: int, allowed: Sequence[tuple[int, int]] | None = None) -> list[Hit]:
        """The best `k`, the best first: all of them within `allowed`, ranges of numbers that do not overlap."""
        words = list(dict.fromkeys(read_words(query)))[:_MOST_WORDS]
        space = read_space(self._connection, space_id)
        if space is None or not words or not space.texts:
            return []
        meant = self._meant(space_id, words)
        forms = [_stems(word, space.languages) for word in meant]
        stems = AskedLeg(space.texts, space.stems / space.texts, frozenset().union(*forms))
        grams = AskedLeg(space.texts, space.grams / space.texts, _grams(meant))
        for term, block, postings in read_postings(self._connection, space_id, stems.asked | grams.asked):
            (stems if term in stems.asked else grams).take(term, block, postings)
        grams.leave_out_common()
        ground = Ground((stems, grams))
        scores = ground.scores(stems) + ground.scores(grams)
        places = best(ground, scores, k, allowed)
        asked = _asked(query, meant, frozenset(space.languages), stems)
        covered = ground.weights(stems)[places] / sum(word.weight for word in asked.words)
        found = zip(ground.numbers(places), scores[places], covered, strict=True)
        return [Hit(int(number), float(score), min(1.0, float(covered)), asked) for number, score, covered in found]

    def put_right(self, space_id: int, text: str) -> str:
        """Its folded words, each that no text holds and that was probably mistyped put right."""
        words = read_words(text)[:_MOST_WORDS]
        meant = self._nearest(space_id, words)
        return " ".join(meant.get(word, word) for word in words)

    def _meant(self, space_id: int, words: Sequence[str]) -> set[str]:
        """The words, each that no text holds put right where another one was probably meant."""
        meant = self._nearest(space_id, words)
        return {meant.get(word, word) for word in words}

    def _nearest(self, space_id: int, words: Sequence[str]) -> dict[str, str]:
        guessed = [word for word in words if can_be_mistyped(word)]
        unknown = set(guessed) - known_words(self._connection, space_id, guessed)
        return nearest_words(self._connection, space_id, unknown)

    def _add(self, space: SearchSpace, first: int, texts: Sequence[IndexedText]) -> None:
        inverted = _invert(texts)
        append_postings(self._connection, space.id, inverted.postings(first))
        count_words(self._connection, space.id, inverted.words)
        note_change(
            self._connection,
            space,
            texts=len(texts),
            stems=sum(inverted.stems.lengths),
            grams=sum(inverted.grams.lengths),
            languages=frozenset(text.language for text in texts),
            end=first + len(texts),
        )

    def _locked(self, space_id: int) -> SearchSpace:
        space = read_space(self._connection, space_id, lock=True)
        if space is None:
            raise LookupError(f"there is no search space {space_id}")
        return space


def _invert(texts: Iterable[IndexedText]) -> Inversion:
    inverted = Inversion()
    for text in texts:
        inverted.add(text.text, text.language)
    return inverted


def _asked(query: str, meant: Iterable[str], languages: frozenset[str], leg: AskedLeg) -> Asked:
    """The question as the texts weigh it."""
    forms = [frozenset(stem_of(word, language) for language in languages) for word in meant]
    words = (AskedWord(stems, min(leg.weight(STEM + stem) for stem in stems)) for stems in forms)
    return Asked(query, tuple(words), languages, leg.weight(""))


def _stems(word: str, languages: Iterable[str]) -> frozenset[str]:
    """By each language that the texts are written in."""
    return frozenset(STEM + stem_of(word, language) for language in languages)


def _grams(words: Iterable[str]) -> frozenset[str]:
    return frozenset(GRAM + gram for word in words for gram in grams_of(word))
