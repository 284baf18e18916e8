"""
Prior coverage of a draft: what each story is to it, and which of its sentences were reported.

    python -m benchmarks.quality.prior DATA

Each draft is a version of a story. *Translations*: the archive has the versions in the other languages; of NTREX-128,
whose paragraphs are translated one by one, a sentence is right if the one that it leads to stands in the same
paragraph. *Rewritings*: the archive has the draft's original, from which the draft was made by dropping a quarter of
the sentences, shuffling the others and dropping every tenth word. *Edited*: single sentences of the original with
another number, another name or a denial, which are news in the same words. *Unknown*: the archive has no version of the
story; what is called reported then is mostly background that two stories share, so this is an upper bound of mistakes.
"""

import random
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import search
from benchmarks.quality.figures import Figure
from benchmarks.quality.known_items import by_story, read_articles, share
from indexer import index_articles
from search import PriorCoverage, Relation, SentenceState
from search.article import Article
from search.language import paragraphs, sentences

PART = "prior coverage"
#: Every so manieth story is a draft; the archive has all of them.
EVERY = 9
ALIGNED = "ntrex."
_WITHOUT_DENIAL = re.compile(r"\b(?:був|була|було|були|был|была|было|были|was|were|is|has|have)\b")
_DENIALS = {"uk": "не ", "ru": "не ", "en": " not"}
_DENIES = re.compile(r"\b(?:не|ні|ни|немає|нет|not?|never|cannot)\b|n['’]t\b", re.IGNORECASE)
_NUMBER = re.compile(r"\b[1-9]\d{0,3}\b")
_NAME = re.compile(r"(?<=[а-яіїєґa-z,] )[А-ЯІЇЄA-Z][а-яіїєґa-z]{4,}")
_OTHER_NAMES = {"uk": "Вакуленчук", "ru": "Вакуленчук", "en": "Vakulenchuk"}


def measure(data: Path) -> Iterator[Figure]:
    """Yield the figures."""
    yield from figures_of(read_articles(data / "articles.jsonl"), every=EVERY, aligned=ALIGNED)


def figures_of(articles: Sequence[Article], *, every: int, aligned: str) -> Iterator[Figure]:
    """
    Yield the figures of some articles, the versions of every so manieth story as drafts.

    The versions whose ids begin with ``aligned`` have the same paragraphs in the same order.
    """
    stories = [list(each.values()) for each in by_story(articles).values()]
    everything = [article for versions in stories for article in versions]
    with tempfile.TemporaryDirectory() as folder:
        apart, together = Path(folder) / "apart", Path(folder) / "together"
        index_articles((replace(article, story=article.id) for article in everything), apart)
        index_articles(everything, together)
        drafts = [versions for versions in stories[::every] if len(versions) > 1]
        with search.open(apart, audience="newsroom") as archive:
            yield from _translations(archive, drafts, aligned)
            yield from _rewritings(archive, drafts)
            yield from _edited(archive, drafts)
        with search.open(together, audience="newsroom") as archive:
            yield from _unknown(archive, drafts, aligned)


def _translations(archive: search.Archive, drafts: Sequence[Sequence[Article]], aligned: str) -> Iterator[Figure]:
    found: list[bool] = []
    right: list[bool] = []
    reported: list[bool] = []
    placed: list[bool] = []
    for versions in drafts:
        ids = {version.id: version for version in versions}
        for version in versions:
            coverage = archive.prior_coverage(_stored(archive, version))
            for story in coverage.stories:
                claimed = story.relation is Relation.TRANSLATED
                if story.nearest.id in ids:
                    found.append(claimed)
                if claimed:
                    right.append(story.nearest.id in ids)
            if version.id.startswith(aligned):
                answers = list(_placed(coverage, ids))
                reported += [answer is not None for answer in answers]
                placed += [answer for answer in answers if answer is not None]
    yield Figure(PART, "translations: called so", share(found), 0.95)
    yield Figure(PART, "called translations: are", share(right), 0.95)
    yield Figure(PART, "sentences of a translation: reported", share(reported), 0.6)
    yield Figure(PART, "sentences of a translation: lead to the same place", share(placed), 0.95)


def _placed(coverage: PriorCoverage, versions: dict[str, Article]) -> Iterator[bool | None]:
    """Yield for each sentence None if it is new, else whether it leads to the paragraph of the same number."""
    for sentence in coverage.sentences:
        if sentence.state is SentenceState.SHORT:
            continue
        if sentence.report is None:
            yield None
            continue
        version = versions.get(sentence.report.version.id)
        own = _paragraph(coverage.text, coverage.text[sentence.start : sentence.end])
        yield version is not None and own & _paragraph(_text(version), sentence.report.text) != set()


def _paragraph(text: str, sentence: str) -> set[int]:
    return {number for number, (start, end) in enumerate(paragraphs(text)) if sentence in text[start:end]}


def _rewritings(archive: search.Archive, drafts: Sequence[Sequence[Article]]) -> Iterator[Figure]:
    chance = random.Random(1)
    copied: list[bool] = []
    called: list[bool] = []
    right: list[bool] = []
    reported: list[bool] = []
    for article in (version for versions in drafts for version in versions):
        copy = archive.prior_coverage(_text(article).rsplit("\n\n", 1)[0])
        copied += [s.relation is Relation.SAME_TEXT for s in copy.stories if s.nearest.id == article.id]
        coverage = archive.prior_coverage(_rewritten(article, chance))
        near = (Relation.REWRITTEN, Relation.SAME_TEXT)
        called.append(any(s.relation in near and s.nearest.id == article.id for s in coverage.stories))
        right += [s.nearest.id == article.id for s in coverage.stories if s.relation in near]
        reported += [s.state is SentenceState.REPORTED for s in coverage.sentences if s.state != SentenceState.SHORT]
    yield Figure(PART, "copies without the last paragraph: called the same text", share(copied), 0.9)
    yield Figure(PART, "rewritings: called so, or the same text", share(called), 0.95)
    yield Figure(PART, "called so: are", share(right), 0.95)
    yield Figure(PART, "sentences of a rewriting: reported", share(reported), 0.8)


def _rewritten(article: Article, chance: random.Random) -> str:
    cut = [article.body[start:end] for start, end in sentences(article.body)]
    kept = [sentence for sentence in cut if chance.random() < 0.75]
    chance.shuffle(kept)
    shortened = (" ".join(word for word in sentence.split() if chance.random() < 0.9) for sentence in kept)
    return "\n\n".join([article.title, *filter(None, shortened)])


def _edited(archive: search.Archive, drafts: Sequence[Sequence[Article]]) -> Iterator[Figure]:
    kinds: dict[str, list[bool]] = {"number": [], "name": [], "denial": []}
    for article in (version for versions in drafts for version in versions):
        for kind, told in kinds.items():
            edited = [(start, end, _edit(kind, article.body[start:end], article.language)) for start, end in
                      sentences(article.body)]  # fmt: skip
            changes = [change for change in edited if change[2]][:3]
            if changes:
                told += _told(archive, article, changes)
    for kind, told in kinds.items():
        yield Figure(PART, f"edited sentences, another {kind}: called reported", share(told), 0.1, at_most=True)


def _edit(kind: str, sentence: str, language: str) -> str:
    """Return a sentence with one thing changed, or nothing if it has no such thing."""
    if kind == "number":
        edited = _NUMBER.sub(lambda match: str(int(match[0]) + 7919), sentence, count=1)
    elif kind == "name":
        edited = _NAME.sub(_OTHER_NAMES[language], sentence, count=1)
    elif not _DENIES.search(sentence):
        denial = _DENIALS[language]
        put = rf"\g<0>{denial}" if language == "en" else rf"{denial}\g<0>"
        edited = _WITHOUT_DENIAL.sub(put, sentence, count=1)
    else:
        return ""
    return "" if edited == sentence else edited


def _told(archive: search.Archive, article: Article, changes: Sequence[tuple[int, int, str]]) -> Iterator[bool]:
    """Yield for each changed sentence of an article whether it is called reported."""
    body, shift, places = article.body, 0, []
    for start, end, edited in changes:
        body = body[: start + shift] + edited + body[end + shift :]
        places.append(start + shift)
        shift += len(edited) - (end - start)
    ahead = len(article.title) + 2
    states = {s.start: s.state for s in archive.prior_coverage(f"{article.title}\n\n{body}").sentences}
    for place in places:
        if (state := states.get(place + ahead)) in (SentenceState.NEW, SentenceState.REPORTED):
            yield state is SentenceState.REPORTED


def _unknown(archive: search.Archive, drafts: Sequence[Sequence[Article]], aligned: str) -> Iterator[Figure]:
    told = [
        sentence.state is SentenceState.REPORTED
        for versions in drafts
        for version in versions
        if version.id.startswith(aligned)
        for sentence in archive.prior_coverage(_stored(archive, version)).sentences
        if sentence.state is not SentenceState.SHORT
    ]
    yield Figure(PART, "sentences of an unknown story: called reported", share(told), 0.05, at_most=True)


def _stored(archive: search.Archive, article: Article) -> Article:
    return archive.get(article.id) or article


def _text(article: Article) -> str:
    return "\n\n".join(filter(None, (article.title, article.lead, article.body)))


if __name__ == "__main__":
    for figure in measure(Path(sys.argv[1])):
        print(f"{figure.name:<60}{figure.value:>8.4f}" + (f"   target {figure.target}" if figure.target else ""))
