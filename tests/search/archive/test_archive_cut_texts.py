"""Texts cut into paragraphs and sentences: as the functions that cut them anew do it, and once."""

import sys

import pytest

from search.archive import cut_texts
from search.archive.cut_texts import CutSentence, cut_paragraphs
from search.language import count_positions, paragraph_language, paragraphs, sentences

TEXT = "Міст відкрито. Рух відновили о 12:30, повідомила мерія\n\n«Мы этого ждали!» — сказал он.\nТак.\n\n\n Кінець "


def plain(text: str, language: str) -> list[tuple[str, str, list[tuple[str, int]]]]:
    """Return each paragraph, its language, and its sentences with the first position behind each."""
    found = []
    for start, end in paragraphs(text):
        paragraph = text[start:end]
        spoken = paragraph_language(paragraph, language)
        parts = [paragraph[first:last] for first, last in sentences(paragraph)]
        counts = [sum(count_positions(part, spoken) for part in parts[: n + 1]) for n in range(len(parts))]
        found.append((paragraph, spoken, list(zip(parts, [*counts[:-1], sys.maxsize], strict=True))))
    return found


@pytest.mark.parametrize("text", [TEXT, "", "Один", "\n\n".join([TEXT] * 3)])
def test_a_text_is_cut_as_without_remembering(text: str) -> None:
    cut = [
        (each.text, each.language, [(each.text[s.start : s.end], s.following) for s in each.sentences])
        for each in cut_paragraphs(text, "uk")
    ]
    assert cut == plain(text, "uk")


def test_the_same_text_in_another_language_is_another_one() -> None:
    assert cut_paragraphs(TEXT, "uk") is cut_paragraphs("".join(TEXT), "uk")
    assert [each.language for each in cut_paragraphs("Да. Нет.", "en")] == ["en"]
    assert [each.language for each in cut_paragraphs("Мы этого ждали.", "uk")] == ["ru"]
    assert [each.language for each in cut_paragraphs("Мы этого ждали.", "ru")] == ["ru"]


def test_a_very_long_paragraph_is_cut_at_its_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cut_texts, "MAX_CHARACTERS_CUT", 20)
    (paragraph,) = cut_paragraphs("One is here. Two is here. Three is here. Four is here.", "en")
    assert paragraph.sentences == (CutSentence(0, 12, 3, True), CutSentence(13, 25, 6, True))


def test_what_does_not_end_as_a_sentence_is_not_whole() -> None:
    (paragraph,) = cut_paragraphs("It is open.\nThe bridge", "en")
    assert [sentence.is_whole for sentence in paragraph.sentences] == [True, False]
