"""What the LLM reads first: a versioned template, filled in with what a company says of its agent.

The same for every turn of an agent's version, byte for byte, so that vendors can cache it.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from agent.base import Language

_FOLDER = Path(__file__).parent / "prompts"
_NAMES: Final[dict[Language, str]] = {"pt": "Portuguese", "en": "English", "es": "Spanish"}


@dataclass(frozen=True, slots=True)
class Brief:
    """What a company says of its agent; `prompt` names the template and its version, such as sales-1."""

    prompt: str = "sales-1"
    persona: str = ""
    instructions: str = ""
    languages: tuple[Language, ...] = ("pt", "en", "es")


def list_prompts() -> list[str]:
    """Every template with its version, the newest of each name first."""
    names = [path.name.removesuffix(".md.j2") for path in _FOLDER.glob("*.md.j2")]
    return sorted(names, key=lambda name: (name.rpartition("-")[0], -int(name.rpartition("-")[2])))


def newest_prompt(name: str = "sales") -> str:
    return next(prompt for prompt in list_prompts() if prompt.rpartition("-")[0] == name)


@lru_cache(maxsize=256)
def render_system(brief: Brief, company: str) -> str:
    """Pure. Raises jinja2.TemplateNotFound for a prompt that there is not."""
    text = (
        _templates()
        .get_template(f"{brief.prompt}.md.j2")
        .render(
            company=company or "the company",
            persona=brief.persona.strip(),
            instructions=brief.instructions.strip(),
            languages=_spell_languages(brief.languages),
        )
    )
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
