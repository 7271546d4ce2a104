"""What an LLM reads first: a versioned template, filled in with what a company says of its agent.

The same for every turn of an agent's version, byte for byte, so that vendors can cache it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from models.language import Language, Texts

_FOLDER = Path(__file__).parent / "prompts"
_NAMES: Final[Texts] = {"pt": "Portuguese", "en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Brief:
    """What a company says of its agent; `prompt` names the template and its version, such as sales-1."""

    prompt: str = "sales-1"
    persona: str = ""
    instructions: str = ""
    languages: tuple[Language, ...] = ("pt", "en", "es")


def list_prompts(name: str = "sales") -> list[str]:
    """The versions of a template, the newest first: `sales` is whoever answers, `route` and `polish` the steps of a
    chain round it."""
    found = [path.name.removesuffix(".md.j2") for path in _FOLDER.glob(f"{name}-*.md.j2")]
    return sorted(found, key=lambda prompt: -int(prompt.rpartition("-")[2]))


def newest_prompt(name: str = "sales") -> str:
    return list_prompts(name)[0]


@lru_cache(maxsize=256)
def render_system(brief: Brief, company: str) -> str:
    """Pure. Raises jinja2.TemplateNotFound for a prompt that there is not."""
    return _render(
        brief.prompt,
        company=company,
        persona=brief.persona,
        instructions=brief.instructions,
        languages=_spell_languages(brief.languages),
    )


@lru_cache(maxsize=256)
def render_route(
    prompt: str, company: str, instructions: str, specialists: tuple[tuple[str, str], ...], default: str
) -> str:
    """What whoever passes a question on is told; `specialists` are names with what each is for. Pure."""
    return _render(prompt, company=company, instructions=instructions, specialists=specialists, default=default)


@lru_cache(maxsize=256)
def render_polish(brief: Brief, company: str, channel: str) -> str:
    """What whoever rewrites a reply is told. Pure."""
    return _render(
        brief.prompt, company=company, persona=brief.persona, instructions=brief.instructions, channel=channel
    )


def _render(prompt: str, company: str, **values: object) -> str:
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    text = _templates().get_template(f"{prompt}.md.j2").render(company=company or "the company", **stripped)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _spell_languages(languages: tuple[Language, ...]) -> str:
    first, *others = (_NAMES[language] for language in languages)
    if not others:
        return f"{first}, whatever the language they write"
    return f"the language they write ({first} first, then {' or '.join(others)})"


@lru_cache(maxsize=1)
def _templates() -> Environment:
    """Plain text for an LLM: nothing is escaped. What companies say is a value, never a template."""
    loader = FileSystemLoader(_FOLDER)
    return Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701
