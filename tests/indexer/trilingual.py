"""
A small archive in three languages of which it is known what it should teach.

Every story is some sentences about things, each written in all three languages, the words of a sentence in any order;
so nothing but coming together tells which word stands for which.
"""

import random
from collections.abc import Iterator

import search

#: The same thing in Ukrainian, Russian and English, in forms that are their own lemmas (English: stems).
THINGS = [
    ("міст", "мост", "bridge"), ("річка", "река", "river"), ("школа", "школа", "school"), ("лікар", "врач", "doctor"),
    ("хліб", "хлеб", "bread"), ("вітер", "ветер", "wind"), ("яблуко", "яблоко", "apple"), ("ліс", "лес", "forest"),
    ("корабель", "корабль", "ship"), ("зброя", "оружие", "weapon"), ("поїзд", "поезд", "train"),
    ("дощ", "дождь", "rain"), ("вулиця", "улица", "street"), ("кінь", "конь", "horse"), ("острів", "остров", "island"),
    ("потужність", "мощность", "power"), ("пшениця", "пшеница", "wheat"), ("церква", "церковь", "church"),
    ("сніг", "снег", "snow"), ("зуб", "зуб", "tooth"), ("літак", "самолёт", "plane"), ("завод", "завод", "factory"),
    ("бібліотека", "библиотека", "library"), ("цукор", "сахар", "sugar"),
]  # fmt: skip
LANGUAGES = ("uk", "ru", "en")
WORDS_OF_A_SENTENCE = 4


def terms_of(thing: tuple[str, str, str]) -> tuple[str, ...]:
    """Return the lemma term of a thing in each language, as the analysis writes it."""
    found = []
    for word, language in zip(thing, LANGUAGES, strict=True):
        terms = search.language.analyze(word, language)[0].terms
        found.append(next(term for term in terms if term.startswith(f"{language}:")))
    return tuple(found)


def text(sentences: list[list[tuple[str, str, str]]], language: int, chance: random.Random) -> str:
    """Return sentences about things in a language, two to a paragraph."""
    written = []
    for things in sentences:
        words = [thing[language] for thing in things]
        chance.shuffle(words)
        written.append(f"{' '.join(words).capitalize()}.")
    return "\n\n".join(" ".join(written[start : start + 2]) for start in range(0, len(written), 2))


def story(number: int, chance: random.Random, things=THINGS, **fields: object) -> Iterator[search.Article]:
    """Yield the three versions of a story; ``fields`` go into each."""
    sentences = [chance.sample(things, WORDS_OF_A_SENTENCE) for _ in range(6)]
    for language, code in enumerate(LANGUAGES):
        yield search.Article(
            id=f"{number}.{code}",
            story=str(number),
            language=code,
            title=text(sentences[:1], language, chance).rstrip("."),
            body=text(sentences[1:], language, chance),
            **fields,
        )


def archive(stories: int = 30, seed: int = 1, things=THINGS, first: int = 0, **fields: object) -> list[search.Article]:
    """Return all versions of some stories, the same every time."""
    chance = random.Random(seed)
    return [article for number in range(first, first + stories) for article in story(number, chance, things, **fields)]
