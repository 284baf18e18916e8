"""
Which phrases around a quotation may name who said it: persons, organisations, roles, pronouns, and in which case they
stand.

Ukrainian and Russian words have cases in the dictionaries; a name that no dictionary has may stand in any. English has
none, so there a preposition before a name is what tells that it is no subject.
"""

import functools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.language.named import ordinary_english
from search.language.quotation_words import QuotationWords, has, quotation_words
from search.language.tokens import Token
from search.language.words import MAX_DICTIONARY_CHARACTERS, NAME_TAGS, REMEMBERED_FORMS, dictionary

# Between a role and the name that belongs to it: «міністр закордонних справ України Дмитро Кулеба».
_MOST_BETWEEN = 5
_LONGEST_PHRASE = 10
_MOST_GENITIVES = 3
_PARTICLES = frozenset({"of", "de", "van", "von", "der", "den", "bin", "ibn", "al", "la", "del", "da", "di", "el",
"ван", "фон", "де", "аль"})  # fmt: skip
# Of a letter (и) the dictionaries know that it may be a name.
_CLOSED = frozenset({"CONJ", "PREP", "PRCL", "NPRO", "INTJ", "None"})
_ANY_CASE = frozenset({"nomn", "gent", "datv", "accs", "ablt", "loct"})


class Word(NamedTuple):
    """A word outside quotation marks; ``gap`` is what stands between it and the one before, a quotation as ``§``."""

    token: Token
    gap: str

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.token.text[:1].isupper()


class Phrase(NamedTuple):
    """
    Words from number ``first`` to ``last`` that may name a speaker; ``kind`` is name, role, group or pronoun.

    ``cases`` are those in which it may stand, ``genders`` those that it may have, if it is known. ``governed`` says
    that a preposition stands before it. ``name`` is the number of the first word of the name, if it has one.
    """

    first: int
    last: int
    kind: str
    cases: frozenset[str]
    genders: frozenset[str]
    governed: bool
    name: int


class _Grammar(NamedTuple):
    """What a dictionary says of a word: parts of speech, cases and genders; the same of it as a name."""

    parts: frozenset[str]
    cases: frozenset[str]
    genders: frozenset[str]
    named_cases: frozenset[str]
    persons: frozenset[str]
    is_person_name: bool


@functools.lru_cache(REMEMBERED_FORMS)
def _grammar(language: str, folded: str) -> _Grammar:
    parts: set[str] = set()
    cases: set[str] = set()
    genders: set[str] = set()
    named: set[str] = set()
    persons: set[str] = set()
    readings = dictionary(language).readings(folded) if len(folded) <= MAX_DICTIONARY_CHARACTERS else []
    is_person_name = False
    for _, tag in readings:
        parts.add(str(tag.POS))
        here = {str(tag.case)} if tag.case else set(_ANY_CASE) if tag.POS == "NOUN" else set()
        cases |= here
        if tag.gender:
            genders.add(str(tag.gender))
        if NAME_TAGS.intersection(tag.grammemes):
            named |= here
            is_person_name = is_person_name or bool({"Name", "Surn", "Patr"}.intersection(tag.grammemes))
        if tag.POS == "NOUN" and "anim" in tag.grammemes:
            persons |= here
    if parts & _CLOSED:
        persons.clear()
    sets = map(frozenset, (parts, cases, genders, named, persons))
    return _Grammar(next(sets), next(sets), next(sets), next(sets), next(sets), is_person_name)


def is_preposition(word: Word, language: str) -> bool:
    """Return whether a word is a preposition."""
    if language == "en":
        return has(quotation_words("en").prepositions, word.token)
    return "PREP" in _grammar(language, word.token.terms[0]).parts


def may_be_finite(word: Word, language: str) -> bool:
    """Return whether a verb may have a subject or is a gerund: no participle («было объявлено»), no infinitive."""
    parts = _grammar(language, word.token.terms[0]).parts if language != "en" else frozenset()
    return not parts or bool(parts & {"VERB", "GRND"})


def is_gerund(word: Word, language: str) -> bool:
    """Return whether a verb is a gerund, whose subject is that of another verb: «сказав він, назвавши …»."""
    return language != "en" and _grammar(language, word.token.terms[0]).parts == {"GRND"}


def is_subordinator(word: Word, language: str) -> bool:
    """Return whether a word may begin a clause inside a sentence."""
    if language == "en":
        return has(quotation_words("en").subordinators, word.token)
    return "CONJ" in _grammar(language, word.token.terms[0]).parts


def phrases(words: Sequence[Word], language: str) -> list[Phrase]:
    """Return the phrases of some words that may name a speaker, in order, a role together with its name."""
    known = quotation_words(language)
    found = list(_english(words, known) if language == "en" else _cyrillic(words, known, language))
    return found if language == "en" else list(_joined(words, found, language))


def _english(words: Sequence[Word], known: QuotationWords) -> Iterator[Phrase]:
    number = 0
    while number < len(words):
        word = words[number]
        folded = word.token.terms[0]
        if folded in known.pronouns:
            genders = frozenset({known.pronouns[folded]})
            yield Phrase(number, number, "pronoun", _ANY_CASE, genders, _governed(words, number, "en"), number)
        elif _is_english_name(words, number, known):
            last = _end_of_english_name(words, number, known)
            governed = _governed(words, number, "en")
            if not words[last].token.text.endswith(("'s", "’s", "s'", "s’")):
                yield Phrase(number, last, "name", _ANY_CASE, frozenset(), governed, number)
            number = last
        elif has(known.collectives, word.token) and not _governed(words, number, "en"):
            yield Phrase(_with_determiner(words, number, known), number, "group", _ANY_CASE, frozenset(), False, -1)
        number += 1


def _is_english_name(words: Sequence[Word], number: int, known: QuotationWords) -> bool:
    token = words[number].token
    if not words[number].is_capital or has(known.not_names, token) or has(known.subordinators, token):
        return False
    folded = token.terms[0]
    first = number == 0 or _ends_sentence(words[number].gap)
    if first and (folded in known.determiners or folded in known.prepositions or has(known.saying, token)):
        return False
    return not (first and folded in ordinary_english()) or _follows_capital(words, number)


def _follows_capital(words: Sequence[Word], number: int) -> bool:
    """Return whether the next word has a capital too, so that one that begins a sentence may be part of a name."""
    following = words[number + 1 : number + 2]
    return bool(following) and following[0].gap == " " and following[0].is_capital


def _end_of_english_name(words: Sequence[Word], number: int, known: QuotationWords) -> int:
    last = number
    while last + 1 < len(words) and last - number < _LONGEST_PHRASE:
        following = words[last + 1]
        if following.gap not in (" ", ". ", "-", "–") or (has(known.not_names, words[last].token) and last > number):
            break
        if words[last].token.text.endswith(("'s", "’s")):
            break
        if following.is_capital and (following.gap != ". " or len(words[last].token.text) <= 3):
            last += 1
        elif following.token.terms[0] in _PARTICLES and _follows_capital(words, last + 1):
            last += 2
        else:
            break
    return min(last, len(words) - 1)


def _with_determiner(words: Sequence[Word], number: int, known: QuotationWords) -> int:
    first = number
    while first > 0 and number - first < 3 and words[first].gap == " ":
        before = words[first - 1]
        if has(known.prepositions, before.token) or has(known.saying, before.token):
            break
        first -= 1
        if has(known.determiners, before.token):
            return first
    return number


def _cyrillic(words: Sequence[Word], known: QuotationWords, language: str) -> Iterator[Phrase]:
    number = 0
    while number < len(words):
        token = words[number].token
        folded = token.terms[0]
        grammar = _grammar(language, folded)
        governed = _governed(words, number, language)
        if folded in known.pronouns:
            genders = frozenset({known.pronouns[folded]})
            yield Phrase(number, number, "pronoun", frozenset({"nomn"}), genders, governed, number)
        elif _is_name(words, number, known, language):
            last, cases, genders = _end_of_name(words, number, known, language)
            yield Phrase(number, last, "name", cases, genders, governed, number)
            number = last
        elif _is_attribute(words, number, language):
            pass
        elif "nomn" in grammar.persons and not has(known.not_names, token):
            yield Phrase(number, number, "role", grammar.persons, grammar.genders, governed, -1)
        elif has(known.collectives, token):
            yield Phrase(number, number, "group", grammar.cases or _ANY_CASE, grammar.genders, governed, -1)
        elif grammar.persons:
            yield Phrase(number, number, "role", grammar.persons, grammar.genders, governed, -1)
        number += 1


def _is_attribute(words: Sequence[Word], number: int, language: str) -> bool:
    """Return whether a word that may be a person or an adjective is an adjective here: «головний інженер»."""
    if "ADJF" not in _grammar(language, words[number].token.terms[0]).parts or number + 1 == len(words):
        return False
    following = words[number + 1]
    return following.gap == " " and "NOUN" in _grammar(language, following.token.terms[0]).parts


def _is_name(words: Sequence[Word], number: int, known: QuotationWords, language: str) -> bool:
    word = words[number]
    if not word.is_capital or has(known.not_names, word.token) or has(known.saying, word.token):
        return False
    text = word.token.text
    if text.isascii():
        return True
    grammar = _grammar(language, word.token.terms[0])
    if not grammar.parts or grammar.is_person_name or (text.isupper() and len(text) > 1):
        return True
    first = number == 0 or _ends_sentence(word.gap)
    if not first and word.gap == " " and _is_given_name(words[number - 1], language):
        return True  # whatever else a surname may be: Назар Куц
    if first or grammar.parts & {"PREP", "CONJ", "VERB", "NPRO"}:
        return False
    surname = "ADJF" in grammar.parts and words[number - 1].is_capital  # Георгієвська
    return "NOUN" in grammar.parts or surname


def _is_given_name(word: Word, language: str) -> bool:
    return word.is_capital and _grammar(language, word.token.terms[0]).is_person_name


def _end_of_name(
    words: Sequence[Word], number: int, known: QuotationWords, language: str
) -> tuple[int, frozenset[str], frozenset[str]]:
    last = number
    cases, genders = _cases_of_name(words[number], language)
    while last + 1 < len(words):
        following = words[last + 1]
        initial = following.gap == ". " and len(words[last].token.text) <= 3
        if not (following.gap == " " or initial) or following.token.text.isascii() != words[last].token.text.isascii():
            break
        if following.token.terms[0] in _PARTICLES and last + 2 < len(words) and words[last + 2].is_capital:
            last += 1
            continue
        if not _is_name(words, last + 1, known, language):
            break
        more, their = _cases_of_name(following, language)
        if not cases & more and not _is_misread(words[last], language):
            break
        cases = more if _is_misread(words[last], language) else cases & more
        last += 1
        genders = genders & their if genders & their else genders or their
    return last, cases, genders


def _is_misread(word: Word, language: str) -> bool:
    """Return whether a given name is one that the dictionary has only as a form of an ordinary word: Риса Кусума."""
    grammar = _grammar(language, word.token.terms[0])
    return bool(grammar.parts) and not grammar.named_cases


def _cases_of_name(word: Word, language: str) -> tuple[frozenset[str], frozenset[str]]:
    grammar = _grammar(language, word.token.terms[0])
    if word.token.text.isascii() or not grammar.parts:
        return _ANY_CASE, frozenset()
    return grammar.named_cases or grammar.cases or _ANY_CASE, grammar.genders


def _joined(words: Sequence[Word], found: Sequence[Phrase], language: str) -> Iterator[Phrase]:
    """Yield the phrases, a role and the name in the same case behind it as one."""
    waiting: Phrase | None = None
    for each in found:
        if waiting is None:
            waiting = each
        elif _belongs(words, waiting, each):
            cases = waiting.cases & each.cases
            if words[each.first].token.text.isascii():  # посол Power of Nutrition: whose name follows yet
                waiting = waiting._replace(last=each.last)
                continue
            waiting = Phrase(
                waiting.first, each.last, "name", cases, each.genders or waiting.genders, waiting.governed, each.first
            )
        elif _is_within(words, waiting, each, language):
            continue
        else:
            yield _without_attributes(words, waiting, language)
            waiting = each
    if waiting is not None:
        yield _without_attributes(words, waiting, language)


def _without_attributes(words: Sequence[Word], phrase: Phrase, language: str) -> Phrase:
    """Return a name that belongs to a thing before it, «арешт Трека», as no subject."""
    if phrase.kind in ("role", "group"):
        return _with_genitives(words, phrase, language)
    before = words[phrase.first - 1] if phrase.first else None
    if phrase.kind != "name" or phrase.name != phrase.first or before is None or words[phrase.first].gap != " ":
        return phrase
    grammar = _grammar(language, before.token.terms[0])
    thing = "NOUN" in grammar.parts and not grammar.persons and not before.is_capital and "VERB" not in grammar.parts
    return phrase._replace(governed=True) if thing and "gent" in phrase.cases else phrase


def _with_genitives(words: Sequence[Word], role: Phrase, language: str) -> Phrase:
    """Return a role with what it is of: «речник підприємства»."""
    last = role.last
    while last + 1 < len(words) and last - role.last < _MOST_GENITIVES and words[last + 1].gap == " ":
        grammar = _grammar(language, words[last + 1].token.terms[0])
        if "gent" not in grammar.cases or grammar.parts & _CLOSED or "VERB" in grammar.parts:
            break
        last += 1
    return role._replace(last=last)


def _belongs(words: Sequence[Word], role: Phrase, name: Phrase) -> bool:
    """Return whether a name belongs to the role before it: the same case, few words between, no comma."""
    if role.kind not in ("role", "group") or name.kind != "name" or name.governed or not role.cases & name.cases:
        return False
    return name.first - role.last - 1 <= _MOST_BETWEEN and all(
        words[number].gap in (" ", "-", ". ") for number in range(role.last + 1, name.first + 1)
    )


def _is_within(words: Sequence[Word], role: Phrase, other: Phrase, language: str) -> bool:
    """Return whether a phrase says whose a role is: «речник Генштабу», «президент України»."""
    return (
        role.kind in ("role", "group")
        and ("nomn" not in other.cases or (other.kind != "name" and _may_be_genitive(words[other.first], language)))
        and other.first == role.last + 1
        and words[other.first].gap == " "
    )


def _may_be_genitive(word: Word, language: str) -> bool:
    return "gent" in _grammar(language, word.token.terms[0]).cases


def _governed(words: Sequence[Word], number: int, language: str) -> bool:
    """Return whether a preposition stands before a word, an adjective or two in between."""
    for back in range(1, 4):
        if number - back < 0 or words[number - back + 1].gap not in (" ", "-"):
            return False
        before = words[number - back]
        if is_preposition(before, language):
            return True
        if language == "en":
            if before.token.terms[0] not in quotation_words("en").determiners and not before.token.text.islower():
                return False
            if has(quotation_words("en").saying, before.token):
                return False
        elif not _grammar(language, before.token.terms[0]).parts & {"ADJF", "PRTF", "NUMR"}:
            return False
    return False


def _ends_sentence(gap: str) -> bool:
    return any(mark in gap for mark in ".!?…\n")
