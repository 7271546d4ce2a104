"""Pictures go out on all three wires in the vendors' forms, and only where the LLM can see them."""

import base64
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from agent.base import ChatMessage, ImagePart, Provider, Situation, TurnInput
from agent.instructions import build_prompt
from agent.providers import completions, messages, responses
from agent.providers.images import MAX_BYTES, MAX_BYTES_ANTHROPIC, MOST_IMAGES, with_visible_images
from agent.providers.registry import build_provider
from agent.tokens import estimate_prompt
from models.catalogue import Catalogue
from tests.agent.providers.conftest import ask
from tests.agent.providers.vendor_rules import CHECKS

PNG = ImagePart(b"\x89PNG picture", "image/png")
JPEG = ImagePart(b"\xff\xd8 photo", "image/jpg")
PNG_64 = base64.b64encode(PNG.content).decode()
BUILDERS: dict[str, Callable[..., dict[str, Any]]] = {
    "openai": responses.build_body,
    "openai-compatible": completions.build_body,
    "anthropic": messages.build_body,
}
EXPECTED: dict[str, list[dict[str, Any]]] = {
    "openai": [
        {"type": "input_text", "text": "O que é?"},
        {"type": "input_image", "image_url": f"data:image/png;base64,{PNG_64}", "detail": "auto"},
    ],
    "openai-compatible": [
        {"type": "text", "text": "O que é?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PNG_64}"}},
    ],
    "anthropic": [
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PNG_64}},
        {"type": "text", "text": "O que é?"},
    ],
}
WIRES = sorted(BUILDERS)


def _content(wire: str, *lines: ChatMessage, sees: bool = True) -> Any:
    body = BUILDERS[wire](ask(messages=list(lines)), wire, sees=sees)
    CHECKS[wire](body)
    content = body["input" if wire == "openai" else "messages"][-1]["content"]
    if wire == "anthropic":
        assert content[-1].pop("cache_control") == {"type": "ephemeral"}
    return content


def _asked(*images: ImagePart, text: str = "O que é?") -> ChatMessage:
    return ChatMessage("user", text, images=images)


def _shown(line: ChatMessage, **limits: Any) -> list[ImagePart]:
    return list(with_visible_images([line], **{"sees": True, **limits})[0].images)


@pytest.mark.parametrize("wire", WIRES)
def test_a_picture_is_written_in_the_wires_own_form(wire: str) -> None:
    assert _content(wire, _asked(PNG)) == EXPECTED[wire]


@pytest.mark.parametrize("wire", WIRES)
def test_a_picture_without_words_is_sent_alone(wire: str) -> None:
    assert [part["type"] for part in _content(wire, _asked(PNG, text=""))] == [
        part["type"] for part in EXPECTED[wire] if "text" not in part
    ]


@pytest.mark.parametrize("wire", WIRES)
def test_an_llm_that_does_not_see_gets_words_and_is_told_what_it_misses(wire: str) -> None:
    content = str(_content(wire, _asked(PNG), sees=False))
    assert PNG_64 not in content
    assert "O que é?" in content
    assert "1 image of this message cannot be shown to you" in content


@pytest.mark.parametrize("wire", WIRES)
def test_pictures_of_lines_that_become_one_stay_together(wire: str) -> None:
    content = str(_content(wire, _asked(PNG, text="Esta?"), _asked(JPEG, text="Ou esta?")))
    assert "Esta?\\n\\nOu esta?" in content
    assert content.index(PNG_64) < content.index(base64.b64encode(JPEG.content).decode())


@pytest.mark.parametrize("wire", WIRES)
def test_a_jpeg_has_the_one_name_that_every_vendor_takes(wire: str) -> None:
    assert "image/jpeg" in str(_content(wire, _asked(JPEG)))


def test_only_the_newest_pictures_are_shown() -> None:
    numbered = [ImagePart(b"%d" % number, "image/png") for number in range(MOST_IMAGES + 2)]
    older, newer = with_visible_images([_asked(*numbered[:3]), _asked(*numbered[3:])], sees=True)
    assert [*older.images, *newer.images] == numbered[2:]
    assert "2 images of this message cannot be shown" in older.content
    assert newer.content == "O que é?"


@pytest.mark.parametrize(
    "unreadable",
    [
        ImagePart(b"x" * (MAX_BYTES + 1), "image/png"),
        ImagePart(b"", "image/png"),
        ImagePart(b"<svg/>", "image/svg+xml"),
        ImagePart(b"ftypheic", "image/heic"),
        ImagePart(b"%PDF", "application/pdf"),
    ],
)
def test_what_no_vendor_takes_is_left_out_and_said(unreadable: ImagePart) -> None:
    line = with_visible_images([_asked(unreadable, PNG)], sees=True)[0]
    assert line.images == (PNG,)
    assert "1 image of this message" in line.content


def test_anthropics_limit_counts_the_picture_as_it_is_sent() -> None:
    largest = ImagePart(b"x" * MAX_BYTES_ANTHROPIC, "image/png")
    assert len(base64.b64encode(largest.content)) <= 5 * 1024 * 1024
    too_large = ImagePart(largest.content + b"x", "image/png")
    assert _shown(_asked(largest), max_bytes=MAX_BYTES_ANTHROPIC) == [largest]
    assert _shown(_asked(too_large)) == [too_large]
    assert "cannot be shown" in str(_content("anthropic", _asked(too_large)))


@pytest.mark.parametrize("wire", WIRES)
def test_lines_without_pictures_are_written_as_ever(wire: str) -> None:
    line = ChatMessage("user", "Oi")
    assert _content(wire, line, sees=True) == _content(wire, line, sees=False)


@pytest.mark.parametrize(
    ("name", "said", "sees"),
    [
        ("openai", None, True),
        ("anthropic", None, True),
        ("openai-compatible", None, False),
        ("openai-compatible", True, True),
        ("openai", False, False),
        ("offline", True, False),
    ],
)
def test_who_sees_is_the_profiles_word_unless_the_setting_speaks(name: str, said: bool | None, sees: bool) -> None:
    provider: Provider = build_provider(
        name, api_key="k", base_url="http://localhost:1/v1", llm="x", catalogue=Catalogue, timeout=5, sees=said
    )
    assert provider.sees is sees


def test_the_pictures_of_a_turn_stand_beside_its_question() -> None:
    situation = Situation(today=date(2026, 3, 2))
    turn = TurnInput(uuid4(), "O que é?", [ChatMessage("user", "Oi")], situation, "America/Sao_Paulo", images=(PNG,))
    assert [line.images for line in build_prompt(turn)] == [(), (), (), (PNG,)]


def test_the_reckoning_of_a_prompt_counts_its_pictures() -> None:
    assert estimate_prompt([_asked(PNG)]) > estimate_prompt([_asked()]) + 1000
