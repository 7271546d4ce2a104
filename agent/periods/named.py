"""Rules for days, months and feasts called by number or name: "10/04", "março de 2025", "1º tri", "black friday"."""

import re
from dataclasses import replace
from datetime import date
from re import Match

from agent.periods import days
from agent.periods.reading import Builder, Kind, Reading, Rule, recurring, yearly
from models.period import Period

_OF = r"(?:(?:de|do|da|del|of|in|the|el|em|en)\b ?){0,3}"
_MONTH = r"[MEme](?P<m>[0-9]{2})"
# The year after a day or a month: four digits, two after a sign or "de", or words counted from today.
_YEAR = (
    r"(?:(?: [,/.-])? ?" + _OF + r"#(?P<y>20[0-9]{2})|(?: [/'.]| -| de) ?#(?P<yy>[0-9]{2})"
    r"|(?: ,)? " + _OF + r"(?P<yrel>YEAR LAST|LAST YEAR|THIS YEAR|YEAR THIS|YEAR RETRA|YEAR PREV|YEAR))?"
)
_NUMERIC_YEAR = r"(?:#(?P<y>20[0-9]{2})|#(?P<yy>[0-9]{2}))(?P<yrel>)?"
_REQUIRED_YEAR = _YEAR[:-1]
_YEARS_BACK = {"LAST": 1, "PREV": 1, "RETRA": 2}
_D = r"#(?P<d>[0-9]{1,2})"
_D2 = r"#(?P<d2>[0-9]{1,2})"
_THE_DAY = r"(?:(?:no|o|do|el|the|os|los|nos|dos|del) )?(?:DAY )?(?:the |el |o )?"
_TO = r" (?:a|ao|ate|UNTIL|to|al|e|y|and|-|pra|para)(?: (?:o|el|the|UNTIL))?(?: DAY)?(?: (?:o|el|the))? "


def _year(match: Match[str], today: date) -> int | None:
    if match["y"]:
        return int(match["y"])
    if match["yy"]:
        return 2000 + int(match["yy"])
    if match["yrel"]:
        return today.year - next((back for word, back in _YEARS_BACK.items() if word in match["yrel"]), 0)
    return None


def _day_of_month(match: Match[str], today: date) -> Reading:
    month, first, year = int(match["m"]), int(match["d"]), _year(match, today)
    last = int(match["d2"]) if "d2" in match.re.groupindex else first

    def build(of_year: int) -> Period:
        start = date(of_year, month, 1)
        if last < first:  # "do dia 25 ao dia 3 de fevereiro" starts in January
            start = days.plus_months(start, -1)
        return Period(start.replace(day=first), date(of_year, month, last))

    return yearly(build, year, today, "day" if first == last else "range")


def _numbered_day(match: Match[str], today: date) -> Reading:
    number = int(match["d"])

    def recur(day: date) -> Period:
        found = days.latest_day_numbered(number, day)
        return Period(found, found)

    return recurring("day", recur, today, "month")


def _numbered_days(match: Match[str], today: date) -> Reading:
    start = days.latest_day_numbered(int(match["d"]), today)
    return Reading("range", Period(start, days.latest_day_numbered(int(match["d2"]), days.plus_days(start, 30))))


def _days_of_relative_month(match: Match[str], today: date) -> Reading:
    """ "De 1 a 15 deste mês", "dia 10 do mês passado"."""
    first, last = int(match["d"]), int(match["d2"] or match["d"])
    month = days.unit_holding(today, "MONTH", -1 if "LAST" in match["rel"] else 0).start
    return Reading("range" if match["d2"] else "day", Period(month.replace(day=first), month.replace(day=last)))


def _month(match: Match[str], today: date) -> Reading:
    month, year = int(match["m"]), _year(match, today)
    weak = match["name"][0].islower() and match["lead"] is None and match["tail"] is None
    kind: Kind = "weak" if weak and year is None else "named"
    return yearly(lambda of_year: days.month_of(of_year, month), year, today, kind, "MONTH")


def _last_month_named(match: Match[str], today: date) -> Reading:
    month = int(match["m"])
    return Reading("named", days.latest(lambda y: days.month_of(y, month), today.replace(day=1) - date.resolution))


def _numeric_month(match: Match[str], today: date) -> Reading:
    return Reading("named", days.month_of(int(match["y"]), int(match["m"])), unit="MONTH")


def _numeric_year(match: Match[str], today: date) -> Reading:
    return Reading("named", days.unit_holding(date(int(match["y"]), 1, 1), "YEAR"), unit="YEAR")


def _iso_day(match: Match[str], today: date) -> Reading:
    day = date(int(match["y"]), int(match["m"]), int(match["d"]))
    return Reading("day", Period(day, day))


def _part(size: int, unit: str) -> Builder:
    """A numbered quarter (3 months) or half (6) of a year."""

    def build(match: Match[str], today: date) -> Reading:
        number, year = int(match["n"]), _year(match, today)
        first_month = (number - 1) * size + 1
        if not 1 <= number <= 12 // size:
            raise ValueError("a year has no such part")
        return yearly(lambda of_year: days.months_from(date(of_year, first_month, 1), size), year, today, unit=unit)

    return build


def _last_part(match: Match[str], today: date) -> Reading:
    """ "último trimestre de 2025": the year's last one."""
    year, unit = _year(match, today) or today.year, match["u"]
    return Reading("named", days.unit_holding(date(year, 12, 31), unit), unit=unit)


def _fortnight(match: Match[str], today: date) -> Reading:
    number = {"1": 1, "2": 2, "segunda": 2, "LAST": 2}[match["n"].lstrip("#")]
    month = match["m"]
    if not month and not match["rel"] and match["n"] == "LAST":
        raise ValueError("the last fortnight of no month")

    def within(larger: Period) -> Period:
        if days.is_whole(larger, "MONTH"):
            return days.fortnight(larger.start.year, larger.start.month, number)
        if month and days.is_whole(larger, "YEAR"):
            return days.fortnight(larger.start.year, int(month), number)
        raise ValueError("a fortnight is part of a month")

    if not month:
        shift = -1 if match["rel"] and "LAST" in match["rel"] else 0
        of = days.unit_holding(today, "MONTH", shift)
        unit = "OF" if match["rel"] is None else "FORT"
        return Reading("named", within(of), unit=unit, within=within)
    reading = yearly(lambda of_year: days.fortnight(of_year, int(month), number), _year(match, today), today)
    return replace(reading, within=within)


def _edge_days(match: Match[str], today: date) -> Reading:
    """ "os primeiros 10 dias de fevereiro", "the last 5 days of March"."""
    count, month, is_last = int(match["n"]), int(match["m"]), match["edge"] == "LAST"

    def of_month(whole: Period) -> Period:
        if not 1 <= count <= whole.days:
            raise ValueError("the month has fewer days")
        if is_last:
            return Period(days.plus_days(whole.end, 1 - count), whole.end)
        return Period(whole.start, days.plus_days(whole.start, count - 1))

    def within(larger: Period) -> Period:
        if days.is_whole(larger, "MONTH"):
            return of_month(larger)
        return of_month(days.month_of(larger.start.year, month))

    year = _year(match, today)
    return replace(yearly(lambda of_year: of_month(days.month_of(of_year, month)), year, today), within=within)


def _feast(match: Match[str], today: date) -> Reading:
    is_week = bool(match["week"] or match["weekafter"] or match["weeklast"])
    if match["feast"] == "CARNIVAL":
        build = days.carnival_week if is_week else days.carnival
    else:
        build = days.black_friday_week if is_week else days.black_friday
    return yearly(build, _year(match, today), today)


_RELATIVE_MONTH = "(?P<rel>MONTH LAST|LAST MONTH|THIS MONTH|MONTH THIS|MONTH)"


def _rule(pattern: str, build: Builder) -> Rule:
    return Rule(re.compile(rf"(?<!\S){pattern}(?!\S)"), build)


# What must stand before or after a word like "may" or "set" for it to be a month; looked at, not consumed.
_BEFORE_MONTHS = ["em", "de", "in", "en", "of", "for", "from", "SINCE", "UNTIL", "MONTH", "' s"]
_LEAD = "(?P<lead>" + "|".join(f"(?<={word} )" for word in _BEFORE_MONTHS) + ")?"
_AFTER_MONTHS = "sales|revenue|orders|numbers|results|figures|ventas|vendas|with|vs|versus|against|contra|x"
_TAIL = rf"(?P<tail>(?= (?:{_AFTER_MONTHS})(?!\S)))?"

NAMED_RULES = (
    # Days of a month
    _rule(rf"{_THE_DAY}{_D} (?:/|-|\.|{_OF})? ?(?:MONTH {_OF})?{_MONTH}{_YEAR}", _day_of_month),
    _rule(
        rf"{_THE_DAY}{_D} [/.] #(?P<m>[0-9]{{1,2}})(?: [/.] ?{_NUMERIC_YEAR})?",
        _day_of_month,
    ),
    _rule(rf"{_THE_DAY}{_D} - #(?P<m>[0-9]{{2}}) - {_NUMERIC_YEAR}", _day_of_month),
    _rule(rf"(?:the )?[Ee](?P<m>[0-9]{{2}}) (?:the )?{_D}{_YEAR}", _day_of_month),
    _rule(rf"{_THE_DAY}{_D}{_TO}{_D2} (?:/|-|{_OF})? ?(?:MONTH {_OF})?{_MONTH}{_YEAR}", _day_of_month),
    _rule(
        rf"{_THE_DAY}{_D}{_TO}{_D2} / #(?P<m>[0-9]{{1,2}})(?: / ?{_NUMERIC_YEAR})?",
        _day_of_month,
    ),
    _rule(rf"(?:the )?[Ee](?P<m>[0-9]{{2}}) (?:the )?{_D}{_TO}{_D2}{_YEAR}", _day_of_month),
    _rule(r"#(?P<y>20[0-9]{2}) - #(?P<m>[0-9]{2}) - #(?P<d>[0-9]{2})", _iso_day),
    _rule(rf"(?:no |o |do |el |del |the |on )?DAY {_D}", _numbered_day),
    _rule(rf"(?:no |o |do |el |del |the |on )?DAY {_D}(?P<d2>)? {_OF}{_RELATIVE_MONTH}", _days_of_relative_month),
    _rule(rf"{_THE_DAY}{_D}{_TO}{_D2} {_OF}{_RELATIVE_MONTH}", _days_of_relative_month),
    _rule(rf"(?:(?<=on )|(?<=SINCE )|(?<=from )|(?<=UNTIL ))the {_D}", _numbered_day),
    _rule(rf"(?:no |o |do |el |del |os |nos |los )?DAY {_D}{_TO}{_D2}", _numbered_days),
    _rule(rf"(?:(?<=from )|(?<=BETWEEN ))the {_D}{_TO}{_D2}", _numbered_days),
    _rule(rf"(?:de|do|from|del) {_D} (?:a|ao|to|al|ate|UNTIL) {_D2}(?= [?!.;,]|$)", _numbered_days),
    # Months and years
    _rule(rf"{_LEAD}(?P<name>{_MONTH}){_YEAR}{_TAIL}", _month),
    _rule(rf"(?P<lead>(?:(?:no|o|do|el|del|the) )?MONTH (?:de|do|of) )(?P<name>{_MONTH}){_YEAR}(?P<tail>)", _month),
    _rule(rf"LAST {_MONTH}", _last_month_named),
    _rule(rf"{_MONTH} (?:LAST|de LAST)", _last_month_named),
    _rule(r"#(?P<m>[0-9]{1,2}) / #(?P<y>20[0-9]{2})", _numeric_month),
    _rule(r"#(?P<y>20[0-9]{2}) - #(?P<m>[0-9]{2})", _numeric_month),
    _rule(r"(?:(?:YEAR (?:de )?|o YEAR de ))?#(?P<y>20[0-9]{2})", _numeric_year),
    # Parts of a year or a month
    _rule(rf"#(?P<n>[1-4]) QUARTER{_YEAR}", _part(3, "QUARTER")),
    _rule(rf"(?:QUARTER|q|t) #(?P<n>[1-4]){_YEAR}", _part(3, "QUARTER")),
    _rule(r"#(?P<n>[1-4]) (?:q|t)(?: ?/)?(?: #(?P<y>20[0-9]{2})| #(?P<yy>[0-9]{2}))?(?P<yrel>)?", _part(3, "QUARTER")),
    _rule(rf"#(?P<n>[12]) HALF(?: year)?(?: YEAR)?{_YEAR}", _part(6, "HALF")),
    _rule(rf"(?:HALF|h|s) #(?P<n>[12]){_YEAR}", _part(6, "HALF")),
    _rule(r"#(?P<n>[12]) (?:h|s)(?: ?/)?(?: #(?P<y>20[0-9]{2})| #(?P<yy>[0-9]{2}))?(?P<yrel>)?", _part(6, "HALF")),
    _rule(rf"LAST (?P<u>QUARTER|HALF){_REQUIRED_YEAR}", _last_part),
    _rule(
        rf"(?P<n>#1|#2|segunda|LAST) (?:FORT|HALF (?=\S+ [MEme][0-9]|[MEme][0-9]|(?:\S+ ){{0,2}}MONTH))"
        rf"(?:(?: ?{_OF}(?:MONTH {_OF})?{_MONTH}{_YEAR})|(?: ?{_OF}{_RELATIVE_MONTH}))?",
        _fortnight,
    ),
    _rule(
        rf"(?P<edge>#1|primeiros|primeros|LAST) #(?P<n>[0-9]{{1,2}}) DAY {_OF}(?:MONTH {_OF})?{_MONTH}{_YEAR}",
        _edge_days,
    ),
    # Feasts
    _rule(
        rf"(?:(?P<week>WEEK) {_OF})?(?P<feast>CARNIVAL|black W4|blackfriday|bf)"
        rf"(?P<weekafter> WEEK)?{_YEAR}(?P<weeklast> WEEK)?",
        _feast,
    ),
)
