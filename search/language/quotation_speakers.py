"""
Who is the subject of a verb of saying beside a quotation.

Behind a quotation the speaker mostly stands next to the verb (said Zelensky; Zelensky said); before one it is the
nearest name in the clause that may be a subject, so that what stands in an apposition, in brackets or after a
preposition is not.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.language.english_lexicon import is_english
from search.language.quotation_phrases import (
    Phrase,
    Word,
    is_gerund,
    is_preposition,
    is_subordinator,
    may_be_finite,
    phrases,
)
from search.language.quotation_words import has, quotation_words

# A verb further away than this belongs to something else.
_VERB_AFTER = 12
_VERB_BEFORE = 30
# The subject behind a verb: «сказав на брифінгу в Києві президент».
_SUBJECT_AFTER = 10
# Between a role and the name behind its comma: «керівник хабу, ветеран Остап Лісовенко».
_MOST_OF_A_ROLE = 5
# Before a colon without a verb: «Президент України Володимир Зеленський: «…»».
_LONGEST_LABEL = 8


class Found(NamedTuple):
    """
    What a verb of saying is said of: offsets of the speaker in the text, -1 if there is none.

    ``kind`` is name, role (a person), group, pronoun or "" for nobody.
    """

    start: int
    end: int
    kind: str
    genders: frozenset[str]
    verb: str


def speaker_after(words: Sequence[Word], language: str) -> Found | None:
    """Return who speaks according to the words behind a quotation, None if there is no verb of saying among them."""
    verb = next(_verbs(words[:_VERB_AFTER], language), None)
    if verb is None:
        return according_to(words, language)
    known = quotation_words(language)
    all_phrases = phrases(words, language)
    subject = None
    if not has(known.saying_to, words[verb].token):
        subject = _behind(words, all_phrases, verb, language)
    if subject is None:
        subject = _first_before(words, all_phrases, verb, language)
    elif subject.kind in ("role", "group"):
        subject = _with_its_name(words, all_phrases, subject)
    return _found(words, subject, words[verb].token.text)


def speaker_before(words: Sequence[Word], language: str, *, colon: bool = False) -> Found | None:
    """
    Return who speaks according to the words before a quotation in its sentence, None without a verb of saying.

    ``colon``: one stands before the quotation.
    """
    behind_only = quotation_words(language).saying_behind
    verbs = [number for number in _verbs(words, language) if colon or not has(behind_only, words[number].token)]
    if not verbs or len(words) - verbs[-1] > _VERB_BEFORE:
        return None
    finite = [number for number in verbs if not is_gerund(words[number], language)]
    verbs = finite or verbs
    verb = verbs[-1]
    all_phrases = phrases(words, language)
    beside = next((each for each in all_phrases if each.first == verb + 1 and each.kind == "pronoun"), None)
    subject = beside if beside and language != "en" else _before(words, all_phrases, verb, language)
    if subject is None and len(verbs) > 1:  # «Зеленський подякував і наголосив»
        subject = _before(words, all_phrases, verbs[-2], language)
    if subject is None and not has(quotation_words(language).saying_to, words[verb].token):
        subject = _behind(words, all_phrases, verb, language)
    return _found(words, subject, words[verb].token.text)


def according_to(words: Sequence[Word], language: str) -> Found | None:
    """Return who is behind a phrase such as «за словами», None if there is none."""
    table = quotation_words(language).according_to
    first_words = {phrase[0] for phrase in table}
    for number in range(len(words)):
        if words[number].token.terms[0] not in first_words:
            continue
        for phrase, case in table.items():
            if tuple(word.token.terms[0] for word in words[number : number + len(phrase)]) != phrase:
                continue
            verb = " ".join(word.token.text for word in words[number : number + len(phrase)])
            following = number + len(phrase)
            for each in phrases(words, language):
                fits = case is None or case in each.cases or each.kind == "pronoun"
                if following <= each.first <= following + 3 and fits and each.kind != "pronoun":
                    return _found(words, each, verb)
            if following < len(words) and (gender := _possessive(words[following], language)):
                return Found(words[following].token.start, words[following].token.end, "pronoun", gender, verb)
            return None
    return None


def colon_speaker(words: Sequence[Word], language: str) -> Found | None:
    """Return who a label before a colon names: nothing but a name, or a role."""
    if not words or len(words) > _LONGEST_LABEL:
        return None
    for each in phrases(words, language):
        if each.kind != "pronoun" and not each.governed and "nomn" in each.cases and each.first <= 1:
            return _found(words, each, "")
    if len(words) <= 2 and words[0].is_capital and language != "en":
        return None
    return None


def antecedent(words: Sequence[Word], genders: frozenset[str], language: str) -> Found | None:
    """Return the person whom a pronoun behind these words may mean: the first that may be the subject and fits."""
    fitting = [
        each
        for each in phrases(words, language)
        if each.kind == "name"
        and not each.governed
        and "nomn" in each.cases
        and agree(each.genders, genders)
        and not _may_be_ordinary(words, each, language)
    ]
    return _found(words, fitting[0], "") if fitting else None


def _may_be_ordinary(words: Sequence[Word], phrase: Phrase, language: str) -> bool:
    """Return whether a single English word has its capital only because it begins the sentence: Heating starts."""
    if language != "en" or phrase.first or phrase.last:
        return False
    return is_english(words[0].token.terms[0])


def agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether a name and a pronoun of some genders may be one person; what is not known contradicts nothing."""
    return not one or not other or bool(one & other) or not other & {"masc", "femn"}


def _possessive(word: Word, language: str) -> frozenset[str]:
    """Return the gender of «його», «её» behind «за словами»: also what stands for a name."""
    return _POSSESSIVES.get(word.token.text.lower(), frozenset())


_POSSESSIVES = {
    "його": frozenset({"masc"}),
    "її": frozenset({"femn"}),
    "їхніми": frozenset({"plur"}),
    "его": frozenset({"masc"}),
    "ее": frozenset({"femn"}),
    "её": frozenset({"femn"}),
    "их": frozenset({"plur"}),
    "him": frozenset({"masc"}),
    "her": frozenset({"femn"}),
    "them": frozenset({"plur"}),
}


def _verbs(words: Sequence[Word], language: str) -> Iterator[int]:
    """Return the numbers of the verbs of saying."""
    known = quotation_words(language)
    return (
        number
        for number, word in enumerate(words)
        if has(known.saying, word.token)
        and (not word.is_capital or number == 0 or language != "en")
        and may_be_finite(word, language)
    )


def _behind(words: Sequence[Word], found: Sequence[Phrase], verb: int, language: str) -> Phrase | None:
    """Return the subject behind a verb, in the same clause."""
    end = verb + 1
    while end < len(words) and end <= verb + _SUBJECT_AFTER and not _parts(words[end].gap):
        end += 1
    for each in found:
        if not verb < each.first < end or each.governed or "nomn" not in each.cases:
            continue
        if each.kind == "pronoun" and each.first != verb + 1:
            continue
        if language == "en":
            return _english_behind(words, each, verb)
        return each
    return _determined(words, verb + 1, end) if language == "en" else None


def _with_its_name(words: Sequence[Word], found: Sequence[Phrase], role: Phrase) -> Phrase:
    """Return a role with the name that stands behind a comma: says the head of the club, Nazar Kuts."""
    for each in found:
        if each.first <= role.last or each.governed:
            continue
        if each.kind != "name" or "nomn" not in each.cases or each.first - role.last > _MOST_OF_A_ROLE:
            return role
        gaps = [words[number].gap for number in range(role.last + 1, each.first + 1)]
        return each._replace(first=role.first) if gaps.count(", ") == 1 and set(gaps) <= {", ", " "} else role
    return role


def _english_behind(words: Sequence[Word], phrase: Phrase, verb: int) -> Phrase | None:
    """Return a phrase with what stands between it and the verb: said the president's aide Jane Doe."""
    between = words[verb + 1 : phrase.first]
    known = quotation_words("en")
    if any(is_preposition(word, "en") or is_subordinator(word, "en") for word in between):
        return _determined(words, verb + 1, phrase.first)
    if between and phrase.kind == "pronoun":
        return None
    first = verb + 2 if between and between[0].token.terms[0] in known.determiners else verb + 1
    return phrase._replace(first=min(first, phrase.first))


def _determined(words: Sequence[Word], first: int, end: int) -> Phrase | None:
    """Return what stands between a determiner and the next preposition or mark: said a spokesman for the ministry."""
    known = quotation_words("en")
    if first >= end or words[first].token.terms[0] not in known.determiners:
        return None
    last = first
    while last + 1 < end and not _is_boundary(words[last + 1]):
        last += 1
    return None if last == first else Phrase(first, last, "role", frozenset({"nomn"}), frozenset(), False, -1)


def _is_boundary(word: Word) -> bool:
    return (
        is_preposition(word, "en")
        or is_subordinator(word, "en")
        or _parts(word.gap)
        or has(quotation_words("en").saying, word.token)
    )


def _first_before(words: Sequence[Word], found: Sequence[Phrase], verb: int, language: str) -> Phrase | None:
    """Return the first phrase of the clause behind a quotation: Zelensky, president of Ukraine, told reporters."""
    fitting = [each for each in found if each.last < verb and not each.governed and "nomn" in each.cases]
    if fitting and fitting[0].kind == "pronoun" and fitting[0].first + 3 < verb:
        return None
    if fitting:
        return _with_words_before(words, fitting[0]) if language == "en" else fitting[0]
    return _determined_before(words, verb) if language == "en" else None


def _with_words_before(words: Sequence[Word], phrase: Phrase) -> Phrase:
    """Return a name with the role before it that begins the clause: team member Jane Doe told."""
    known = quotation_words("en")
    others = words[: phrase.first]
    plain = all(word.token.text.islower() and not _is_boundary(word) for word in others[1:]) and all(
        word.token.terms[0] not in known.pronouns for word in others
    )
    if phrase.kind != "name" or not 0 < phrase.first <= _MOST_OF_A_ROLE or not plain:
        return phrase
    starts_well = others[0].token.text.islower() and not is_preposition(others[0], "en")
    return phrase._replace(first=0) if starts_well and not is_subordinator(others[0], "en") else phrase


def _determined_before(words: Sequence[Word], verb: int) -> Phrase | None:
    """Return a role with its determiner that ends before a verb: the investment banker added."""
    known = quotation_words("en")
    first = verb - 1
    while first >= 0 and verb - first <= 6:
        if words[first].token.terms[0] in known.determiners:
            last = verb - 1
            for number in range(first + 1, verb):
                if is_preposition(words[number], "en") or _parts(words[number].gap):
                    last = number - 1
                    break
            return Phrase(first, last, "role", frozenset({"nomn"}), frozenset(), False, -1) if last > first else None
        first -= 1
    return _determined(words, 0, verb)


def _before(words: Sequence[Word], found: Sequence[Phrase], verb: int, language: str) -> Phrase | None:
    """Return the subject before a verb: the nearest, unless it is an apposition to an earlier one."""
    if verb and has(quotation_words(language).relatives, words[verb - 1].token):
        related = [each for each in found if each.last < verb - 1 and each.kind != "pronoun"]
        return related[-1] if related else None
    fitting = [each for each in found if each.last < verb and not each.governed and "nomn" in each.cases]
    if not fitting:
        return _determined_before(words, verb) if language == "en" else None
    nearest = fitting[-1]
    if nearest.kind == "pronoun":
        return nearest
    for earlier in reversed(fitting[:-1]):
        # Karine Jean-Pierre, a senior adviser for the group MoveOn, said: the earlier one is meant.
        between = words[earlier.last + 1 : nearest.first + 1]
        if not between or "," not in between[0].gap:
            continue
        if any(is_subordinator(word, language) for word in between) or any(_verbs(between, language)):
            continue
        if earlier.kind == "name":
            return earlier
    if nearest.kind in ("role", "group") and language != "en":
        names = [each for each in fitting if each.kind == "name" and verb - each.last <= _SUBJECT_AFTER]
        return names[-1] if names and not _clause_between(words, names[-1].last, nearest.first, language) else nearest
    return nearest


def _clause_between(words: Sequence[Word], start: int, end: int, language: str) -> bool:
    return any(is_subordinator(word, language) or _parts(word.gap) for word in words[start + 1 : end + 1])


def _parts(gap: str) -> bool:
    """Return whether a gap parts clauses."""
    return any(mark in gap for mark in ",;:.!?…()[]§") or "—" in gap or "–" in gap or " - " in gap


def _found(words: Sequence[Word], phrase: Phrase | None, verb: str) -> Found:
    if phrase is None:
        return Found(-1, -1, "", frozenset(), verb)
    start, end = words[phrase.first].token.start, words[phrase.last].token.end
    return Found(start, end, phrase.kind, phrase.genders, verb)
