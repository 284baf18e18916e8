"""Near-duplicates: how alike two texts are, and which results of a page are folded under which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_archive import article, opened

import indexer
import search
from search.archive.duplicates import (
    LEAST_WORDS,
    THRESHOLD,
    fold_duplicates,
    may_be_near,
    resemblance,
    shingles,
    sketch,
    sketch_of,
)
from search.language import folded_words

#: No two are the same, so that no two runs of them are.
WORDS = [f"слово{number}" for number in range(400)]
BODY = " ".join(WORDS[:100])
SHINGLES = st.frozensets(st.tuples(st.sampled_from("abcdef")), max_size=6)
TEXTS = st.lists(st.sampled_from(WORDS[:6]), max_size=40)


def hit(identifier: str, body: str, **fields: str) -> search.Hit:
    empty = search.Snippet.marked("", [])
    return search.Hit(article(identifier, body=body, **fields), 1.0, empty, empty, (), ())


def folded(*hits: search.Hit) -> dict[str, list[str]]:
    """Return the ids of what is folded, by the id of what it is folded under."""
    return {one.article.id: [other.article.id for other in one.also] for one in fold_duplicates(hits)}


def changed(text: str, *places: int) -> str:
    """Return a text with other words at some places."""
    found = text.split()
    for place in places:
        found[place] = f"інше{place}"
    return " ".join(found)


@given(one=SHINGLES, other=SHINGLES)
def test_resemblance_is_a_share_and_the_same_both_ways(one, other):
    assert resemblance(one, other) == resemblance(other, one)
    assert 0 <= resemblance(one, other) <= 1
    assert (resemblance(one, other) == 1) == (one == other and bool(one))
    assert (resemblance(one, other) == 0) == one.isdisjoint(other)


@given(one=TEXTS, other=TEXTS)
def test_shingles_are_the_runs_of_four_words(one, other):
    runs = [
        {tuple(text[n : n + 4]) for n in range(len(text) - 3)} if len(text) >= 20 else set() for text in (one, other)
    ]
    assert [set(shingles(text)) for text in (one, other)] == runs
    common, either = len(runs[0] & runs[1]), len(runs[0] | runs[1])
    assert resemblance(shingles(one), shingles(other)) == (common / either if either else 0)


@given(
    one=st.lists(st.sampled_from(WORDS), min_size=15, max_size=120),
    places=st.lists(st.integers(0, 119), max_size=8),
    dropped=st.integers(0, 20),
)
def test_no_sketch_parts_texts_that_are_near(one, places, dropped):
    other = [f"інше{place}" if place in places else word for place, word in enumerate(one)][dropped:]
    alike = resemblance(shingles(one), shingles(other))
    assert may_be_near(sketch(one), sketch(other)) or alike < THRESHOLD
    assert may_be_near(sketch(other), sketch(one)) == may_be_near(sketch(one), sketch(other))


def test_a_sketch_parts_texts_that_are_not_near():
    texts = [WORDS[:100], WORDS[200:300], WORDS[50:150], WORDS[:10]]
    assert [may_be_near(sketch(texts[0]), sketch(other)) for other in texts] == [True, False, False, False]
    assert not may_be_near(sketch(WORDS[:10]), sketch(WORDS[:10]))  # too short to be compared


def test_a_sketch_is_remembered():
    assert sketch_of(BODY) is sketch_of("".join(BODY)) == sketch(folded_words(BODY))


@given(texts=st.lists(st.sampled_from([BODY, changed(BODY, 50), " ".join(WORDS[200:300])]), min_size=1, max_size=10))
def test_each_text_is_shown_once_and_no_result_is_lost(texts):
    hits = [hit(f"{number}.uk", text) for number, text in enumerate(texts)]
    shown = fold_duplicates(hits)
    assert sorted(each.article.id for one in shown for each in (one, *one.also)) == sorted(h.article.id for h in hits)
    assert len(shown) == len({text.startswith(WORDS[0]) for text in texts})
    assert [one.article.id for one in shown] == [
        h.article.id for h in hits if h.article.id in {s.article.id for s in shown}
    ]


def test_the_earlier_result_stands_for_those_like_it():
    other = hit("c.uk", " ".join(WORDS[200:300]))
    assert folded(hit("a.uk", BODY), other, hit("b.uk", changed(BODY, 50)), hit("d.uk", BODY)) == {
        "a.uk": ["b.uk", "d.uk"],
        "c.uk": [],
    }


@pytest.mark.parametrize(
    ("length", "near"),
    [
        # a first text of n+3 words has n shingles; the second one has its first ones only, so the share is theirs of n
        (80, True),  # 80 of 100: exactly the threshold
        (79, False),
    ],
)
def test_the_threshold_itself_is_near_enough(length: int, near: bool):
    one, other = (" ".join(WORDS[: count + 3]) for count in (100, length))
    assert resemblance(*(shingles(folded_words(text)) for text in (one, other))) == length / 100
    assert (length / 100 >= THRESHOLD) == near
    assert folded(hit("a.uk", one), hit("b.uk", other)) == ({"a.uk": ["b.uk"]} if near else {"a.uk": [], "b.uk": []})
    assert folded(hit("b.uk", other), hit("a.uk", one)) == ({"b.uk": ["a.uk"]} if near else {"b.uk": [], "a.uk": []})


def test_nothing_is_folded_by_way_of_another():
    """The third text is like the second, which is folded, and not like the first."""
    one, two, three = (" ".join(WORDS[start : start + 103]) for start in (0, 10, 20))
    assert folded(hit("a.uk", one), hit("b.uk", two), hit("c.uk", three)) == {"a.uk": ["b.uk"], "c.uk": []}


def test_only_texts_of_one_language_are_compared():
    assert folded(hit("a.uk", BODY), hit("b.ru", BODY)) == {"a.uk": [], "b.ru": []}


def test_short_texts_say_too_little():
    short, enough = (" ".join(WORDS[:count]) for count in (LEAST_WORDS - 1, LEAST_WORDS))
    assert folded(hit("a.uk", short), hit("b.uk", short)) == {"a.uk": [], "b.uk": []}
    assert folded(hit("a.uk", enough), hit("b.uk", enough)) == {"a.uk": ["b.uk"]}


def test_without_a_body_the_lead_is_the_text():
    assert folded(hit("a.uk", "", lead=BODY), hit("b.uk", BODY), hit("c.uk", "")) == {"a.uk": ["b.uk"], "c.uk": []}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Здоров’я — ПЕРШЕ", "здоров'я перше"),
        ("«за\u0301мок», Ґанок", "замок ганок"),
        ("Ещё: раз", "еще раз"),
        ("без\u00adпека", "безпека"),
    ],
)
def test_spelling_signs_and_case_do_not_count(one: str, other: str):
    assert folded_words(one) == folded_words(other)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory):
    path = tmp_path_factory.mktemp("copies")
    found = [
        article("first.uk", body=f"Новина. {BODY}", source="Перша", published="2024-05-03"),
        article("second.uk", body=f"Новина. {BODY}", source="Друга", published="2024-05-02"),
        article("other.uk", body="Новина про інше.", published="2024-05-01"),
    ]
    indexer.index_articles(found, path)
    with opened(path) as archive:
        yield archive


def test_folding_is_asked_for_and_changes_no_count(copies: search.Archive):
    plain, page = copies.search("новина"), copies.search("новина", fold_duplicates=True)
    assert sorted(h.article.id for h in plain.hits) == ["first.uk", "other.uk", "second.uk"]
    assert {h.article.id for h in page.hits} == {"first.uk", "other.uk"}
    assert (page.total, page.stories, page.folded, plain.folded) == (3, 3, 1, 0)
    assert page.facets == plain.facets


def test_the_json_of_a_hit_names_what_is_folded_under_it_and_is_else_as_before(copies: search.Archive):
    plain = copies.search("новина", sort="newest").as_dict()["hits"]
    assert not any("also" in each for each in plain)
    first, other = copies.search("новина", sort="newest", fold_duplicates=True).as_dict()["hits"]
    assert "also" not in other
    assert [(each["id"], each["source"], each["published"]) for each in first["also"]] == [
        ("second.uk", "Друга", "2024-05-01T21:00:00+00:00")
    ]


def test_pages_are_as_long_as_without_folding(copies: search.Archive):
    pages = [copies.search("новина", sort="newest", fold_duplicates=True, limit=1, offset=n) for n in range(3)]
    assert [[h.article.id for h in page.hits] for page in pages] == [["first.uk"], ["second.uk"], ["other.uk"]]
