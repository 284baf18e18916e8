"""
The numbers of a text, in one form for all languages: «п'ятеро», `five` and 5; «1,5 млн грн» and `UAH 1.5 million`.

Made for comparing the versions of a story, so what may mean something else than a number («другий», `both`, «десятки»)
is *loose*: it explains a number of the other text, and is never missed itself. Codes (F-16, COVID-19) are names. The
words are in ``data/queries/number_words.tsv`` of ``search.language``.
"""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from math import isclose
from typing import NamedTuple

from search.language.numbers import canonical_number
from search.language.tables import QUERIES, lines_of, read_text
from search.query.calendar_words import AMBIGUOUS_MONTHS, ENGLISH_MONTHS, MONTHS

#: Kinds of numbers: a plain one, a share, an amount of money, a day of a month, a time of day.
PLAIN, PERCENT, DATE, TIME = "number", "percent", "date", "time"

# A code, a number as it is grouped or parted, a word, a sign. Digits of other scripts are none of ours.
_ITEM = re.compile(
    r"(?P<code>[^\W\d_]+-?[0-9][\w-]*)"
    r"|(?P<number>[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?![0-9])(?:[.,][0-9]+)?|[0-9]+(?:[.,:/][0-9]+)*)"
    r"(?P<ending>-?[^\W\d_]+)?"
    r"|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)"
    r"|(?P<sign>[%$€₴£])"
)
# Between the words of one number: blanks, a hyphen, the full stop of «тис.».
_JOINT = re.compile(r"[\s\u00a0\u202f.-]{1,3}")
_DAY_MONTH_YEAR = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4}|[0-9]{2})")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-4])[:.]([0-5][0-9])")
_PARTS = re.compile(r"[0-9]+")

_PERCENT_WORDS = re.compile(r"(?:відсотк|відсоток|процент|percent|pct)")
_CURRENCIES = tuple(
    (code, re.compile(pattern))
    for code, pattern in (
        ("USD", r"долар|доллар|dollar|usd$"),
        ("EUR", r"євро$|евро$|euros?$|eur$"),
        ("UAH", r"грн$|гривн|гривен|hryvni|hryvny|uah$"),
        ("RUB", r"рубл|rouble|ruble|rub$"),
        ("PLN", r"злот|zlot|pln$"),
        ("GBP", r"gbp$"),
    )
)
# Measures are converted when a text is translated: 2 miles, 3,2 км.
_IMPERIAL = re.compile(
    r"(?:mile|mph$|feet$|foot$|ft$|inch|yard|pound|lbs?$|ounce|gallon|acre|fahrenheit|degree|миль$|мил|фут|дюйм|ярд)"
)
_METRIC = re.compile(
    r"(?:км|см|мм|кг|м$|г$|кілометр|километр|метр|сантиметр|міліметр|миллиметр|кілограм|килограм|грам|літр|литр|гектар|градус"
    r"|тон|km|kph$|cm$|mm$|kg$|m$|met(?:er|re)|centimet|millimet|kilo|gram|lit(?:er|re)|hectare|ton|celsius)"
)
_SIGNS = {"$": "USD", "€": "EUR", "₴": "UAH", "£": "GBP"}
_CURRENCY_CODES = {"usd": "USD", "us": "", "eur": "EUR", "uah": "UAH", "gbp": "GBP", "rub": "RUB", "pln": "PLN"}
# «5 млн американських доларів»: one word may stand before the currency.
_WORDS_BEFORE_CURRENCY = 1
_HALVES_OF_DAY = frozenset({"am", "pm", "a", "p"})
_ONE_SPELLING = str.maketrans("ё’ʼ", "е''")
_LONGEST = 12  # digits: longer ones are numbers of telephones and accounts
_LETTER_SCALES = {"m": 10**6, "mn": 10**6, "b": 10**9, "k": 1000}
_NOON = 720  # minutes: 10 pm and 22:00 are one time, and whether 10:30 is in the morning is often left out


# Numbers that begin a word: п'ятиповерховий, шестилетний. Many a word only looks so, which a loose number may.
_PREFIXES = {
    prefix: float(value)
    for value, prefixes in enumerate(
        ("дво двух", "три трьох трех", "чотири четырех", "п'яти пяти", "шести", "семи", "восьми", "дев'яти девяти"), 2
    )
    for prefix in prefixes.split()
}
_COUNTED = re.compile(f"({'|'.join(sorted(_PREFIXES, key=len, reverse=True))})[^\\W\\d_]{{4}}")


class Quantity(NamedTuple):
    """
    A number of a text: its kind, a currency's code for money, its value, and where it stands.

    The value of a date is month * 100 + day, that of a time the minutes of half a day. ``measure`` is ``"metric"`` or
    ``"imperial"`` if it measures something that translators convert.
    """

    kind: str
    value: float
    start: int
    end: int
    loose: bool = False
    measure: str = ""


class _Item(NamedTuple):
    kind: str
    text: str
    start: int
    end: int
    ending: str


class _Words(NamedTuple):
    numbers: dict[str, float]
    scales: dict[str, float]
    loose: dict[str, tuple[float, ...]]


def quantities(text: str) -> list[Quantity]:
    """
    Return the numbers of a text in its order; never raises.

    >>> [(each.kind, each.value) for each in quantities("П'ятеро поранених, 1,5 млн грн, 24 лютого 2022 року")]
    [('number', 5.0), ('UAH', 1500000.0), ('date', 224.0), ('number', 2022.0)]
    >>> [(each.kind, each.value) for each in quantities("Twenty-five people, $1.5bn, 12.5%, F-16")]
    [('number', 25.0), ('USD', 1500000000.0), ('percent', 12.5)]
    """
    return list(_Reader(text).read())


def agree(one: Quantity, other: Quantity) -> bool:
    """Return whether two numbers may be one: equal, or one of them says less of what it is."""
    if one.kind == other.kind:
        return isclose(one.value, other.value)
    kinds = {one.kind: one.value, other.kind: other.value}
    if DATE in kinds:
        return PLAIN in kinds and isclose(kinds[DATE] % 100, kinds[PLAIN])
    if TIME in kinds:
        return PLAIN in kinds and isclose(kinds[TIME], kinds[PLAIN] * 60 % _NOON)
    return PLAIN in kinds and isclose(one.value, other.value)


def has_imperial(quantities: Iterable[Quantity]) -> bool:
    """Return whether any number counts miles, pounds or the like, which another version may have converted."""
    return any(each.measure == "imperial" for each in quantities)


def missing(quantities: Iterable[Quantity], others: Sequence[Quantity], *, converted: bool) -> list[Quantity]:
    """
    Return the numbers that agree with none of some others; of equal ones the first, of loose ones none.

    ``converted`` says that measures are not to be compared: one of the texts has miles or pounds (``has_imperial``).
    """
    found: dict[tuple[str, float], Quantity] = {}
    for each in quantities:
        key = (each.kind, each.value)
        passed_over = each.loose or key in found or (converted and each.measure)
        if not passed_over and not any(agree(each, other) for other in others):
            found[key] = each
    return list(found.values())


class _Reader:
    """Reads the items of one text, some of which make a number together."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._items = [_item(match) for match in _ITEM.finditer(text)]
        self._words = _words()

    def read(self) -> Iterator[Quantity]:
        at = 0
        while at < len(self._items):
            item = self._items[at]
            if item.kind == "number":
                at, found = self._digits(at)
            elif item.kind == "word":
                at, found = self._spelt(at)
            else:
                at, found = at + 1, []
            yield from found

    def _digits(self, at: int) -> tuple[int, list[Quantity]]:
        item = self._items[at]
        if special := _date_or_time(item):
            return at + 1, special
        digits = canonical_number(item.text.replace("\u00a0", " ").replace("\u202f", " "))
        if sum(map(str.isdigit, digits)) > _LONGEST:
            return at + 1, []
        try:
            value = float(digits)
        except ValueError:  # 2022/23, 2:1: its parts, which the other text may write in other ways
            return at + 1, [Quantity(PLAIN, float(part), item.start, item.end, True) for part in _PARTS.findall(digits)]
        month = self._month(at, value)
        if month:
            return at + (month[1] > 0) + 1, [self._date(at, month, value)]
        if item.ending and item.ending.isupper() and not item.ending.startswith("-"):  # 5G, 4K: a name
            return at + 1, []
        letters = item.ending.lstrip("-").lower()
        if letters in _HALVES_OF_DAY and len(letters) == 2 and (clock := _CLOCK.fullmatch(item.text)):
            return at + 1, [_time(item, clock)]
        if letters in _LETTER_SCALES and (len(letters) > 1 or self._sign_before(at)):
            value *= _LETTER_SCALES[letters]
        value *= self._words.scales.get(letters, 1.0)
        clock = _CLOCK.fullmatch(item.text)
        if clock:  # «об 11.15»
            return at + 1, [self._with_unit(at, at + 1, value)._replace(loose=True), _time(item, clock, loose=True)]
        end, value = self._scaled(at + 1, value)
        return end, [self._with_unit(at, end, value)]

    def _spelt(self, at: int) -> tuple[int, list[Quantity]]:
        item = self._items[at]
        word = item.text
        loose = self._words.loose.get(word)
        if loose:
            return at + 1, [Quantity(PLAIN, value, item.start, item.end, True) for value in loose]
        if word not in self._words.numbers:
            if counted := _COUNTED.match(word):
                return at + 1, [Quantity(PLAIN, _PREFIXES[counted[1]], item.start, item.end, True)]
            scale = self._words.scales.get(word)  # «тисячі людей»: how many, nobody says
            return at + 1, [Quantity(PLAIN, scale, item.start, item.end, True)] if scale else []
        total, group, last, end = 0.0, 0.0, 0.0, at
        while end < len(self._items) and (end == at or self._joined(end)):
            word = self._items[end].text
            if word == "and" and last >= 100 and self._goes_on(end + 1, last):  # two hundred and five
                end += 1
                continue
            value, scale = self._words.numbers.get(word), self._words.scales.get(word)
            if value is not None and (not group or _adds_up(last, value)):
                group, last = group + value, value
            elif scale is not None and group:
                if scale == 100:
                    group, last = group * scale, scale
                else:
                    total, group, last = total + group * scale, 0.0, 0.0
            else:
                break
            end += 1
        return end, [self._with_unit(at, end, total + group)]

    def _scaled(self, at: int, value: float) -> tuple[int, float]:
        while at < len(self._items) and self._joined(at) and self._items[at].text in self._words.scales:
            value *= self._words.scales[self._items[at].text]
            at += 1
        return at, value

    def _joined(self, at: int) -> bool:
        """Return whether an item follows the one before it as the words of one number do."""
        between = self._text[self._items[at - 1].end : self._items[at].start]
        return self._items[at].kind == "word" and bool(_JOINT.fullmatch(between))

    def _goes_on(self, at: int, last: float) -> bool:
        """Return whether an item is a number word that adds to the one before."""
        value = self._words.numbers.get(self._items[at].text) if at < len(self._items) else None
        return value is not None and self._joined(at) and _adds_up(last, value)

    def _with_unit(self, first: int, end: int, value: float) -> Quantity:
        """Return a number of the items up to ``end`` with what stands beside it: a percent, a currency."""
        start, stop = self._items[first].start, self._items[end - 1].end
        following = [item for item in self._items[end : end + 2 + _WORDS_BEFORE_CURRENCY] if item.start - stop < 40]
        if following and following[0].start - stop <= 1 and following[0].text == "%":
            return Quantity(PERCENT, value, start, following[0].end)
        if self._names_percent(following):
            return Quantity(PERCENT, value, start, stop)
        currency = self._sign_before(first) or self._currency_after(following, stop)
        if currency:
            return Quantity(currency, value, start, stop)
        if following and value in range(1, 13) and self._is_half_of_day(following[0], stop):
            return Quantity(TIME, value * 60 % _NOON, start, stop)
        return Quantity(PLAIN, value, start, stop, measure=self._measure(first, following))

    def _is_half_of_day(self, item: _Item, stop: int) -> bool:
        """Return whether an item right behind a number says before or after noon: am, a.m."""
        if item.start - stop > 1 or item.text not in _HALVES_OF_DAY:
            return False
        return len(item.text) == 2 or self._text[item.end : item.end + 2] == ".m"

    def _measure(self, first: int, following: list[_Item]) -> str:
        """Return the system of the measure that a number counts, or nothing."""
        words = [self._items[first].ending.lstrip("-").lower(), *(item.text for item in following[:2])]
        if any(map(_IMPERIAL.match, words)):
            return "imperial"
        return "metric" if any(map(_METRIC.match, words)) else ""

    def _names_percent(self, following: list[_Item]) -> bool:
        words = [item.text for item in following if item.kind == "word"]
        return bool(words) and (bool(_PERCENT_WORDS.match(words[0])) or words[:2] == ["per", "cent"])

    def _sign_before(self, at: int) -> str:
        """Return the currency whose sign or code stands right before an item, or nothing."""
        if not at or self._items[at].start - self._items[at - 1].end > 1:
            return ""
        before = self._items[at - 1]
        return _SIGNS.get(before.text, "") or _CURRENCY_CODES.get(before.text, "")

    def _currency_after(self, following: list[_Item], stop: int) -> str:
        end = stop
        for item in following[: 1 + _WORDS_BEFORE_CURRENCY]:
            if self._text[end : item.start].strip(" \u00a0\u202f.-"):
                return ""
            if item.kind == "sign":
                return _SIGNS.get(item.text, "")
            for code, pattern in _CURRENCIES:
                if item.kind == "word" and pattern.match(item.text):
                    return code
            end = item.end
        return ""

    def _month(self, at: int, value: float) -> tuple[int, int] | None:
        """Return the month beside a number that may be a day, and on which side it stands."""
        if value != int(value) or not 1 <= value <= 31:
            return None
        for side in (1, -1):
            if 0 <= at + side < len(self._items):
                item = self._items[at + side]
                month = MONTHS.get(item.text)
                edges = sorted((self._items[at], item), key=lambda each: each.start)
                near = self._text[edges[0].end : edges[1].start].strip(" .\u00a0") == ""
                if month and near and self._is_month(item, side):
                    return month, side
        return None

    def _is_month(self, item: _Item, side: int) -> bool:
        english = item.text in ENGLISH_MONTHS
        if side < 0 and not english:  # «у лютому 24 особи»
            return False
        return item.text not in AMBIGUOUS_MONTHS or self._text[item.start].isupper()

    def _date(self, at: int, month: tuple[int, int], day: float) -> Quantity:
        item, other = self._items[at], self._items[at + month[1]]
        start, end = min(item.start, other.start), max(item.end, other.end)
        return Quantity(DATE, month[0] * 100 + day, start, end)


def _item(match: re.Match[str]) -> _Item:
    kind = match.lastgroup or ""
    if kind == "ending":
        kind = "number"
    text = match[kind]
    return _Item(kind, _folded(text) if kind == "word" else text, match.start(), match.end(), match["ending"] or "")


def _folded(word: str) -> str:
    """Return a word as ``fold`` gives it, as far as the words of the tables need it."""
    return word.lower().translate(_ONE_SPELLING)


def _date_or_time(item: _Item) -> list[Quantity]:
    """Return what digits parted by full stops, colons or strokes say: 24.02.2022, 10:30."""
    if date := _DAY_MONTH_YEAR.fullmatch(item.text):
        day, month, year = (int(part) for part in date.groups())
        if 1 <= day <= 31 and 1 <= month <= 12 and "/" not in item.text:
            found = [Quantity(DATE, float(month * 100 + day), item.start, item.end)]
            return [*found, Quantity(PLAIN, float(year), item.start, item.end, True)]
    elif (clock := _CLOCK.fullmatch(item.text)) and ":" in item.text:
        return [_time(item, clock)]
    return []


def _time(item: _Item, clock: re.Match[str], *, loose: bool = False) -> Quantity:
    return Quantity(TIME, float(int(clock[1]) * 60 + int(clock[2])) % _NOON, item.start, item.end, loose)


def _adds_up(last: float, value: float) -> bool:
    """Return whether one number word goes on another: сто двадцять, twenty-five; not five six."""
    return (last >= 100 and value < 100) or (20 <= last < 100 and value < 10)


@functools.cache
def _words() -> _Words:
    words = _Words({}, {}, {})
    for line in lines_of(read_text(QUERIES, "number_words.tsv")):
        value, kind, forms = line.split("\t")
        for form in forms.split():
            if kind == "loose":
                words.loose[form] = (*words.loose.get(form, ()), float(value))
            else:
                (words.numbers if kind == "number" else words.scales)[form] = float(value)
    return words
