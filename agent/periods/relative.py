"""Rules for periods counted from today: "ontem", "semana passada", "last 7 days", "no ano", "sexta passada"."""

import re
from datetime import date
from re import Match

from agent.periods import days
from agent.periods.reading import Builder, Kind, Reading, Rule
from models.period import Period

_UNIT = r"(?P<u>WEEK|MONTH|QUARTER|HALF|YEAR|FORT|WKND)"
_ANY_UNIT = r"(?P<u>DAY|WEEK|MONTH|QUARTER|HALF|YEAR|FORT)"
_N = r"#(?P<n>[0-9]{1,4})"
_OF = r"(?:(?:de|do|da|del|of|in|no|na|the|el|la|o|a|en) ){0,3}"
_DAY_SHIFTS = {"TODAY": 0, "YDAY": -1, "BYDAY": -2, "TMRW": 1}


def _rule(pattern: str, build: Builder) -> Rule:
    return Rule(re.compile(rf"(?<!\S){pattern}(?!\S)"), build)


def _weekday_rule(pattern: str, build: Builder) -> Rule:
    """ "segundo sábado" is one of several, not the latest."""
    return _rule(rf"(?<!#[1-5] ){pattern}", build)


def _one_day(match: Match[str], today: date) -> Reading:
    return Reading("day", days.unit_holding(today, "DAY", _DAY_SHIFTS.get(match[0].split()[0], -2)), unit="DAY")


def _unit(offset: int) -> Builder:
    def build(match: Match[str], today: date) -> Reading:
        unit = match["u"]
        shift = offset
        if unit == "WKND" and offset == -1 and today.weekday() < 5:
            shift = 0  # on a weekday the weekend that passed is the latest one
        return Reading("unit", days.unit_holding(today, unit, shift), unit=unit)

    return build


def _this_day(match: Match[str], today: date) -> Reading:
    return Reading("day", Period(today, today), unit="DAY")


def _year_to_date(match: Match[str], today: date) -> Reading:
    return Reading("unit", days.unit_holding(today, "YEAR"), unit="YEAR")


def _to_date(unit: str) -> Builder:
    def build(match: Match[str], today: date) -> Reading:
        return Reading("unit", Period(days.unit_holding(today, unit).start, today), unit=unit)

    return build


def _units_ago(match: Match[str], today: date) -> Reading:
    unit = match["u"]
    kind: Kind = "day" if unit == "DAY" else "unit"
    return Reading(kind, days.unit_holding(today, unit, -int(match["n"])), unit=unit)


def _last_units(match: Match[str], today: date) -> Reading:
    count = int(match["n"])
    return Reading("rolling", days.last_units(today, match["u"], count), unit=match["u"], count=count)


def _next_units(match: Match[str], today: date) -> Reading:
    ending = days.plus_days(today, int(match["n"]) * {"DAY": 1, "WEEK": 7}[match["u"]])
    return Reading("rolling", Period(days.plus_days(today, 1), ending))


def _weekday(match: Match[str], today: date) -> Reading:
    number = 0 if match["w"].upper() == "SEGUNDA" else int(match["w"][1])

    def recur(day: date) -> Period:
        found = days.weekday_before(day, number)
        return Period(found, found)

    return Reading("day", recur(today), recur, "week", unit="WEEKDAY")


def _weak_weekday(match: Match[str], today: date) -> Reading:
    strong = _weekday(match, today)
    return Reading("weak", strong.period, strong.recur, "week", unit="WEEKDAY")


def _weekday_of_week(match: Match[str], today: date) -> Reading:
    offset = -1 if "LAST" in match["week"] else -2 if "RETRA" in match["week"] else 0
    number = 0 if match["w"].upper() == "SEGUNDA" else int(match["w"][1])
    day = days.plus_days(days.unit_holding(today, "WEEK", offset).start, number)
    return Reading("day", Period(day, day))


def _before(match: Match[str], today: date) -> Reading:
    """The N days before the last N; placed anew when the text names the period they come before."""
    count, unit = int(match["n"]), match["u"] or "DAY"
    anchor = days.last_units(today, unit, count)
    return Reading("before", days.days_before(anchor, anchor.days), unit=unit, count=count)


def _previous(match: Match[str], today: date) -> Reading:
    unit = match["u"]
    if unit == "PERIOD":
        return Reading("previous", days.unit_holding(today, "MONTH", -1), unit=unit)
    return Reading("previous", days.unit_holding(today, unit, -1), unit=unit)


def _elliptical(match: Match[str], today: date) -> Reading:
    return Reading("previous", days.unit_holding(today, "MONTH", -1), unit="SAME")


def _same_last_year(match: Match[str], today: date) -> Reading:
    return Reading("same_last_year", days.year_before(days.unit_holding(today, "MONTH")))


def _same(match: Match[str], today: date) -> Reading:
    return Reading("same", days.unit_holding(today, "MONTH"), unit="SAME")


def _same_in_year(match: Match[str], today: date) -> Reading:
    return Reading("same_in_year", days.unit_holding(today, "MONTH"), unit="SAME", count=int(match["y"]))


def _edge(kind: Kind) -> Builder:
    def build(match: Match[str], today: date) -> Reading:
        if match["m"]:
            month = int(match["m"])
            whole = days.latest(lambda year: days.month_of(year, month), today)
        else:
            whole = days.unit_holding(today, match["u"], -1 if "LAST" in match[0] else 0)
        day = whole.start if kind == "begin" else whole.end
        return Reading(kind, Period(day, day), unit=match["u"] or "MONTH")

    return build


def _to_now(match: Match[str], today: date) -> Reading:
    return Reading("to_now", Period(days.unit_holding(today, "MONTH").start, today), unit="MONTH")


def _skip(match: Match[str], today: date) -> Reading:
    return Reading("skip")


_W = r"(?P<w>[Ww][0-6]|SEGUNDA|segunda)"
_FEIRA = r"(?:(?: -)? feira| fair)?"
# "segunda quinzena", "quarta semana", "segunda maior": an ordinal, not a weekday.
_NOT_ORDINAL = r"(?! (?:FORT|HALF|QUARTER|WEEK|MONTH|DAY|maior|melhor|pior|menor|metade|parte|vez|via|opcao)(?!\S))"
_EDGE_OF = (
    rf"{_OF}(?:(?:THIS |LAST )?(?P<u>WEEK|MONTH|QUARTER|HALF|YEAR)(?: THIS| LAST)?|(?:MONTH )?[MEme](?P<m>[0-9]{{2}}))"
)

# What may follow a unit and make it another one: "da semana passada", "do mês de março", "a semana do carnaval".
_ALONE = (
    r"(?! (?:(?:(?:que )?LAST|PREV|RETRA|NEXT|THIS|que|q|qe|before|antes|to date|[ab]y?)(?!\S)"
    r"|(?:de |do |da |del |of )?(?:[MEme][0-9]|#|CARNIVAL|black|DAY)))"
)

RELATIVE_RULES = (
    _rule(r"(?:TODAY|YDAY|BYDAY|TMRW)", _one_day),
    _rule(r"(?:the )?DAY (?:before|antes de) YDAY", lambda match, today: _one_day_ago(2, today)),
    _rule(r"(?:ante|before|antes de) (?:- )?YDAY", lambda match, today: _one_day_ago(2, today)),
    _rule(r"(?:do|del|no|of the|el) DAY(?! [ab]y? DAY)(?! #)", _this_day),
    _rule(r"THIS DAY", _this_day),
    # Calendar units
    _rule(rf"(?:THIS {_UNIT})", _unit(0)),
    _rule(rf"{_UNIT} (?:THIS|en curso|em curso)(?! (?:DAY|WEEK|MONTH|QUARTER|HALF|YEAR|FORT|WKND)(?!\S))", _unit(0)),
    _rule(rf"(?:no|do|o|el|del|the|in the|of the|en el|ao) (?P<u>MONTH|QUARTER|HALF|YEAR|WKND){_ALONE}", _unit(0)),
    _rule(rf"(?:na|da|a|la|de la|the|in the|en la) (?P<u>WEEK|FORT){_ALONE}", _unit(0)),
    _rule(
        rf"(?:todo o |todo el |whole |entire |o |el |a |la ){_UNIT} (?:todo|toda|inteiro|inteira|completo|entero)",
        _unit(0),
    ),
    _rule(rf"(?:todo o |toda a |todo el |toda la |the whole |the entire |all ){_UNIT}{_ALONE}", _unit(0)),
    _rule(rf"(?P<u>WKND){_ALONE}", _unit(0)),
    _rule(rf"LAST {_UNIT}", _unit(-1)),
    _rule(rf"{_UNIT} (?:que )?LAST", _unit(-1)),
    _rule(rf"{_UNIT} (?:que|q) (?:passou|paso|acabou|terminou|termino)", _unit(-1)),
    _rule(rf"(?:the )?{_UNIT} (?:before|antes de|antes da|antes do) (?:la |el |a |o )?LAST", _unit(-2)),
    _rule(rf"{_UNIT} RETRA", _unit(-2)),
    _rule(rf"RETRA {_UNIT}", _unit(-2)),
    _rule(rf"NEXT {_UNIT}", _unit(1)),
    _rule(rf"{_UNIT} (?:que|q|qe) (?:vem|viene|entra|ve)", _unit(1)),
    _rule(rf"{_UNIT} NEXT", _unit(1)),
    _rule(r"(?:YTD|YEAR to date)", _year_to_date),
    _rule(r"(?:MTD|MONTH to date)", _to_date("MONTH")),
    _rule(r"(?:QTD|QUARTER to date)", _to_date("QUARTER")),
    _rule(r"(?:WEEK to date)", _to_date("WEEK")),
    # Counted units
    _rule(rf"LAST {_N} {_ANY_UNIT}", _last_units),
    _rule(rf"{_N} LAST {_ANY_UNIT}", _last_units),
    _rule(rf"NEXT {_N} (?P<u>DAY|WEEK)", _next_units),
    _rule(rf"{_N} {_ANY_UNIT} (?:m08|M08|atras|back)", _units_ago),
    _rule(rf"(?:ha|hace|faz) {_N} {_ANY_UNIT}(?: atras)?", _units_ago),
    # Periods that lean on another one
    _rule(rf"(?:PREV|before) {_N}(?: {_ANY_UNIT})?", _before),
    _rule(rf"{_N} (?:{_ANY_UNIT} )?(?:PREV|before(?: that| those| them)?|antes)", _before),
    _rule(r"(?P<u>DAY|WEEK|MONTH|QUARTER|HALF|YEAR|FORT|PERIOD) (?:PREV|before)", _previous),
    _rule(r"PREV (?P<u>DAY|WEEK|MONTH|QUARTER|HALF|YEAR|FORT|PERIOD)", _previous),
    _rule(
        rf"SAME (?:PERIOD|DAY|WEEK|MONTH|QUARTER|HALF|intervalo|epoca|time|point)"
        rf" {_OF}(?:YEAR LAST|LAST YEAR|YEAR PREV|PREV YEAR|YEAR before)",
        _same_last_year,
    ),
    _rule(r"SAME (?:PERIOD|MONTH|QUARTER|HALF),? (?:a|one|#1) YEAR (?:m08|earlier|antes|before)", _same_last_year),
    # "vendas de março e os pedidos no mesmo mês"; "no mesmo mês de 2024" and "da semana passada" are others
    _rule(
        r"(?:(?:no|na|do|da|de|in|for|of|en|del|el|the|o|a) ){0,2}SAME (?:PERIOD|DAY|WEEK|MONTH|QUARTER|HALF|YEAR|FORT)"
        r"(?=$| [?.!;,]| (?:e|and|y|por|by)(?!\S))",
        _same,
    ),
    _rule(
        rf"(?:(?:no|na|do|da|in|for|of|en|del|el|the|o|a) ){{0,2}}"
        rf"SAME (?:PERIOD|DAY|MONTH|QUARTER|HALF|FORT) (?:em )?{_OF}(?:YEAR {_OF})?#(?P<y>20[0-9]{{2}})",
        _same_in_year,
    ),
    # "esta semana contra a passada", "this month vs last": only after another period, which tells the unit
    _rule(
        r"(?:(?:a|o|la|el|the) |(?<=vs )|(?<=versus )|(?<=than )|(?<=contra )|(?<=to )|(?<=com ))"
        r"(?:LAST|PREV)(?: one)?(?= [?.!;,]| em | en | in | by | por |$)",
        _elliptical,
    ),
    # Weekdays
    _rule(
        rf"(?:no|na|el|on|THIS|LAST|of|da|de|do) (?:(?:el|la|LAST|THIS) )?{_W}{_FEIRA}(?: LAST)?{_NOT_ORDINAL}",
        _weekday,
    ),
    _weekday_rule(rf"{_W}(?:(?: -)? feira LAST|(?: -)? feira| LAST)", _weekday),
    _weekday_rule(rf"(?P<w>W[0-6]){_NOT_ORDINAL}", _weekday),
    _weekday_rule(rf"{_W}{_NOT_ORDINAL}", _weak_weekday),
    _rule(rf"{_W}{_FEIRA} {_OF}(?P<week>WEEK LAST|LAST WEEK|WEEK RETRA|THIS WEEK|WEEK THIS|WEEK)", _weekday_of_week),
    # Edges, and words that cut
    _rule(rf"(?:o |the |el )?BEGIN {_EDGE_OF}", _edge("begin")),
    _rule(rf"(?:o |the |el )?END {_EDGE_OF}", _edge("end")),
    _rule(r"(?:UNTIL (?:NOW|TODAY|o momento|el momento|aqui|la fecha|a data|esta data)|so far|to date)", _to_now),
    # Words of time that name no period
    _rule(r"(?:o |no |el )?(?:DAY a DAY|DAY by DAY|WEEK (?:a|by) WEEK|MONTH (?:a|by) MONTH|YEAR (?:a|by) YEAR)", _skip),
    _rule(r"(?:por|by|per|cada|each|every) (?:DAY|WEEK|MONTH|QUARTER|YEAR|HALF)", _skip),
)


def _one_day_ago(count: int, today: date) -> Reading:
    return Reading("day", days.unit_holding(today, "DAY", -count), unit="DAY")
