"""A question and what follows it belong together: pairs are found in blocks of whatever format."""

import re
from collections.abc import Sequence

from agent.knowledge.parsing.blocks import Block

_MARKED = re.compile(
    r"(?:\d{1,3}[.)]\s*)?(?:p|q|pergunta|question|pregunta|d[úu]vida)\s*\d{0,3}\s*[:.)]\s+\S", re.IGNORECASE
)
_LONGEST_QUESTION = 300
_LONGEST_ANSWER = 3_000  # characters


def is_question(block: Block) -> bool:
    text = block.text
    if block.kind not in ("heading", "text") or len(text) > _LONGEST_QUESTION or "\n" in text:
        return False
    return text.endswith("?") or marks_question(text)


def marks_question(text: str) -> bool:
    """`P: ...`, `Pergunta: ...`."""
    return _MARKED.match(text) is not None


def pair_questions(blocks: Sequence[Block]) -> list[Block]:
    """Order and text stay as they are."""
    found: list[Block] = []
    at = 0
    while at < len(blocks):
        block = blocks[at]
        at += 1
        answers = _answers(blocks, at, block) if is_question(block) else []
        if not answers:
            found.append(block)
            continue
        at += len(answers)
        found.append(Block("pair", "\n".join([block.text, *(each.text for each in answers)]), block.path, block.place))
    return found


def _answers(blocks: Sequence[Block], at: int, question: Block) -> list[Block]:
    path = (*question.path, question.text[:200]) if question.kind == "heading" else question.path
    answers: list[Block] = []
    length = 0
    while at < len(blocks) and blocks[at].kind == "text" and blocks[at].path == path and not is_question(blocks[at]):
        length += len(blocks[at].text)
        if answers and (length > _LONGEST_ANSWER or question.kind == "text"):
            break  # under a mere line of text, only the next paragraph is surely its answer
        answers.append(blocks[at])
        at += 1
    return answers
