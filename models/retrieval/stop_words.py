"""Words that say nothing about what a text is about, in Portuguese, English and Spanish, folded."""

from typing import Final

_PORTUGUESE = """
a o as os um uma uns umas de do da dos das em no na nos nas por pelo pela pelos pelas para com sem que e ou se ao aos
qual quais quando onde como quem quanto quantos quanta quantas ser foi sao esta este essa esse isso isto
pra pro pras pros vc vcs voce voces eu meu minha meus minhas seu sua seus suas
posso pode podem podemos consigo conseguimos tem temos ha haver existe existem
faco faz fazer fazemos quero queria gostaria preciso saber
"""
_ENGLISH = """
the of and to in is are what which who when where how i we you it our my your can could do does have has want need know
"""
_SPANISH = """
el la los las un una y en con para por que es del al mi mis su sus puedo puede pueden podemos tiene tienen hay hago
hacer quiero necesito saber cual cuales cuanto cuanta cuantos cuantas cuando donde quien quienes
"""

STOP_WORDS: Final = frozenset(f"{_PORTUGUESE} {_ENGLISH} {_SPANISH}".split())
