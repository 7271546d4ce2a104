"""The vocabulary of each space: what a word that no text holds is compared with."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Computed, Connection, ForeignKeyConstraint, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from models.retrieval.nearest import KnownWord, errors_forgiven, intact_letters, nearest


class SearchWordRow(SQLModel, table=True):
    """A word and how many texts hold it; backwards too, since an error may be at its beginning."""

    __tablename__ = "search_word"
    __table_args__ = (
        ForeignKeyConstraint(["space_id"], ["search_space.id"], ondelete="CASCADE"),
        Index("search_word_backward", "space_id", "backward"),
    )

    space_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    word: str = Field(sa_column=Column(Text(collation="C"), primary_key=True))
    texts: int = Field(sa_column=Column(Integer, nullable=False))
    backward: str = Field(
        sa_column=Column(Text(collation="C"), Computed("reverse(word)", persisted=True), nullable=False)
    )


_ABOVE_ALL = "\U0010ffff"

_COUNT = text("""
INSERT INTO search_word AS w (space_id, word, texts)
SELECT :space_id, g.word, g.texts FROM unnest(cast(:words AS text[]), cast(:counts AS integer[])) AS g (word, texts)
ON CONFLICT (space_id, word) DO UPDATE SET texts = w.texts + EXCLUDED.texts
""")
_FORGET = text("""
DELETE FROM search_word WHERE space_id = :space_id AND word = ANY(:words) AND texts <= 0
""")
_KNOWN = text("SELECT word FROM search_word WHERE space_id = :space_id AND word = ANY(:words)")
_LIKE = text("""
SELECT asked.word AS asked, near.word, near.texts
FROM unnest(cast(:words AS text[]), cast(:heads AS text[]), cast(:tails AS text[]), cast(:forgiven AS integer[]))
  AS asked (word, head, tail, forgiven)
CROSS JOIN LATERAL (
  SELECT w.word, w.texts FROM search_word w
  WHERE w.space_id = :space_id AND w.word >= asked.head COLLATE "C" AND w.word < asked.head || :above_all COLLATE "C"
  UNION
  SELECT w.word, w.texts FROM search_word w
  WHERE w.space_id = :space_id AND w.backward >= asked.tail COLLATE "C"
    AND w.backward < asked.tail || :above_all COLLATE "C"
) AS near
WHERE abs(length(near.word) - length(asked.word)) <= asked.forgiven
""")


def count_words(connection: Connection, space_id: int, counts: Mapping[str, int]) -> None:
    """Add how many more texts hold each word, or fewer; a word that no text holds any more goes."""
    ordered = sorted(counts)
    given: dict[str, Any] = {"space_id": space_id, "words": ordered}
    if ordered:
        connection.execute(_COUNT, given | {"counts": [counts[word] for word in ordered]})
    if any(count < 0 for count in counts.values()):
        connection.execute(_FORGET, given)


def known_words(connection: Connection, space_id: int, words: Collection[str]) -> set[str]:
    if not words:
        return set()
    return set(connection.execute(_KNOWN, {"space_id": space_id, "words": list(words)}).scalars())


def nearest_words(connection: Connection, space_id: int, words: Collection[str]) -> dict[str, str]:
    """For each of these unknown words the one that was probably meant, where there is one."""
    if not words:
        return {}
    ordered = list(words)
    given = {
        "words": ordered,
        "heads": [word[: intact_letters(word)] for word in ordered],
        "tails": [word[::-1][: intact_letters(word)] for word in ordered],
        "forgiven": [errors_forgiven(word) for word in ordered],
    }
    candidates: dict[str, list[KnownWord]] = defaultdict(list)
    for asked, word, texts in connection.execute(_LIKE, given | {"space_id": space_id, "above_all": _ABOVE_ALL}):
        candidates[asked].append(KnownWord(word, texts))
    meant = {asked: nearest(asked, known) for asked, known in candidates.items()}
    return {asked: word for asked, word in meant.items() if word is not None}
