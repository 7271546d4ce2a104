"""The states of Brazil: data has them by their letters, and people by their names."""

import re
from typing import Final

_NAMES: Final = """
ac:acre al:alagoas am:amazonas ap:amapa ba:bahia ce:ceara df:distrito-federal es:espirito-santo go:goias ma:maranhao
mg:minas-gerais ms:mato-grosso-do-sul mt:mato-grosso pa:para pb:paraiba pe:pernambuco pi:piaui pr:parana
rj:rio-de-janeiro rn:rio-grande-do-norte ro:rondonia rr:roraima rs:rio-grande-do-sul sc:santa-catarina se:sergipe
sp:sao-paulo to:tocantins
"""
STATES: Final = {
    letters: tuple(name.split("-")) for letters, name in (pair.split(":") for pair in _NAMES.split()) if name != "para"
}
_IN: Final = r"\b(?:em|n[ao]|d[aeo]|in|of|for|en|para|pra) (?:o |a |el |la )?"
_NAMED: Final = re.compile(
    rf"{_IN}({'|'.join(sorted((' '.join(name) for name in STATES.values()), key=len, reverse=True))})\b"
)


def find_states(folded: str, start: int, end: int) -> frozenset[str]:
    """Those that a text says something happens in, by their names."""
    return frozenset(match[1] for match in _NAMED.finditer(folded, start, end))
