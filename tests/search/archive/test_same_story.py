"""Whether two articles are versions of one story: the parts of the comparison, each against something simpler."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from search import Article
from search.archive.same_story import THRESHOLD, common_subsequence, compare, in_same_order, marks_of

anchor = st.lists(st.sampled_from("abcd"), min_size=1, max_size=2, unique=True).map(tuple)
anchors = st.lists(anchor, max_size=12)

UK = Article(
    language="uk",
    title="У Полтаві відкрили міст через Ворсклу",
    body="Міст довжиною 240 метрів відкрив Олексій Бондаренко. Його будували 3 роки за 410 мільйонів гривень.",
)
EN = Article(
    language="en",
    title="Bridge over the Vorskla opened in Poltava",
    body="The bridge, 240 metres long, was opened by Oleksii Bondarenko. It took 3 years and 410 million hryvnias.",
)


def longest(one, other) -> int:
    """Return the length of the longest common subsequence by the table of the textbook."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            alike = bool(set(left) & set(right))
            table[i + 1][j + 1] = max(table[i][j + 1], table[i + 1][j], table[i][j] + 1 if alike else 0)
    return table[-1][-1]


@given(anchors, anchors)
def test_common_subsequence_is_that_of_the_textbook(one, other):
    assert common_subsequence(one, other) == longest(one, other)


@given(anchors, anchors)
def test_order_is_a_share_the_same_both_ways(one, other):
    assert 0.0 <= in_same_order(one, other) == in_same_order(other, one) < 1.0


def test_names_and_numbers_meet_in_any_language():
    uk, en = marks_of(UK), marks_of(EN)
    assert uk.numbers == en.numbers == {"240", "3", "410"}
    assert common_subsequence(uk.anchors, en.anchors) >= 5


def test_a_translation_scores_more_than_another_text_with_its_names():
    other = replace(
        EN, body="Oleksii Bondarenko spoke in Poltava about schools: 12 of 90 are closed. Bridges came later."
    )
    score = compare(UK, EN, 0.7, marks_of(UK), marks_of(EN)).score
    assert score > compare(UK, other, 0.7, marks_of(UK), marks_of(other)).score


def test_a_picture_speaks_for_a_pair_and_does_not_decide():
    marks = marks_of(UK), marks_of(EN)
    one, other = (replace(each, image_url="https://visti.example/bridge.jpg") for each in (UK, EN))
    assert compare(one, other, 0.5, *marks).score > compare(UK, EN, 0.5, *marks).score
    strange = Article(language="en", title="Match", body="No goals.", image_url="https://visti.example/bridge.jpg")
    assert compare(one, strange, 0.3, marks[0], marks_of(strange)).score < THRESHOLD


def test_a_bulletin_with_other_numbers_is_another():
    bulletin = "Poltava, Sumy, Kharkiv, Odesa, Lviv, Kyiv, Dnipro: {} strikes, {} fires, {} houses, {} people. " * 3
    one = Article(language="en", title="Bulletin", body=bulletin.format(*range(12, 24)))
    other = Article(language="uk", title="Bulletin", body=bulletin.format(*range(52, 64)))
    same = replace(one, language="uk")
    assert compare(one, same, 1.0, marks_of(one), marks_of(same)).score >= THRESHOLD
    assert compare(one, other, 1.0, marks_of(one), marks_of(other)).score == 0.0
