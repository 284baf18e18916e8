"""Parts of texts: counting positions, looking for some terms, and sentences, give what the whole gives."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from search.language import analyze, count_positions, paragraphs, positions, sentences, tokens_with

EXAMPLES = Path(__file__).parents[3] / "examples" / "archive"

odd = st.text(alphabet=st.sampled_from("аЯяBbі1 .,!?…»ʼʹʻꞌ-'’\u0301\u0958\ufb1d\u00ad")) | st.text()
language = st.sampled_from(("uk", "ru", "en"))


@settings(max_examples=300, deadline=None)
@given(odd, language)
def test_positions_are_counted_as_they_are(text: str, language: str) -> None:
    assert count_positions(text, language) == len(positions(text, language))


@settings(max_examples=200, deadline=None)
@given(odd, language, st.data())
def test_tokens_with_some_terms_are_those_of_the_analysis(text: str, language: str, data: st.DataObject) -> None:
    tokens = analyze(text, language)
    terms = sorted({term for token in tokens for term in token.terms})
    wanted = data.draw(st.sets(st.sampled_from(terms))) if terms else set()
    assert tokens_with(text, language, wanted) == [token for token in tokens if not wanted.isdisjoint(token.terms)]


def test_paragraph_has_the_terms_of_its_sentences() -> None:
    for path in sorted(EXAMPLES.glob("*.jsonl")):
        for article in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            for start, end in paragraphs(article["body"]):
                paragraph = article["body"][start:end]
                parts = (paragraph[first:last] for first, last in sentences(paragraph))
                apart = [terms for part in parts for terms in positions(part, article["language"])]
                assert apart == positions(paragraph, article["language"])
