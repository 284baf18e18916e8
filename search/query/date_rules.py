"""
Which words, one after another, name a time: «минулого тижня», «с 1 по 15 мая», `in July 2024`, `since March 2022`.

A rule is a pattern over folded words and a function that works out the days. A time that has not begun is none, since
nothing has been published then, and a time without a year is the latest that has begun. Precision comes first: what may
as well be part of what is looked for stays words.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from search.query import calendar_words as words
from search.query.dates import MAX_YEAR, MIN_YEAR, Period

# News archives on line begin about then: "elections in 1998" tells of a year, and was hardly written in it. After a
# field (date:1998) every year counts.
MIN_PHRASE_YEAR = 2000
# «Найтепліший за останні 20 років» tells how warm it was; nobody limits a search of news so.
MAX_ROLLING_DAYS = 5 * 366


class Span(NamedTuple):
    """Days of Kyiv, both inclusive; None is open."""

    first: date | None
    last: date | None


class Reading(NamedTuple):
    """The ``length`` words that a rule has read, and their days; None if they are rather something else."""

    length: int
    span: Span | None


class _Meaning(NamedTuple):
    """A time, how exactly it is named (``day``, ``month``, ``year``, …), and whether a year or "last" fixes it."""

    period: Period
    grade: str
    fixed: bool = True


class _Point(NamedTuple):
    """The parts of a date that were named."""

    year: int | None = None
    month: int | None = None
    day: int | None = None


def read_date(typed: Sequence[str], folded: Sequence[str], start: int, today: date) -> Reading | None:
    """
    Return the longest reading of the words from ``start`` on as a time, or None.

    ``typed`` are all the words as they were typed, ``folded`` the same folded.

    >>> from datetime import date
    >>> query = ["обстріл", "у", "липні", "2024", "року"]
    >>> read_date(query, query, 1, date(2026, 1, 1))
    Reading(length=4, span=Span(first=datetime.date(2024, 7, 1), last=datetime.date(2024, 7, 31)))
    """
    # No rule is longer: «починаючи з 1 травня 2022 року по 3 червня 2023 року» has ten words.
    text = " ".join(word.replace(" ", "_") for word in folded[start : start + 12])
    readings = filter(None, (_open_reading(text, today), _closed_reading(text, today)))
    best = max(readings, key=lambda reading: reading.length, default=None)
    if best and _is_something_else(typed, folded, start, start + best.length):
        return best._replace(span=None)
    return best


# Patterns


def _one_of(spellings: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(map(re.escape, spellings), key=len, reverse=True)) + ")"


_YEAR = r"(?:19|20)[0-9]{2}"
_DASH = "[-\N{EN DASH}]"
# A dash with blanks around it is no word, so that 1 - 15 comes as two numbers.
_DASH_OR_BLANK = "[- \N{EN DASH}]"
_MONTH = _one_of(words.MONTHS)
_YEAR_WORD = f"(?: {_one_of(words.YEAR_WORDS)})?"
_LAST_YEAR = f"{_one_of(words.AGO)} (?:року|році|рік|года|году|год|year)|{_one_of(words.YEARS_AGO)}"

#: What stands for a part of a template; a group takes the place of ``#``.
_PARTS = {
    "day": "(?P<#day>[0-9]{1,2})(?:-?(?:го|st|nd|rd|th))?",
    "days": f"(?P<#day>[0-9]{{1,2}}){_DASH_OR_BLANK}(?P<#until_day>[0-9]{{1,2}})",
    "joined days": f"(?P<#day>[0-9]{{1,2}}){_DASH}(?P<#until_day>[0-9]{{1,2}})",
    "genitive": f"(?P<#month>{_one_of(words.GENITIVE_MONTHS)})",
    "locative": f"(?P<#month>{_one_of(words.LOCATIVE_MONTHS)})",
    "english": f"(?P<#month>{_one_of(words.ENGLISH_MONTHS)})",
    "month": f"(?P<#month>{_MONTH})",
    "months": f"(?P<#month>{_MONTH}){_DASH_OR_BLANK}(?P<#until_month>{_MONTH})",
    "bare year": f"(?P<#year>{_YEAR})",
    "bare years": f"(?P<#year>{_YEAR}){_DASH_OR_BLANK}(?P<#until_year>{_YEAR})",
    "year": f"(?P<#year>{_YEAR}){_YEAR_WORD}",
    "last year": f"(?P<#year>{_LAST_YEAR})",
    "any year": f"(?P<#year>{_YEAR}|{_LAST_YEAR}){_YEAR_WORD}",
    "year word": f"(?P<#year>{_one_of(words.YEARS_AGO)})",
    "numeric": r"(?P<#numeric>[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{4}|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})",
    "weekday": f"(?P<#weekday>{_one_of(words.WEEKDAYS)})",
    "season": f"(?P<#season>{_one_of(words.SEASONS)})",
    "ago": f"(?P<#ago>{_one_of(words.AGO)})",
    "unit": f"(?P<#unit>{_one_of(words.UNITS)})",
    "units": f"(?P<#unit>{_one_of(words.COUNTED_UNITS)})",
    "number": f"(?P<#number>[0-9]{{1,3}}|{_one_of(words.NUMBERS)})",
    "days ago": f"(?P<#days_ago>{_one_of(words.DAYS_AGO)})",
    "rolling": _one_of(words.ROLLING),
    # "At the beginning of May" is in May.
    "about": "(?:(?:на|у|в) (?:початку|середині|кінці|начале|середине|конце)|наприкінці"
    "|(?:in )?(?:early|late|mid)"
    "|(?:(?:in|at) )?(?:the )?(?:beginning|middle|end) of)",
    "during": "(?:протягом|впродовж|упродовж|в течение|during)",
    "in": "(?:у|в|на|за|in|over|for)",
}
_DAY = (
    "(?:<day> <genitive>(?: <any year>)?|<day> (?:of )?<english>(?: (?:of )?<year>)?"
    "|<english> (?:the )?<day>(?: (?:of )?<year>)?|<numeric>)"
)
_DATE = f"(?:{_DAY}|<month>(?: (?:of )?<any year>)?|<year>)"


def _at_end(end: str, template: str) -> str:
    return template.replace("<", f"<{end}.")


_A_DAY, _A, _B = _at_end("a", _DAY), _at_end("a", _DATE), _at_end("b", _DATE)


def _pattern(template: str) -> re.Pattern[str]:
    """
    Return a template with its parts put in, as a pattern that ends with a word.

    Groups are numbered, since the same part may stand in several alternatives; what stands at one end of a range
    (``<a.day>``) has its letter before the name: ``a_day_1``.
    """
    numbers = count()

    def part(match: re.Match[str]) -> str:
        end, name = match[1] or "", match[2]
        return re.sub("<#([a-z_]+)>", lambda group: f"<{end}_{group[1]}_{next(numbers)}>", _PARTS[name])

    return re.compile("(?:" + re.sub("<(?:([ab])[.])?([a-z ]+)>", part, template) + ")(?= |$)")


class _Found:
    """What the groups of a match hold, by the names of their parts."""

    def __init__(self, match: re.Match[str]) -> None:
        self._values: dict[str, str] = {}
        for group, text in match.groupdict().items():
            if text is not None:
                self._values.setdefault(group.rstrip("0123456789").rstrip("_"), text)

    def get(self, name: str, end: str = "") -> str | None:
        return self._values.get(f"{end}_{name}")

    def number(self, name: str) -> int | None:
        text = self.get(name)
        return int(text) if text else None

    def point(self, today: date, end: str = "") -> _Point:
        """Return the date at one end of a range, or the only one."""
        if numeric := self.get("numeric", end):
            parts = [int(part) for part in re.split("[.-]", numeric)]
            return _Point(*(reversed(parts) if "." in numeric else parts))
        month, day = self.get("month", end), self.get("day", end)
        return _Point(self._year(today, end), words.MONTHS[month] if month else None, int(day) if day else None)

    def _year(self, today: date, end: str) -> int | None:
        text = self.get("year", end)
        if text is None or text.isdigit():
            return int(text) if text else None
        return today.year - (words.YEARS_AGO[text] if text in words.YEARS_AGO else words.AGO[text.split()[0]])


# Days, months and years


def _period(point: _Point, today: date) -> Period:
    """Return the days of a date; without a year the latest that has begun. Raises ValueError if there are none."""
    year, month, day = point
    if day is not None and month is None:
        raise ValueError("a day without its month")
    if year is None:
        return _latest(point, today)
    if month is None:
        return Period(date(year, 1, 1), date(year, 12, 31))
    if day is None:
        return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    return Period(date(year, month, day), date(year, month, day))


def _latest(point: _Point, today: date) -> Period:
    for back in range(9):  # a leap day may lie eight years back
        with suppress(ValueError):
            period = _period(point._replace(year=today.year - back), today)
            if period.first <= today:
                return period
    raise ValueError("there is no such day")


def _grade(point: _Point) -> str:
    return "day" if point.day else "month" if point.month else "year"


def _read_point(found: _Found, today: date) -> _Meaning:
    """24 лютого; in July 2024; у 2023 році."""
    point = found.point(today)
    return _Meaning(_period(point, today), _grade(point), point.year is not None)


def _read_inner_range(found: _Found, today: date) -> _Meaning:
    """1-15 травня; July-August 2024; у 2022-2023 роках."""
    first = found.point(today)
    last = _Point(
        found.number("until_year") or first.year,
        words.MONTHS[month] if (month := found.get("until_month")) else first.month,
        found.number("until_day") or first.day,
    )
    return _range(first, last, today)


def _read_range(found: _Found, today: date) -> _Meaning:
    """З 1 по 15 травня; between May and July 2023."""
    return _range(found.point(today, "a"), found.point(today, "b"), today)


def _range(first: _Point, last: _Point, today: date) -> _Meaning:
    """Return a range in which each end may leave out what the other one says. Raises ValueError if it is none."""
    same_month = first.month is None or last.month is None
    fixed = bool(first.year or last.year)
    if first.month is None and first.year is None:
        first = first._replace(month=last.month)
    if last.month is None and last.day:
        last = last._replace(month=first.month)
    if (first.month is None) != (last.month is None) or not (fixed or first.month):
        raise ValueError("one end is a year")
    if not fixed:
        first = first._replace(year=_period(first, today).first.year)
    if last.year is None and first.year:
        later = (last.month or 0, last.day or 32) < (first.month or 0, first.day or 0)
        last = last._replace(year=first.year + (later and not same_month))
    if first.year is None and last.year:
        earlier = (first.month or 0, first.day or 0) > (last.month or 0, last.day or 32)
        first = first._replace(year=last.year - (earlier and not same_month))
    begin, end = _period(first, today), _period(last, today)
    if begin.first >= end.last:
        raise ValueError("the end is before the beginning")
    return _Meaning(Period(begin.first, end.last), "range", fixed)


# Relative times


def _read_days_ago(found: _Found, today: date) -> _Meaning:
    """Вчора; the day before yesterday."""
    word = found.get("days_ago")
    day = today - timedelta(days=words.DAYS_AGO[word] if word else 2)
    return _Meaning(Period(day, day), "word")


def _read_number_of_days_ago(found: _Found, today: date) -> _Meaning:
    """3 дні тому."""
    if _unit(found) != "day":
        raise ValueError("a week ago may be any day of it")
    day = today - timedelta(days=_number(found))
    return _Meaning(Period(day, day), "day")


def _read_unit(found: _Found, today: date) -> _Meaning:
    """Минулого тижня; this month; the year before last."""
    ago = words.AGO[word] if (word := found.get("ago")) else 2
    return _Meaning(_whole(_unit(found), ago, today), "unit")


def _read_year_word(found: _Found, today: date) -> _Meaning:
    """Торік."""
    return _Meaning(_period(found.point(today), today), "word")


def _whole(unit: str, ago: int, today: date) -> Period:
    """Return the week (from Monday), month or year so many before this one."""
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * ago)
        return Period(monday, monday + timedelta(days=6))
    if unit == "month":
        year, month = divmod(today.year * 12 + today.month - 1 - ago, 12)
        return _period(_Point(year, month + 1), today)
    if unit == "year":
        return _period(_Point(today.year - ago), today)
    raise ValueError("«цього дня» is any day")


_MONTHS_IN = {"month": 1, "half": 6, "year": 12}


def _read_rolling(found: _Found, today: date) -> _Meaning:
    """За останні 3 дні; the past week: so many days up to today, or from the same day of an earlier month on."""
    unit, number = _unit(found), _number(found)
    if unit == "hour" and not found.get("number"):
        raise ValueError("«за останній час» is lately")
    if unit == "hour":
        first = today - timedelta(days=-(-number // 24))  # the whole day in which they begin
    elif unit in ("day", "week"):
        days = number * (7 if unit == "week" else 1)
        # «За останню добу» reaches into yesterday.
        first = today - timedelta(days=max(days - 1, 1))
    else:
        year, month = divmod(today.year * 12 + today.month - 1 - number * _MONTHS_IN[unit], 12)
        first = date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))
    if (today - first).days > MAX_ROLLING_DAYS:
        raise ValueError("too long ago")
    return _Meaning(Period(first, today), "rolling")


def _unit(found: _Found) -> str:
    return words.COUNTED_UNITS[found.get("unit") or ""]


def _number(found: _Found) -> int:
    text = found.get("number") or "1"
    number = words.NUMBERS[text] if text in words.NUMBERS else int(text)
    if not number:
        raise ValueError("no days at all")
    return number


def _read_weekday(found: _Found, today: date) -> _Meaning:
    """У понеділок; last Monday: the latest before today, which people call today."""
    if words.AGO.get(found.get("ago") or "", 1) != 1:
        raise ValueError("this Monday may be the next one")
    weekday, yesterday = words.WEEKDAYS[found.get("weekday") or ""], today - timedelta(days=1)
    day = yesterday - timedelta(days=(yesterday.weekday() - weekday) % 7)
    return _Meaning(Period(day, day), "weekday")


def _read_weekend(found: _Found, today: date) -> _Meaning:
    """Last weekend: the latest before today's week, or of this one if it is over."""
    week = today - timedelta(days=today.weekday() + 7)
    return _Meaning(Period(week + timedelta(days=5), week + timedelta(days=6)), "weekend")


def _read_last_month_by_name(found: _Found, today: date) -> _Meaning:
    """Last July: the latest that is over."""
    if words.AGO[found.get("ago") or ""] != 1:
        raise ValueError("this July may be to come")
    period = _period(found.point(today), today)
    if period.last >= today:
        period = _period(_Point(today.year - 1, period.first.month), today)
    return _Meaning(period, "month")


def _read_season_of_year(found: _Found, today: date) -> _Meaning:
    """Влітку 2023; зимой 2022-2023. The winter of a year is the one that ends in it."""
    month = words.SEASONS[found.get("season") or ""]
    year, until = found.point(today).year or 0, found.number("until_year")
    if until is not None and (month != 12 or until != year + 1):
        raise ValueError("only a winter has two years")
    return _Meaning(_season(month, until or year), "season")


def _read_season(found: _Found, today: date) -> _Meaning:
    """Минулого літа: the latest that is over; цього літа: this one, or the one just over."""
    month, ago = words.SEASONS[found.get("season") or ""], words.AGO[found.get("ago") or ""]
    latest = next(season for back in range(-1, 3) if (season := _season(month, today.year - back)).first <= today)
    if ago == 0:
        if (today - latest.last).days > 182:  # the next one is nearer
            raise ValueError("this winter is to come")
        return _Meaning(latest, "season")
    over = latest if latest.last < today else _season(month, latest.last.year - 1)
    return _Meaning(over if ago == 1 else _season(month, over.last.year - 1), "season")


def _season(month: int, year: int) -> Period:
    """Return the three months from a month on; they end in the year."""
    begin = date(year - (month == 12), month, 1)
    end_month = month % 12 + 2
    return Period(begin, date(year, end_month, monthrange(year, end_month)[1]))


# The rules

_Read = Callable[[_Found, date], _Meaning]
_Rule = tuple[re.Pattern[str], _Read]

_RULES: tuple[_Rule, ...] = tuple(
    (_pattern("|".join(templates)), read)
    for read, *templates in (
        (_read_point, f"(?:on )?(?:(?:(?:у|в|во|on) )?{_one_of(words.WEEKDAYS)} )?(?:the )?{_DAY}"),
        (_read_point, "(?:у|в) <locative>(?: (?:[ув] )?<any year>)?", "in <english>(?: (?:of )?<any year>)?"),
        (_read_point, "(?:<during>|<about>) (?:<genitive>|<english>)(?: <any year>)?"),
        (_read_point, "(?:(?:from|of) )?<month> (?:of )?<any year>", "(?:<in> )?<last year> (?:у|в|in) <month>"),
        (_read_point, "(?:у|в) <bare year> (?:році|р|году|г)", "in (?:the year )?<bare year>"),
        (_read_point, "(?:<during>|<about>) <year>"),
        (_read_inner_range, "<days> <genitive>(?: <any year>)?", "<days> <english>(?: <year>)?"),
        (_read_inner_range, "<english> <joined days>(?: <year>)?"),
        (_read_inner_range, "(?:(?:у|в|in) )?<months> <any year>", "(?:у|в|in) <months>"),
        (_read_inner_range, "(?:у|в) <bare years> (?:роках|рр|годах|гг)", "in <bare years>"),
        (_read_range, f"(?:з|із|зі|с|со|від|от|from) (?:<a.day>|{_A}) (?:до|по|to|till|until|through) {_B}"),
        (_read_range, f"(?:between|між|между) (?:<a.day>|{_A}) (?:and|і|й|та|и) (?:{_B}|<b.day>(?: <b.year>)?)"),
        (_read_range, f"(?:from )?{_A_DAY} (?:to|till|until|through) <b.day>(?: <b.year>)?"),
        (_read_range, "<a.numeric> <b.numeric>"),
        (_read_rolling, "(?:за|(?:in|over|during|for|within) the) <rolling> <unit>", "past <unit>"),
        (_read_rolling, "(?:(?:за|in|over|during|for|within) )?(?:the )?<rolling> <number> <units>"),
        (_read_unit, "(?:(?:<during>|<about>|<in>|of|from) )?(?:the )?<ago> <unit>"),
        (_read_unit, "(?:in )?(?:the )?<unit> before last"),
        (_read_number_of_days_ago, "<number> <units> (?:тому|назад|ago)"),
        (_read_year_word, "<year word>"),
        (_read_days_ago, "(?:(?:за|на|from|of) )?<days ago>", "(?:the )?day before yesterday"),
        (_read_weekday, "(?:у|в|во|on) (?:<ago> )?<weekday>", "<ago> <weekday>"),
        (_read_weekend, "(?:на )?(?:минулих вихідних|прошлых выходных)", "(?:(?:on|over) )?(?:the )?last weekend"),
        (_read_last_month_by_name, "(?:in )?<ago> <english>"),
        (_read_season_of_year, "(?:(?:in|during) )?(?:the )?<season> (?:of )?(?:<any year>|<bare years>)"),
        (_read_season, "(?:(?:during|over|у|в) )?<ago> <season>"),
    )
)
# Only after a preposition of time, since «вибори 2019 року» are not all of that year.
_ALONE: tuple[_Rule, ...] = ((_pattern("<year>"), _read_point),)
# «З березня» may be the next one, `since March` cannot.
_AFTER_SINCE: tuple[_Rule, ...] = ((_pattern("<english>"), _read_point), (_pattern("<weekday>"), _read_weekday))

_OPENING = re.compile(
    "(?:(?P<since>since|ever since)|(?P<from>(?:починаючи |начиная )?(?:з|із|зі|с|со))"
    "|(?P<after>після|после|after)|(?P<before>перед|before)|(?P<until>до|until|till)) (?:the )?"
)
# What may stand after each but `since`, and with a year or "last": «з 1 січня» is as often to come, «до 2022 року» a
# time that articles tell of.
_MAY_OPEN = {
    "from": ("day", "month", "year", "unit"),
    "after": ("day", "month"),
    "before": ("day", "month"),
    "until": ("day", "month"),
}


def _meanings(text: str, rules: Iterable[_Rule], today: date) -> Iterator[tuple[int, _Meaning]]:
    """Yield how far each rule reads from the beginning of a text, and the time that it reads."""
    for pattern, read in rules:
        if match := pattern.match(text):
            try:
                meaning = read(_Found(match), today)
            except (ValueError, OverflowError, KeyError):  # 30 February; the end of the calendar; «цього вчора»
                continue
            if _is_plausible(meaning.period, today):
                yield match.end(), meaning


def _is_plausible(period: Period, today: date) -> bool:
    in_calendar = period.first.year >= MIN_YEAR and period.last.year <= MAX_YEAR
    return in_calendar and period.first <= today and period.last.year >= MIN_PHRASE_YEAR


def _closed_reading(text: str, today: date) -> Reading | None:
    end, meaning = max(_meanings(text, _RULES, today), key=lambda found: found[0], default=(0, None))
    return Reading(_words_in(text[:end]), Span(*meaning.period)) if meaning else None


def _open_reading(text: str, today: date) -> Reading | None:
    """Read «з березня 2022», `after 24 February 2022`: each includes what the field of its name does."""
    opening = _OPENING.match(text)
    if opening is None:
        return None
    kind = opening.lastgroup or ""
    rules = (*_RULES, *_ALONE, *(_AFTER_SINCE if kind == "since" else ()))
    found = [
        (end, meaning)
        for end, meaning in _meanings(text[opening.end() :], rules, today)
        if kind == "since" or (meaning.fixed and meaning.grade in _MAY_OPEN[kind])
    ]
    end, meaning = max(found, key=lambda item: item[0], default=(0, None))
    span = meaning and _opened(kind, meaning.period)
    if span is None or (span.first and span.first > today):
        return None
    return Reading(_words_in(text[: opening.end() + end]), span)


def _opened(kind: str, period: Period) -> Span:
    if kind == "after":
        return Span(period.last + timedelta(days=1), None)
    if kind == "before":
        return Span(None, period.first - timedelta(days=1))
    return Span(None, period.last) if kind == "until" else Span(period.first, None)


def _words_in(text: str) -> int:
    return text.count(" ") + 1


# What looks like a time and is something else

# «Наказ від 24 лютого», «до 8 березня», «ніж торік», «вулиця 1 травня»: dates that articles tell of, and names.
_LEADS_ELSEWHERE = re.compile(
    "від|от|до|на|к|ко|по|з|із|зі|с|со|після|после|перед|ніж|чем|як|как"
    "|to|than|by|from|until|till|before|after|for|as|since"
    r"|вул|ул|пл|вулиц\w*|улиц\w*|площ\w*|проспект\w*|бульвар\w*|імені|имени|long|theresa|brian|usa|russia|газет\w*"
)
# «45 травня 2024» is not in May.
_DAY_NUMBER = re.compile("[0-9]{1,2}")
# Last Week Tonight; Today show; «may 9 people».
_LEADS_ON = re.compile("tonight|show|people|percent|million|обитания")
# The attacks of 2001 are called by their day.
_NAMED_DAYS = frozenset(("11 вересня", "11 сентября", "september 11", "september 11th", "11 september"))


def _is_something_else(typed: Sequence[str], folded: Sequence[str], start: int, end: int) -> bool:
    """Tell whether what was read is rather a name, a verb, or part of a longer name."""
    phrase = folded[start:end]
    before = folded[start - 1] if start else ""
    if _LEADS_ELSEWHERE.fullmatch(before) or (_DAY_NUMBER.fullmatch(before) and phrase[0] in words.MONTHS):
        return True
    if " ".join(phrase) in _NAMED_DAYS or (end < len(folded) and _LEADS_ON.fullmatch(folded[end])):
        return True
    if end - start == 1:
        # «Сьогодні» or Yesterday in the middle is a paper or a song.
        return start > 0 and typed[start].istitle()
    if end - start == 2 and phrase[1] in words.AMBIGUOUS_MONTHS and phrase[0].isdigit():
        return typed[start + 1].islower()
    return False
