"""
The lemmas of a word as a person may see them: those that stand in a dictionary, in the spelling that was typed.

Index terms are made for finding: many guesses at unknown words, English stems (``~podcast``), one spelling for two
(``вдар`` for ``удар``). They stay as they are; here is only what a page says about them.
"""

from collections.abc import Mapping, Sequence

from search.language.tokens import Token, split_term, term_kind
from search.language.words import is_known

# The one spelling of a lemma (``ukrainian``) has the second letter; a page shows the one that was typed.
_ALTERNATING = {"у": "в", "і": "й"}


def readable_lemmas(token: Token) -> dict[str, tuple[str, ...]]:
    """
    Return the lemmas of a token by language, the languages in the order of its terms.

    A word that is in no dictionary has the likeliest guess of each language, else a language that only guessed is there
    without lemmas, as is English where the word was cut to a stem.

    >>> from search.language import analyze
    >>> [readable_lemmas(token) for token in analyze("Удару podcasts children")]
    [{'uk': ('удар',), 'ru': ('удар',)}, {'en': ()}, {'en': ('child',)}]
    """
    words = [term for term in token.terms if term_kind(term) == "bare"]
    found: dict[str, list[str]] = {}
    for language, lemma in map(split_term, token.terms):
        if not language or (lemma.startswith("~") and not lemma[1:].isalpha()):  # the beginning of a code
            continue
        lemmas = found.setdefault(language, [])
        if not lemma.startswith("~"):
            lemmas.append(_as_typed(lemma, words) if language == "uk" else lemma)
    known = {
        language: tuple(dict.fromkeys(lemma for lemma in lemmas if _is_in_dictionary(language, lemma)))
        for language, lemmas in found.items()
    }
    return known if any(known.values()) else _first_guesses(found)


def _as_typed(lemma: str, words: Sequence[str]) -> str:
    """Return a Ukrainian lemma with у or і at the start if the word was typed so and that is a word too."""
    for word in words:
        other = word[:1] + lemma[1:]
        if _ALTERNATING.get(word[:1]) == lemma[:1] and is_known("uk", other):
            return other
    return lemma


def _is_in_dictionary(language: str, lemma: str) -> bool:
    return language == "en" or is_known(language, lemma)  # an English lemma that is no stem comes from a dictionary


def _first_guesses(found: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(lemmas[:1] if language != "en" else ()) for language, lemmas in found.items()}
