"""Snippets from positions: the index answers as the texts do, little is analysed, and odd texts are still marked."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import article, opened

import indexer
import search
from search.archive import marks, snippets
from search.archive.answers import SNIPPET_FIELDS, Answers, indexed_answers
from search.archive.documents import document_to_article
from search.archive.marks import Marker
from search.archive.snippets import Excerpts, snippet_of
from search.archive.understanding import DEFAULT_TEXT_FIELDS
from search.archive.view import open_current
from search.columnar.document import paragraph_starts
from search.columnar.snapshot import Snapshot
from search.language import analyze, each_paragraph, positions, tokens_with
from search.query.compile import Leaf, compile_query
from search.query.parser import parse_query

EXAMPLES = Path(__file__).parents[3] / "examples" / "archive"
QUERIES = [
    "Київ",
    "мережу енергетики",
    "the president of Ukraine",
    '"у Києві"',
    '"president ukraine"~3',
    "прес-служба F-16",
    "укра* war",
    "lead:Україна body:війна",
    "президент OR путін OR war",
    "-росія війна",
    "",
]


def answers_in(article: search.Article, markers: Mapping[str, Marker]) -> dict[str, Answers]:
    """Return the answers of an article without an index, by analysing it: the second opinion."""
    found = {}
    for field, marker in markers.items():
        text = getattr(article, field)
        terms = [positions(text[start:end], article.language) for start, end in each_paragraph(text)]
        starts = paragraph_starts(map(len, terms))
        leaves_at = {
            start + position: bits
            for start, each in zip(starts, terms, strict=True)
            for position, bits in marker.answers(each).items()
        }
        if leaves_at:
            found[field] = Answers(leaves_at, partial(list, starts))
    return found


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    path = tmp_path_factory.mktemp("snippets") / "index"
    indexer.index_articles((a for a in indexer.read_sources([EXAMPLES]) if isinstance(a, search.Article)), path)
    yield open_current(path)


def leaves_of(query: str) -> tuple[Leaf, ...]:
    return compile_query(parse_query(query, date(2026, 1, 1)).tree, DEFAULT_TEXT_FIELDS).leaves


def excerpts_of(query: str) -> Excerpts:
    leaves = leaves_of(query)
    return Excerpts(leaves, dict.fromkeys(range(len(leaves)), 1.0))


@pytest.mark.parametrize("query", QUERIES)
def test_index_answers_as_the_texts_do(snapshot: Snapshot, query: str) -> None:
    leaves, documents = leaves_of(query), list(range(snapshot.size))
    articles = [document_to_article(snapshot.stored(document)) for document in documents]
    markers = {field: Marker(leaves, field) for field in SNIPPET_FIELDS}
    for found, each in zip(indexed_answers(snapshot, documents, articles, leaves), articles, strict=True):
        expected = answers_in(each, markers)
        assert {name: answers.leaves_at for name, answers in found.items()} == {
            name: answers.leaves_at for name, answers in expected.items()
        }
        assert all(answers.starts() == expected[name].starts() for name, answers in found.items())


@pytest.mark.parametrize("query", [query for query in QUERIES if query])
def test_every_sentence_of_a_snippet_that_answers_is_marked(snapshot: Snapshot, query: str) -> None:
    excerpts = excerpts_of(query)
    for document in range(snapshot.size):
        each = document_to_article(snapshot.stored(document))
        answers = answers_in(each, excerpts.markers)
        assert all(sentence.marks for sentence in excerpts.best_sentences(each, answers)) or not answers


def test_long_paragraph_is_not_analysed(build, monkeypatch: pytest.MonkeyPatch) -> None:
    filling = " ".join(f"Sentence number {number} says nothing of it." for number in range(300))
    path = build([article("a.en", body=f"{filling} The bridge is open. {filling}")])
    analysed = []
    monkeypatch.setattr(marks, "tokens_with", lambda text, *rest: analysed.append(text) or tokens_with(text, *rest))
    monkeypatch.setattr(snippets, "analyze", lambda text, *rest: analysed.append(text) or analyze(text, *rest))
    with opened(path) as archive:
        (hit,) = archive.search("bridge").hits
    assert hit.snippet == "The <mark>bridge</mark> is open."
    assert sum(map(len, analysed)) < 100


def test_phrase_over_the_end_of_a_sentence_is_marked(build) -> None:
    path = build([article("a.en", body="Nothing here. They crossed the bridge. Kyiv was behind. Nothing there.")])
    with opened(path) as archive:
        (hit,) = archive.search('"bridge Kyiv"').hits
    assert hit.snippet == "They crossed the <mark>bridge</mark>. <mark>Kyiv</mark> was behind."


def test_words_that_stand_near_each_other_come_first(build) -> None:
    far = "The bridge is old. Nothing is known of its builders, and nobody asked. People walk in the park."
    near = "They opened a park at the bridge."
    path = build([article("a.en", body=f"{far}\n\n{near}")])
    with opened(path) as archive:
        (hit,) = archive.search("bridge park").hits
    assert "They opened a <mark>park</mark> at the <mark>bridge</mark>." in hit.snippet


def test_single_word_shows_its_first_two_sentences(build) -> None:
    said = [f"The bridge number {number} is open." for number in ("one", "two", "three")]
    path = build([article("a.en", body="\n\n".join(["No river here.", *said]))])
    with opened(path) as archive:
        (hit,) = archive.search("bridge").hits
    assert hit.snippet.text == f"{said[0]} … {said[1]}"


def test_word_only_in_the_headline_leaves_the_opening(build) -> None:
    path = build([article("a.en", title="Bridge", body="Four years of work are over. Cars are waiting in line.")])
    with opened(path) as archive:
        (hit,) = archive.search("bridge").hits
    assert hit.snippet == "Four years of work are over. Cars are waiting in line."


@settings(max_examples=200, deadline=None)
@given(
    positions=st.sets(st.integers(0, 400), min_size=1), starts=st.lists(st.integers(1, 300), unique=True, max_size=4)
)
def test_positions_that_are_wrong_never_fail(positions: set[int], starts: list[int]) -> None:
    excerpts = excerpts_of("bridge")
    text = article("a.en", lead="A bridge.", body="Rain fell. The bridge is open.\n\nNo news. It is late.\n\nEnd.")
    answers = Answers(dict.fromkeys(positions, 1), partial(list, [0, *sorted(starts)]))
    found = excerpts.best_sentences(text, {"body": answers})
    assert snippet_of(found).text
    assert all(sentence.text in text.body for sentence in found)


def test_wrong_sentence_of_a_paragraph_is_put_right() -> None:
    excerpts = excerpts_of("bridge")
    text = article("a.en", body="Rain fell on the town. The bridge is open.")
    found = excerpts.best_sentences(text, {"body": Answers({1: 1}, partial(list, [0]))})
    assert snippet_of(found) == "The <mark>bridge</mark> is open."
