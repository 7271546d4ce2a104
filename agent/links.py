"""Replies without links but to hosts that the company allows: an address is a way out for whatever it spells. Pure.

Platforms make links of bare addresses, and Markdown can spell one in many ways. So a reply is mended as Markdown first;
where an address still shows once all marks are gone, the marks go.
"""

import html
import re
import unicodedata
from collections.abc import Collection

_DOTS = "．。｡․"  # browsers and platforms read them as a dot
_ALLOWED = re.compile(r"https?://([a-z0-9-]+(?:\.[a-z0-9-]+)*)(?::\d{1,5})?(?=[/?#]|$)", re.IGNORECASE)
_IMAGE = re.compile(r"!\[([^\]]*)\](?:\s*\([^)\n]*\)|\[[^\]\n]*\])?")
_LINK = re.compile(r"\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\(\s*(<[^>\n]*>|(?:[^()\s]|\([^()\s]*\))*)[^)\n]*\)")
_HIDING = re.compile(r"(\]|!)(?=[(\[])")
_REFERENCE = re.compile(r"^([ >]{0,8})\[([^\]\n]+)\]:", re.MULTILINE)
_OWN_WAYS = "javascript|data|mailto|tel|sms|intent"  # schemes that do without a double slash
_SCHEME = re.compile(rf"(?<![a-z0-9])(?:[a-z][a-z0-9+.-]{{1,20}}:/{{1,3}}|(?:{_OWN_WAYS}):)[^\s<>«»]*", re.I)
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_BARE = re.compile(rf"(?<![\w@.-])(?:{_LABEL}\.)+({_LABEL})(?::\d{{1,5}})?(?:[/?#][^\s<>«»]*)?", re.I)
_PATH = re.compile(r"[/?]\w")  # no list of endings is whole: what goes on like an address is one
_NUMERIC = re.compile(r"(?<![\w.,])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5}|/)[^\s<>«»]*")
_MAIL = re.compile(r"<([^\s<>@]{1,64}@[^\s<>@]{1,255})>")  # Markdown makes a link of it
_TRAILING = ".,;:!?)]}*_~'\"»"
_MARKS = re.compile(r"[*_`~\\|]")
# Endings that platforms take for a host's, beside every country's two letters and what begins with xn--.
_ENDING_NAMES = """
academy agency ai app art bank best biz blog business cafe cam care cash center chat city click cloud club codes
com community company computer cool dev digital direct download email events exchange expert express finance fit
fun fund games global gmbh group guru help host house icu inc ink int jobs land law life link live llc loan lol
ltd market marketing media mobi mom money monster moe name net network news ninja now one online org page
partners pay photo photos pics pizza plus press pro properties pub red rent report rest review rocks run sale
science school services sex shop show site social software solutions space store stream studio support surf
systems team tech technology tel tips today tools top tours town toys trade training tube university uno vip
wang watch web website wiki win work works world wtf xxx xyz zip zone edu gov mil arpa aero coop museum travel
autos bar beauty berlin boats bond cfd cyou hair homes lat london makeup photography quest sbs skin tokyo yachts
"""
_ENDINGS = frozenset(_ENDING_NAMES.split())


def tame_links(text: str, allowed: Collection[str] = frozenset()) -> str:
    """Links to other hosts become the host's name in letters that no platform makes a link of; images become their
    description. `allowed` are lower-case host names, exact."""
    text = without_unseen(text)
    tamed = _mend(text, allowed)
    if find_links(_bare_of_marks(tamed), allowed):
        return _mend(_bare_of_marks(text), allowed)
    return tamed


def spell_out(text: str) -> str:
    """So that no renderer hides a part of it: the targets of links and pictures stand beside their words, and what
    looks like a tag is none. For text that is to be read to the letter, before `tame_links`."""
    return _HIDING.sub(r"\1 ", text).replace("<", "‹").replace(">", "›")


def find_links(text: str, allowed: Collection[str] = frozenset()) -> list[str]:
    """What a platform might make a link of, to hosts that are not allowed; of text without Markdown."""
    text = without_unseen(text)
    found = [match[0] for match in _SCHEME.finditer(text) if not _is_allowed(match[0], allowed)]
    rest = _SCHEME.sub(" ", text)
    found += [match[0] for match in _NUMERIC.finditer(rest)]
    return found + [match[0] for match in _BARE.finditer(rest) if _is_foreign(match, allowed)]


def _mend(text: str, allowed: Collection[str]) -> str:
    text = _MAIL.sub(r"\1", _IMAGE.sub(lambda match: match[1], text))
    text = _LINK.sub(lambda match: _mend_link(match, allowed), text)
    text = _REFERENCE.sub(lambda match: f"{match[1]}({match[2]})", text)
    text = _SCHEME.sub(lambda match: match[0] if _is_allowed(match[0], allowed) else _named(match[0]), text)
    text = _NUMERIC.sub(lambda match: match[0].partition("/")[0].replace(".", "[.]"), text)
    return _outside_allowed(text, allowed)


def _outside_allowed(text: str, allowed: Collection[str]) -> str:
    """Bare hosts, but for what is part of an allowed address."""
    pieces, last = [], 0
    for match in _SCHEME.finditer(text):
        pieces += [_mend_bare(text[last : match.start()], allowed), match[0]]
        last = match.end()
    return "".join([*pieces, _mend_bare(text[last:], allowed)])


def _mend_bare(text: str, allowed: Collection[str]) -> str:
    return _BARE.sub(lambda match: _named(match[0]) if _is_foreign(match, allowed) else match[0], text)


def _mend_link(match: re.Match[str], allowed: Collection[str]) -> str:
    words, target = match[1], html.unescape(match[2].strip("<>"))
    return f"[{words}]({target})" if _is_allowed(target, allowed) else words


def _is_allowed(address: str, allowed: Collection[str]) -> bool:
    """Only what can be read in one way: no user, no escapes, no letters but ASCII in front of the path."""
    match = _ALLOWED.match(address.rstrip(_TRAILING))
    return match is not None and match[1].lower() in allowed


def _is_foreign(match: re.Match[str], allowed: Collection[str]) -> bool:
    ending = match[1].lower()
    is_ending = (len(ending) == 2 and ending.isalpha()) or ending in _ENDINGS or ending.startswith("xn--")
    is_ending = is_ending or (not ending.isascii() and ending.isalpha() and len(ending) <= 6)
    is_ending = is_ending or (len(ending) > 1 and ending.isalpha() and _PATH.search(match[0]) is not None)
    host = re.split(r"[/?#:]", match[0], maxsplit=1)[0].lower()
    return is_ending and host not in allowed


def _named(address: str) -> str:
    """The host alone, with its dots in brackets; what cannot be read as one is left out."""
    end = len(address.rstrip(_TRAILING))
    body = re.sub(r"^[a-z][a-z0-9+.-]*:/*", "", address[:end], flags=re.I)
    host = re.split(r"[/?#\\]", body, maxsplit=1)[0].rpartition("@")[2]
    shown = re.sub(r"[^\w.-]", "", re.split(":", host, maxsplit=1)[0]).replace(".", "[.]")
    return (shown or "…") + address[end:]


def _bare_of_marks(text: str) -> str:
    """As the most careless renderer might show it: entities read, marks and escapes gone."""
    for _ in range(3):
        text = html.unescape(text)
    return without_unseen(_MARKS.sub("", re.sub(r"</?[a-z][^<>]*>", "", text, flags=re.I)))


def without_unseen(text: str) -> str:
    """Without characters that nobody sees; those that join emoji or follow them stay."""
    odd = {character for character in set(text) if character in _DOTS or unicodedata.category(character) == "Cf"}
    if not odd:
        return text
    kept = []
    for index, character in enumerate(text):
        if character in _DOTS:
            kept.append(".")
        elif character not in odd or _joins_emoji(text, index):
            kept.append(character)
    return "".join(kept)


def _joins_emoji(text: str, index: int) -> bool:
    before = text[index - 1] if index else ""
    if "\U000e0020" <= text[index] <= "\U000e007f":  # tags of regional flags, right behind the flag
        return before == "\U0001f3f4" or (index > 0 and _joins_emoji(text, index - 1))
    after = text[index + 1 : index + 2]
    return text[index] == "\u200d" and bool(before and after) and not before.isalnum() and not after.isalnum()
