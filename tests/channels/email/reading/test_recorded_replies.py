"""Replies recorded elsewhere, where they lie beside the repository: how many are cut exactly, and that none loses."""

import json
from pathlib import Path

import pytest

from channels.email.reading.lines import split_lines
from channels.email.reading.reply import cut_reply

RECORDED = Path(__file__).resolve().parents[5] / "shared/recordings/email-replies/replies.jsonl"


def fold(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


@pytest.mark.skipif(not RECORDED.is_file(), reason="the recorded replies are not part of the repository")
def test_recorded_replies_are_cut_exactly_and_lose_nothing() -> None:
    exact, lost = 0, []
    replies = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    for reply in replies:
        found, expected = fold(cut_reply(split_lines(reply["body"])).text), fold(reply["expected"])
        exact += found == expected
        if [line for line in expected if line not in found]:
            lost.append(reply["id"])
    assert lost == []
    assert exact >= 52
