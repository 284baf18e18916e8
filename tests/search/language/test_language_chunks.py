"""A text analysed chunk by chunk gives what it gives as a whole; memory is bounded and shared by threads."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from language_cases import SHARED_DATA

from search.article import LANGUAGES
from search.language import Token, analysis, analyze
from search.language.analysis import parts, positions
from search.language.chunks import chunks
from search.language.normalize import normalize, normalize_with_offsets
from search.language.terms import pieces
from search.language.tokenize import _STRETCH, only_word, stretches

# Spaces of every kind beside what could reach over one: digits, marks, invisible characters, address and code signs.
awkward = st.sampled_from(
    " \u00a0\u2009\u202f\u2000\u3000\n\t\x1c\x85\u200b\u00ad\ufeff\u0300\u0301\u0308\u0591\u1161\u20d0"
    "0125\u0663²½аїёґЙсCx'’ʼ\"-\u2011.,:;!?)»/@#_$%€№\u212b\u1100가ﬁİ日\U00010400\ud800"
)
fragments = st.sampled_from(
    [
        " ",
        " ",
        " ",
        "2 000",
        "1 000 000",
        " 000",
        "12",
        "5\u200b",
        "С-300",
        "U.S.",
        "a.ua",
        "https://",
        "Києва",
        'об"єкт',
        "го",
    ]
)
texts = st.one_of(
    st.text(alphabet=awkward, max_size=40),
    st.lists(fragments | st.text(alphabet=awkward, max_size=3), max_size=14).map("".join),
    st.text(max_size=40),
)
languages = st.sampled_from((None, *LANGUAGES))


def whole(text: str, language: str | None) -> list[Token]:
    return [Token(*part) for part in parts(text, language)]


@given(texts, languages)
@settings(deadline=None, max_examples=600)
@example("2 000", "uk")
@example("12\u00ad 000", "uk")
@example("12 \u00ad000", None)
@example("12 \u0301000", "ru")
@example("а \u0301б", "uk")
@example("1 000 000 і 5 000", "uk")
@example("2014 100 200", "en")
@example("за\u0301мок замѐтно", "ru")
def test_chunks_give_what_the_whole_gives(text: str, language: str | None) -> None:
    assert list(analyze(text, language)) == whole(text, language)


@given(
    st.tuples(
        st.text(alphabet=awkward | st.sampled_from("«(„“"), max_size=3),
        st.text(alphabet="абгєїёыҐІЄZqK", max_size=6) | st.text(alphabet=awkward, max_size=3),
        st.text(alphabet=awkward | st.sampled_from("…”»"), max_size=3),
    ).map("".join)
)
@settings(deadline=None, max_examples=600)
@example("«Київ»,")
@example("Київ.»")
@example('"ЗСУ".')
def test_a_word_seen_at_a_glance_is_what_the_pattern_finds(text: str) -> None:
    found = only_word(text)
    if found is not None:
        assert normalize_with_offsets(text) == (text, None, None)
        ((kind, word, start),) = stretches(text)
        assert (start, start + len(word)) == found
        assert pieces(kind, word, "uk") == pieces("plain", word, "uk")


@given(texts)
@settings(deadline=None, max_examples=200)
def test_one_space_is_left_out_at_each_cut(text: str) -> None:
    assert " ".join(chunks(text)) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_chunks_of_articles_give_what_the_whole_gives(language: str, sample_source: Path) -> None:
    for path in sorted(sample_source.glob("*.jsonl")):
        for text in texts_of(path, language):
            assert list(analyze(text, language)) == whole(text, language)


@pytest.mark.skipif(
    not (SHARED_DATA / "articles.jsonl").exists(), reason="needs the development data in ../shared/data"
)
def test_chunks_of_development_articles_give_what_the_whole_gives() -> None:
    for language in LANGUAGES:
        for number, text in enumerate(texts_of(SHARED_DATA / "articles.jsonl", language)):
            if number % 7 == 0:  # all of them take ten seconds
                assert list(analyze(text, language)) == whole(text, language)


def texts_of(path: Path, language: str) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["language"] == language:
            yield record["title"]
            yield record["body"]


@given(texts, languages)
@settings(deadline=None, max_examples=100)
def test_positions_are_the_terms_of_the_tokens(text: str, language: str | None) -> None:
    assert positions(text, language) == [token.terms for token in analyze(text, language)]


@given(texts.map(normalize))
@settings(deadline=None, max_examples=300)
@example("слово.")
@example("слово,")
@example("а»")
@example("²")
def test_words_found_without_the_pattern_are_those_of_the_pattern(text: str) -> None:
    for piece in (text, *text.split()):
        assert stretches(piece) == [(m.lastgroup, m.group(), m.start()) for m in _STRETCH.finditer(piece)]


@given(texts)
@settings(deadline=None, max_examples=300)
@example("Ѝ")
@example('об"єкт')
def test_a_text_whose_characters_stay_in_place_is_normalised_in_full(text: str) -> None:
    normalized, starts, _ = normalize_with_offsets(text)
    if starts is None:
        assert normalized == normalize(text)


def test_memory_keeps_what_is_asked_for_and_forgets_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_CHUNKS_IN_A_GENERATION", 10)
    memory = analysis._Memory("en")
    expected = memory["often"]
    for number in range(1000):
        memory[f"rare{number}"]
        assert memory["often"] is expected
        assert len(memory) <= 10
        assert len(memory._older) <= 10
    assert "rare0" not in memory
    assert memory["rare0"] == parts("rare0", "en")


def test_long_chunks_are_not_remembered() -> None:
    memory = analysis._Memory("en")
    assert memory["w" * 1000] == parts("w" * 1000, "en")
    assert not memory


def test_threads_share_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "_CHUNKS_IN_A_GENERATION", 5)
    text = " ".join(f"code{number} word{number % 7}," for number in range(60))
    expected = whole(text, "en")
    wrong: list[str] = []

    def work() -> None:
        wrong.extend("differs" for _ in range(30) if list(analyze(text, "en")) != expected)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_tokens_are_values() -> None:
    (token,) = analyze("Kyiv", "en")
    assert token == Token("Kyiv", 0, 4, ("kyiv", "en:~kyiv", "name:kv:kiv"))
    assert hash(token) == hash(Token("Kyiv", 0, 4, ("kyiv", "en:~kyiv", "name:kv:kiv")))
    with pytest.raises(AttributeError):
        token.start = 1  # type: ignore[misc]
    assert not hasattr(token, "__dict__")
