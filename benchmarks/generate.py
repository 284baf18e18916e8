"""
A generated archive of news-like articles: as large as wanted, the same every time.

Sentences are drawn from the sample archive, so their words, forms and frequencies are those of real text; invented
names, distributed by Zipf's law, give the rare terms and the large vocabulary that a small sample lacks.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import search
from search.language import sentences

FIRST_DAY = datetime(2015, 1, 1, tzinfo=UTC)
DAYS = 4_200
VERSIONS_WITHIN = 6 * 3600  # seconds
NAMES = 8  # words of an archive's long tail in each article
_CONSONANTS = "bdfghklmnprtvz"
_VOWELS = "aiou"  # no final e: the stemmer would cut it


def generated_articles(
    samples: Sequence[search.Article], number: int, seed: int = 1, prefix: str = "generated"
) -> Iterator[search.Article]:
    """Yield ``number`` articles, three language versions to a story, of 12 to 20 sentences each; ids have a prefix."""
    chance = random.Random(seed)
    by_language = {language: [a for a in samples if a.language == language] for language in search.LANGUAGES}
    pools = {language: _sentences(articles) for language, articles in by_language.items()}
    section, source, published = None, None, FIRST_DAY
    for count in range(number):
        story, place = divmod(count, len(search.LANGUAGES))
        language = search.LANGUAGES[place]
        model = chance.choice(by_language[language])
        if not place:  # the versions of a story share section and source, and follow each other within hours
            section, source = model.section, model.source
            published = FIRST_DAY + timedelta(days=chance.randrange(DAYS), seconds=chance.randrange(86_400))
        body = [chance.choice(pools[language]) for _ in range(chance.randint(12, 20))]
        body += [_name(_rank(chance, number * 2)) for _ in range(NAMES)]
        yield search.Article(
            id=f"{prefix}-{count}",
            story=f"{prefix}-story-{story}",
            language=language,
            title=model.title,
            lead=chance.choice(pools[language]),
            body="\n\n".join(" ".join(body[start : start + 4]) for start in range(0, len(body), 4)),
            published=published + timedelta(seconds=chance.randrange(VERSIONS_WITHIN)),
            section=section,
            source=source,
            authors=model.authors,
            tags=model.tags,
        )


def _rank(chance: random.Random, largest: int) -> int:
    """Return a rank from 1 to ``largest``, each as likely as 1 / rank: Zipf's law."""
    return int(largest ** chance.random())


def _name(number: int) -> str:
    """
    Return an invented name of at least three syllables, another one for each number.

    >>> _name(1), _name(1000)
    ('dababa', 'lugiba')
    """
    syllables: list[str] = []
    while number or len(syllables) < 3:
        number, syllable = divmod(number, len(_CONSONANTS) * len(_VOWELS))
        consonant, vowel = syllable % len(_CONSONANTS), syllable // len(_CONSONANTS)
        syllables.append(_CONSONANTS[consonant] + _VOWELS[vowel])
    return "".join(syllables)


def _sentences(articles: Sequence[search.Article]) -> list[str]:
    return [a.body[start:end] for a in articles for start, end in sentences(a.body)]
