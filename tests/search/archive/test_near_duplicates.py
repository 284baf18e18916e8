"""Near-duplicates in the whole archive: all that resemble a text and no others, by comparing every pair."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import search
from indexer import index_articles
from search import Article
from search.archive.duplicates import LEAST_WORDS, THRESHOLD, resemblance, shingles, shingles_of
from search.archive.near_duplicates import candidates, fingerprint, most_missing
from search.language import folded_words

TEXT = "мер міста повідомив про ремонт мосту через річку який триватиме до кінця осені двадцять днів дощу"
WORDS = TEXT.split()
OTHERS = ["ab", "U.S", "п'ять", "Івано-Франківськ", "5", "kyiv.ua", "ҐАНОК"]


@st.composite
def texts(draw) -> list[str]:
    """Draw texts of which some are copies of others with words changed, left out and added."""
    word = st.sampled_from(WORDS + OTHERS)
    drawn = [draw(st.lists(word, min_size=LEAST_WORDS, max_size=60))]
    for _ in range(draw(st.integers(1, 5))):
        copy = list(draw(st.sampled_from(drawn)))
        for _ in range(draw(st.integers(0, 4))):
            place = draw(st.integers(0, len(copy) - 1))
            copy[place : place + draw(st.integers(0, 2))] = draw(st.lists(word, max_size=2))
        drawn.append(copy)
    return [" ".join(words) for words in drawn]


def archive_of(folder, bodies: list[str], language: str = "uk") -> search.Archive:
    """Return an archive of articles with some bodies, their places as ids."""
    index_articles(
        (Article(id=str(n), language=language, title="Заголовок", body=b) for n, b in enumerate(bodies)), folder
    )
    return search.open(folder, audience="newsroom")


@settings(max_examples=60, deadline=None)
@given(bodies=texts())
def test_found_is_what_comparing_all_pairs_finds(tmp_path_factory, bodies):
    with archive_of(tmp_path_factory.mktemp("pairs"), bodies) as archive:
        for number, body in enumerate(bodies):
            own = shingles(folded_words(body))
            expected = {
                str(other): share
                for other, text in enumerate(bodies)
                if other != number and (share := resemblance(own, shingles(folded_words(text)))) >= THRESHOLD
            }
            found = archive.near_duplicates(archive.get(str(number)))
            assert {each.article.id: each.resemblance for each in found} == expected


@given(st.sets(st.tuples(*[st.sampled_from("абвгдежз")] * 4), max_size=60), st.data())
def test_a_text_without_words_of_the_fingerprint_lacks_what_it_says(drawn, data):
    kept = frozenset(drawn)
    words = data.draw(st.permutations("абвгдежз"))
    chosen = fingerprint(kept, words, most_missing(len(kept)))
    absent = data.draw(st.sets(st.sampled_from(sorted(chosen)))) if chosen else set()
    lacking = sum(1 for shingle in kept if absent & set(shingle))
    assert lacking >= sum(chosen[word] for word in absent)


def test_what_the_fingerprint_lets_through_is_little(tmp_path):
    """Texts drawn from 500 words, each in one text of nine, of which none resembles another."""
    chance = random.Random(1)
    words = [
        f"{stem}{a}{b}" for stem in ("ран", "веч", "бер", "міс", "пол") for a in "абвгдежзик" for b in "абвгдежзик"
    ]
    bodies = [" ".join(chance.choices(words, k=60)) for _ in range(40)]
    with archive_of(tmp_path, bodies) as archive, archive._view() as view:
        through = [len(candidates(view, shingles_of(archive.get(str(n))), view.visible)) for n in range(40)]
    assert min(through) == 1 and sum(through) / 40 < 2


class TestArchive:
    BODY = " ".join(WORDS * 2)

    def test_the_nearest_is_first_and_a_language_is_its_own(self, tmp_path):
        other = self.BODY.replace("осені", "зими", 1)
        with archive_of(tmp_path, [self.BODY, other, self.BODY]) as archive:
            assert [each.article.id for each in archive.near_duplicates("0")] == ["2", "1"]
        index_articles([Article(id="ru", language="ru", title="Заголовок", body=self.BODY)], tmp_path)
        with search.open(tmp_path) as archive:
            assert archive.near_duplicates("ru") == ()

    def test_a_short_text_has_none(self, tmp_path):
        short = " ".join(WORDS[: LEAST_WORDS - 5])
        with archive_of(tmp_path, [short, short]) as archive:
            assert archive.near_duplicates("0") == ()

    def test_readers_see_no_hidden_copy(self, tmp_path):
        archive_of(tmp_path, [self.BODY, self.BODY]).close()
        search.set_status(tmp_path, "1", "withheld", who="Olha")
        with search.open(tmp_path) as archive, search.open(tmp_path, audience="newsroom") as newsroom:
            assert archive.near_duplicates("0") == archive.near_duplicates("1") == ()
            assert len(newsroom.near_duplicates("0")) == 1

    def test_an_article_that_is_not_there_is_compared_too(self, tmp_path):
        with archive_of(tmp_path, [self.BODY]) as archive:
            draft = replace(archive.get("0"), id="draft")
            assert [each.article.id for each in archive.near_duplicates(draft)] == ["0"]
            assert archive.near_duplicates("nowhere") == ()

    @pytest.mark.parametrize("odd", ["http://a.ua " * 25, "5 7 9 " * 20, "а б в г ґ д " * 6])
    def test_what_is_no_running_text_is_compared_with_nothing(self, tmp_path, odd):
        with archive_of(tmp_path, [odd, odd, self.BODY]) as archive:
            assert archive.near_duplicates("0") == ()
