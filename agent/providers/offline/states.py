"""The states of Brazil by code and name, so that "Paraná" finds "PR" and the reverse."""

from typing import Final

from agent.periods.words import fold

_STATES: Final = {
    "AC": "Acre", "AL": "Alagoas", "AM": "Amazonas", "AP": "Amapá", "BA": "Bahia", "CE": "Ceará",
    "DF": "Distrito Federal", "ES": "Espírito Santo", "GO": "Goiás", "MA": "Maranhão", "MG": "Minas Gerais",
    "MS": "Mato Grosso do Sul", "MT": "Mato Grosso", "PA": "Pará", "PB": "Paraíba", "PE": "Pernambuco",
    "PI": "Piauí", "PR": "Paraná", "RJ": "Rio de Janeiro", "RN": "Rio Grande do Norte", "RO": "Rondônia",
    "RR": "Roraima", "RS": "Rio Grande do Sul", "SC": "Santa Catarina", "SE": "Sergipe", "SP": "São Paulo",
    "TO": "Tocantins",
}  # fmt: skip


_ALSO_CITIES: Final = frozenset({"SP", "RJ"})  # states whose capital bears their name


def is_also_a_city(state: str) -> bool:
    """Whether people who name the state may have its capital in mind."""
    return any(fold(state) in {fold(code), fold(_STATES[code])} for code in _ALSO_CITIES)


def spellings_of_state(state: str) -> tuple[str, ...]:
    """All ways to write the state, the given one first."""
    for code, name in _STATES.items():
        if fold(state) in {fold(code), fold(name)}:
            return (state, *(other for other in (code, name) if other != state))
    return (state,)
