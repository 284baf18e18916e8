"""
How words come to be misspelled in Ukrainian, Russian and English, and which words of the dictionaries are near one.

A slip is the likelier the nearer the keys or the sounds are. Which of the near words was meant is decided in
``search.archive.spelling``, which knows what the archive has.
"""

import functools
from itertools import permutations

from search.language.english import english_lemmas
from search.language.normalize import fold
from search.language.routing import languages_of_letters
from search.language.russian import russian_lemmas
from search.language.tokens import lemma_term
from search.language.ukrainian import ukrainian_lemmas
from search.language.words import MAX_DICTIONARY_CHARACTERS, dictionary, is_known

#: One slip in a short word, two in a long one; below four letters everything is near to everything.
MIN_LETTERS = 4
LETTERS_FOR_TWO_SLIPS = 6

# What one slip costs, in units of the unlikeliest, which puts one letter for any other: signs that are not heard and
# sounds first, then what the hand does. Rounded: a tenth more of any changes the figures of benchmarks.quality.spelling
# by a hundredth at most.
_ANY_LETTER = 1.0
_SOUND_ALIKE = 0.55
_NEAR_KEY = 0.8
_SWAPPED = 0.7
_EXTRA = 0.9
_EXTRA_DOUBLED = 0.6
_MISSING = 0.9
_MISSING_DOUBLED = 0.55
_MISSING_SIGN = 0.5
_MISSING_SILENT = 0.8
_OTHER_FIRST_LETTER = 0.3

# Pairs of letters that are heard alike in some word: unstressed vowels, voiced and voiceless consonants, and letters of
# the neighbour language, which surzhyk and a Russian keyboard put for the Ukrainian ones.
_ALIKE = (
    "иі иы ії іы ий йі йї еє еи еі еэ єэ яю яа яе юу оа оу ув вф гґ гх гк хк кґ зс зж дт бп жш чш щш чщ цс ць сш "
    "ьъ ьй ъ' ь' йь её оё єї гв "
    "ae ai ao ei eo ie io ou uo iy ye ey ck cs ks sz ck kq dt bp fv gj mn vw ui td"
)
# Several letters for one sound: as they are typed, and as they are meant.
_SPELLINGS = (
    "шч щ,сч щ,тч ч,тс ц,дс ц,тц ц,тьс ц,йо ьо,ьо йо,йо ё,йе є,йе е,йу ю,йа я,йі ї,ьі ї,дз з,дж ж,х кх,"
    "ph f,f ph,gh f,ck k,k ck,c ck,sh ti,sh ci,tion sion,x cs,ks x,kw qu,oo u,u oo,ee i,i ee,ea e,e ea,y ie,ie y,"
    "ai ei,ch k,k ch"
)
_KEYBOARDS = (
    ("йцукенгшщзхї", "фівапролджє", "ячсмитьбю"),
    ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
    ("qwertyuiop", "asdfghjkl", "zxcvbnm"),
)
# Signs that are not heard or not on the keyboard, and letters that English does not pronounce.
_SIGNS = frozenset("ьъ'-")
_SILENT = frozenset("hkgbwpuetcтд")

_LETTERS = "абвгґдеёєжзиіїйклмнопрстуфхцчшщъыьэюя'-"

# A second slip must be a likely one: trying every letter twice would take a hundred times as long.
_MOST_COST_OF_ONE = 1.0
_MOST_COST_OF_TWO = 1.6
# A word of ten letters takes some 6,000 steps, 5 ms; this is for what no word is like.
MAX_STEPS = 20_000


def _pairs_of_sounds() -> frozenset[tuple[str, str]]:
    return frozenset(pair for two in _ALIKE.split() for pair in ((two[0], two[1]), (two[1], two[0])))


def _pairs_of_keys() -> frozenset[tuple[str, str]]:
    """Return the pairs of letters whose keys touch: those beside each other, and those of the rows above and below."""
    near = set()
    for rows in _KEYBOARDS:
        keys = [(letter, row, place) for row, line in enumerate(rows) for place, letter in enumerate(line)]
        for (first, row, place), (second, other_row, other_place) in permutations(keys, 2):
            if abs(row - other_row) <= 1 and abs(place - other_place) <= 1:
                near.add((first, second))
    return frozenset(near)


_SOUNDS = _pairs_of_sounds()
_KEYS = _pairs_of_keys()


def _rules_by_last_letters() -> dict[tuple[str, str], list[tuple[str, str]]]:
    rules: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for rule in _SPELLINGS.split(","):
        typed, meant = rule.split(" ")
        rules.setdefault((typed[-1], meant[-1]), []).append((typed, meant))
    return rules


_RULES = _rules_by_last_letters()


def slip_cost(typed: str, meant: str) -> float:
    """
    Return how unlikely it is that a folded word is typed as another: 0 for the same, about 1 for each unlikely slip.

    A Damerau-Levenshtein distance in its restricted form, with the weights above.

    >>> slip_cost("пидтримка", "підтримка") < slip_cost("пвдтримка", "підтримка") < slip_cost("пжтримка", "підтримка")
    True
    """
    rows = [[0.0] * (len(meant) + 1) for _ in range(len(typed) + 1)]
    for i in range(len(typed) + 1):
        row = rows[i]
        for j in range(len(meant) + 1):
            if i or j:
                row[j] = _cell(rows, typed, meant, i, j)
    return rows[-1][-1] + (_OTHER_FIRST_LETTER if typed[:1] != meant[:1] else 0.0)


def _cell(rows: list[list[float]], typed: str, meant: str, i: int, j: int) -> float:
    """Return the least cost of the first ``i`` letters typed for the first ``j`` meant."""
    if not i:
        return rows[0][j - 1] + _missing(meant, j - 1)
    if not j:
        return rows[i - 1][0] + _extra(typed, i - 1)
    a, b = typed[i - 1], meant[j - 1]
    best = min(
        rows[i - 1][j - 1] + (0.0 if a == b else _other_letter(a, b)),
        rows[i - 1][j] + _extra(typed, i - 1),
        rows[i][j - 1] + _missing(meant, j - 1),
    )
    if i > 1 and j > 1 and a != b and a == meant[j - 2] and typed[i - 2] == b:
        best = min(best, rows[i - 2][j - 2] + _SWAPPED)
    for typed_end, meant_end in _RULES.get((a, b), ()):
        if typed.endswith(typed_end, 0, i) and meant.endswith(meant_end, 0, j):
            best = min(best, rows[i - len(typed_end)][j - len(meant_end)] + _SOUND_ALIKE)
    return best


def _other_letter(typed: str, meant: str) -> float:
    if (typed, meant) in _SOUNDS:
        return _SOUND_ALIKE
    return _NEAR_KEY if (typed, meant) in _KEYS else _ANY_LETTER


def _extra(typed: str, place: int) -> float:
    return _EXTRA_DOUBLED if place and typed[place] == typed[place - 1] else _EXTRA


def _missing(meant: str, place: int) -> float:
    return _missing_after(meant[place - 1] if place else "", meant[place])


def _missing_after(before: str, letter: str) -> float:
    """Return the cost of a letter that was left out after what ends in ``before``."""
    if letter in _SIGNS:
        return _MISSING_SIGN
    if before.endswith(letter):
        return _MISSING_DOUBLED
    return _MISSING_SILENT if letter in _SILENT else _MISSING


# Tags of the dictionaries for forms that they list as misspelled.
_WRONG = frozenset({"Dist", "Erro"})


def is_a_word(word: str) -> bool:
    """
    Say whether the dictionary of Ukrainian or Russian has a folded word as a correct one.

    >>> is_a_word("агентство"), is_a_word("агенство"), is_a_word("рынок")
    (True, False, True)
    """
    return bool(correct_languages(word))


def correct_languages(word: str) -> frozenset[str]:
    """
    Return of Ukrainian and Russian those whose dictionary has a folded word as a correct one.

    >>> sorted(correct_languages("будут")), sorted(correct_languages("метро"))
    (['ru'], ['ru', 'uk'])
    """
    possible = (language for language in languages_of_letters(word) if language != "en")
    return frozenset(language for language in possible if _is_correct(language, word))


@functools.lru_cache(4096)
def _is_correct(language: str, word: str) -> bool:
    if len(word) > MAX_DICTIONARY_CHARACTERS:
        return False
    return any(_WRONG.isdisjoint(tag.grammemes) for _, tag in dictionary(language).readings(word))


_LEMMAS = {"uk": ukrainian_lemmas, "ru": russian_lemmas, "en": english_lemmas}


@functools.lru_cache(4096)
def known_lemmas(word: str) -> tuple[str, ...]:
    """Return the lemma terms of a folded word in the languages that know it; English knows every Latin word."""
    languages = [each for each in languages_of_letters(word) if each == "en" or is_known(each, word)]
    return tuple(lemma_term(language, lemma) for language in languages for lemma in _LEMMAS[language](word))


def near_dictionary_words(word: str) -> tuple[str, ...]:
    """
    Return the folded words of the Ukrainian and Russian dictionaries that a folded word may be a misspelling of.

    Those with one slip, and for ``LETTERS_FOR_TWO_SLIPS`` letters those with two of which at least one is likely.
    Takes at most ``MAX_STEPS`` steps in each dictionary.

    >>> "підтримка" in near_dictionary_words("пидтримка")
    True
    """
    if not MIN_LETTERS <= len(word) <= MAX_DICTIONARY_CHARACTERS or not set(word) <= set(_LETTERS):
        return ()
    found: dict[str, None] = {}
    for language in ("uk", "ru"):
        found.update((fold(each), None) for each in _Walk(language, word).run() if _is_correct(language, each))
    found.pop(word, None)
    return tuple(found)


class _Walk:
    """One walk through a dictionary along a word, with slips."""

    def __init__(self, language: str, word: str) -> None:
        self._words = dictionary(language).words
        self._word = word
        self._encoded = [letter.encode() for letter in word]
        self._letters: dict[int, list[tuple[str, int]]] = {}
        self._steps = MAX_STEPS
        self._found: dict[str, None] = {}

    def run(self) -> list[str]:
        two = len(self._word) >= LETTERS_FOR_TWO_SLIPS
        self._go(0, 0, "", _MOST_COST_OF_TWO if two else _MOST_COST_OF_ONE, 2 if two else 1)
        return list(self._found)

    def _go(self, place: int, node: int, spelled: str, budget: float, slips: int) -> None:
        """Follow the word from a place on, trying a slip before each letter while the budget lasts."""
        follow, encoded = self._words.follow, self._encoded
        for letter in encoded[place:]:
            if slips:
                self._slip(place, node, spelled, budget, slips - 1)
            self._steps -= 1
            node = follow(letter, node)
            if not node or self._steps < 0:
                return
            spelled += self._word[place]
            place += 1
        if slips:
            self._slip(place, node, spelled, budget, slips - 1)
        if self._words.ends_word(node):
            self._found[spelled] = None

    def _slip(self, place: int, node: int, spelled: str, budget: float, slips: int) -> None:
        """Try the slips at a place that the budget allows: another letter, one missing, one too many, two swapped."""
        word = self._word
        typed, following = word[place : place + 1], word[place + 1 : place + 2]
        for letter, led in self._letters_from(node):
            self._steps -= 1
            left = budget - _missing_after(spelled, letter)
            if left >= 0:
                self._go(place, led, spelled + letter, left, slips)
            if not typed or letter == typed:
                continue
            left = budget - _other_letter(typed, letter)
            if left >= 0:
                self._go(place + 1, led, spelled + letter, left, slips)
            if letter == following and budget >= _SWAPPED:
                led = self._words.follow(self._encoded[place], led)
                if led:
                    self._go(place + 2, led, spelled + letter + typed, budget - _SWAPPED, slips)
        if typed and (left := budget - _extra(word, place)) >= 0:
            self._go(place + 1, node, spelled, left, slips)

    def _letters_from(self, node: int) -> list[tuple[str, int]]:
        if node not in self._letters:
            self._letters[node] = self._words.letters(node)
        return self._letters[node]


def in_case_of(typed: str, word: str) -> str:
    """
    Return a word in the case of a typed one: small letters, a capital, or capitals.

    Three capitals could be read as an operator of the query (AND, АБО), so short words stay small.

    >>> in_case_of("КИЇВВ", "київ"), in_case_of("Одса", "одеса")
    ('КИЇВ', 'Одеса')
    """
    if len(typed) > 1 and typed.isupper():
        return word.upper() if len(word) >= MIN_LETTERS else word
    return word[:1].upper() + word[1:] if typed[:1].isupper() else word
