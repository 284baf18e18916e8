"""Lists of names: how they are read, and what the archive has of them, against looking into every article."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_archive import article, opened

import indexer
import search
from search.archive.reports.name_lists import MAX_NAMES, MAX_SPELLINGS

ARTICLES = [
    article(
        "mayor.uk",
        title="Мер Лисогор звітує",
        published="2023-02-01T10:00",
        body="Ганна Лисогор розповіла про дороги.\n\n"
        "Наступного дня Ганну Лисогор чекають у раді. Лисогор Ганна не проти.",
    ),
    article("mayor.ru", title="Отчёт мэра", published="2023-02-01T11:00", body="Мэр Анна Лысогор сказала о дорогах."),
    article(
        "mayor.en",
        title="Mayor reports",
        published="2023-02-01T12:00",
        body="Mayor Hanna Lysohor spoke of roads. Hanna Lysohor has plans.",
    ),
    article(
        "roads.uk", title="Дороги", published="2024-03-01T12:00", lead="Про Ганну Лисогор.", body="Ганна Іванівна."
    ),
    article("other.uk", title="Інша", published="2024-03-01T12:00", body="Ганна Кравець і Петро Лисогор зустрілися."),
    article("hidden.uk", title="Сховано", published="2024-03-02T12:00", body="Ганна Лисогор.", status="withheld"),
    article("undated.uk", title="Без дати", body="Слово має Ганна Лисогор."),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names")
    indexer.index_articles(ARTICLES, path)
    return path


def row(folder: Path, *spellings: str, audience: str = "readers") -> search.NameRow:
    with opened(folder, audience) as archive:
        return archive.names_table([spellings]).rows[0]


class TestTable:
    def test_every_spelling_and_form_with_counts(self, folder):
        found = row(folder, "Ганна Лисогор")
        assert {each.form: (each.occurrences, each.articles) for each in found.forms} == {
            "Ганна Лисогор": (2, 2),
            "Ганну Лисогор": (2, 2),
            "Лисогор Ганна": (1, 1),
            "Анна Лысогор": (1, 1),
            "Hanna Lysohor": (2, 1),
        }
        assert (found.stories, found.articles, found.occurrences, found.other_occurrences) == (3, 5, 8, 0)

    def test_years_and_languages(self, folder):
        found = row(folder, "Ганна Лисогор")
        assert found.years == ((2023, 1, 3), (2024, 1, 1), (None, 1, 1))
        assert found.cells == (
            (2023, "uk", 1), (2023, "ru", 1), (2023, "en", 1), (2024, "uk", 1), (None, "uk", 1),
        )  # fmt: skip

    def test_newsroom_sees_hidden_articles(self, folder):
        assert row(folder, "Ганна Лисогор", audience="newsroom").articles == 6

    @pytest.mark.parametrize(
        "name", ["Лисогор Ганна", "ганна лисогор", "Ганна Іванівна Лисогор", "Лисогор Ганна Іванівна", "Hanna Lysohor"]
    )
    def test_name_in_other_orders_and_with_a_patronymic(self, folder, name):
        assert row(folder, name).occurrences == 8

    def test_single_word_counts_everybody_of_that_name(self, folder):
        found = row(folder, "Лисогор")
        assert found.occurrences == 9 + 1  # all but the two scripts, which other keys lead to, and Петро
        assert "Лисогор" in [each.form for each in found.forms]

    def test_longer_and_shorter_spellings_do_not_count_one_place_twice(self, folder):
        both = row(folder, "Лисогор", "Ганна Лисогор")
        alone = row(folder, "Лисогор")
        with opened(folder) as archive:
            mentions = sum(
                len(re.findall("Лисогор|Лысогор|Lysohor", f"{one.title} {one.lead} {one.body}"))
                for one in map(archive.get, [each.id for each in ARTICLES])
                if one
            )
        assert both.occurrences == alone.occurrences == mentions

    def test_unknown_name_has_an_empty_row(self, folder):
        found = row(folder, "Свирид Непийвода")
        assert (found.stories, found.forms, found.cells, found.years) == (0, (), (), ())

    def test_table_of_a_file(self, folder):
        with opened(folder) as archive:
            table = archive.names_table("Name;Also\nГанна Лисогор;Мер Лисогор\nКравець\n".encode("cp1251"))
        assert [each.name for each in table.rows] == ["Ганна Лисогор", "Кравець"]
        assert table.years == (2023, 2024, None)
        assert [each.line for each in table.rows] == [2, 3]
        assert table.rows[0].spellings == ("Ганна Лисогор", "Мер Лисогор")

    @pytest.mark.parametrize("names", [["123"], [["…"]], [[]], ["x"] * (MAX_NAMES + 1), b"", "\n\n"])
    def test_lists_that_cannot_be(self, folder, names):
        with opened(folder) as archive, pytest.raises(ValueError):
            archive.names_table(names)


WORDS = ["Ганна", "Ганни", "Лисогор", "ганна", "міст", "Кравець", "Лисогора"]


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7), min_size=1, max_size=5))
def test_table_is_that_of_reading_every_article(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("drawn")
    bodies = [" ".join(words) for words in texts]
    indexer.index_articles([article(f"{n}.uk", title="Новина", body=body) for n, body in enumerate(bodies)], path)
    with opened(path) as archive:
        found = archive.names_table([["Ганна Лисогор"]]).rows[0]
    given, surname = ("Ганна", "Ганни", "ганна"), ("Лисогор", "Лисогора")

    def is_one(pair: tuple[str, str]) -> bool:
        return (pair[0] in given and pair[1] in surname) or (pair[0] in surname and pair[1] in given)

    places = [(n, pair) for n, words in enumerate(texts) for pair in itertools.pairwise(words) if is_one(pair)]
    assert found.occurrences == len(places)
    assert found.articles == found.stories == len({n for n, _ in places})
    assert found.other_occurrences == 0
    forms = {each.form.casefold(): each.occurrences for each in found.forms}
    assert forms == {
        form: sum(" ".join(pair).casefold() == form for _, pair in places)
        for form in {" ".join(pair).casefold() for _, pair in places}
    }


class TestReading:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("Зеленський\nПорошенко", [(1, "Зеленський"), (2, "Порошенко")]),
            ("\ufeffЗеленський\n\n  \nПорошенко\n", [(1, "Зеленський"), (4, "Порошенко")]),
            ("Зеленський;Zelensky;Зеленский", [(1, "Зеленський", "Zelensky", "Зеленский")]),
            ("Зеленський,Zelensky", [(1, "Зеленський", "Zelensky")]),
            ("Зеленський\tZelensky; Zelenskyy", [(1, "Зеленський", "Zelensky", "Zelenskyy")]),
            ('"Зеленський";"Zelensky, Volodymyr"', [(1, "Зеленський", "Volodymyr Zelensky")]),
            ("Name,Other name\nЗеленський", [(2, "Зеленський")]),
            ("ПІБ\r\nЗеленський\r\n", [(2, "Зеленський")]),
            ("Зеленський;;Зеленський;", [(1, "Зеленський")]),
            ("«Азов»", [(1, "Азов")]),
        ],
    )
    def test_lists_as_people_have_them(self, content, expected):
        assert [(each.line, *each.spellings) for each in search.read_names(content).names] == expected

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
    def test_encodings(self, encoding):
        names = search.read_names("Ганна Лисогор\nЇжакевич".encode(encoding)).names
        assert [each.spellings for each in names] == [("Ганна Лисогор",), ("Їжакевич",)]

    def test_wrong_lines_are_told_and_the_rest_is_taken(self):
        many = ";".join(f"Ім'я{'а' * n}" for n in range(MAX_SPELLINGS + 1))
        found = search.read_names(f"Лисогор\n123\n{'Я' * 200}\n{many}\nКравець")
        assert [each.spellings[0] for each in found.names] == ["Лисогор", "Кравець"]
        assert [each.line for each in found.errors] == [2, 3, 4]
        assert str(found.errors[0]) == "line 2: '123' has no letters; this is no name"

    def test_missing_quotation_mark_names_its_line(self):
        found = search.read_names('Лисогор\n"Кравець\nПетренко\nІваненко')
        assert [each.spellings for each in found.names] == [("Лисогор",)]
        assert [each.line for each in found.errors] == [2]
        assert "quotation mark" in found.errors[0].message

    @pytest.mark.parametrize("content", ["", "\n", "name", "1\n2", "А\n" * (MAX_NAMES + 1), b"x" * 3_000_000])
    def test_no_list_at_all_raises(self, content):
        with pytest.raises(ValueError):
            search.read_names(content)

    @given(st.binary(max_size=60) | st.text(max_size=60))
    def test_anything_is_a_list_or_a_value_error(self, content):
        try:
            found = search.read_names(content)
        except ValueError:
            return
        assert all(any(map(str.isalpha, spelling)) for each in found.names for spelling in each.spellings)
