"""What versions say differently: the numbers of a text, names, paragraphs, contradictions in the archive, headlines."""

import json
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_archive import article, opened

import indexer
import search
from search.archive.reports.headlines import HEADLINES_NAME, HeadlineChange, HeadlineHistory, append_changes
from search.archive.reports.quantities import agree, missing, quantities

CASES = Path(__file__).parents[2] / "cases" / "reports" / "quantities.tsv"


def cases() -> list[tuple[str, str]]:
    lines = CASES.read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("\t")) for line in lines if not line.startswith("#")]


def shown(text: str) -> str:
    return " ".join(f"{'~' if each.loose else ''}{each.kind}:{each.value:.10g}" for each in quantities(text))


class TestQuantities:
    @pytest.mark.parametrize(("text", "expected"), cases())
    def test_numbers_of_a_text(self, text, expected):
        assert (shown(text) or "-") == expected

    @given(st.text(alphabet="0123456789 .,:/%$пятьоh'-'mMaу\n", max_size=40) | st.text(max_size=60))
    def test_no_text_raises_and_offsets_are_inside(self, text):
        for each in quantities(text):
            assert 0 <= each.start < each.end <= len(text)

    @given(st.integers(min_value=2, max_value=10**9))
    def test_digits_agree_however_they_are_grouped(self, number):
        for written in (
            f"{number}",
            f"{number:,}",
            f"{number:,}".replace(",", " "),
            f"{number:,}".replace(",", "\u00a0"),
        ):
            assert [each.value for each in quantities(f"разом {written} осіб")] == [number]

    @given(st.integers(2, 999), st.integers(2, 999))
    def test_a_number_is_missing_exactly_if_it_is_another(self, one, other):
        lacking = missing(quantities(f"{one} осіб"), quantities(f"{other} people"), converted=False)
        assert bool(lacking) == (one != other)

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("п'ятеро", "five", True),
            ("5 поранених", "6 injured", False),
            ("24 лютого", "the 24th", True),
            ("24 лютого", "February 25", False),
            ("о 22:00", "at 10 p.m.", True),
            ("5 млн грн", "$5 million", False),
            ("5 млн", "$5 million", True),
            ("двоє", "both", True),
        ],
    )
    def test_agreement(self, one, other, same):
        assert any(agree(a, b) for a in quantities(one) for b in quantities(other)) is same

    def test_measures_are_not_compared_with_converted_ones(self):
        assert not missing(quantities("3,2 км"), quantities("2 miles"), converted=True)


UK = (
    "Уночі в Сумах зруйновано дах школи. За даними рятувальників, п'ятеро людей поранено.\n\n"
    "Директорка школи Ганна Лисогор розповіла, що діти перейдуть до сусідньої будівлі.\n\n"
    "На ремонт міська рада виділить 12 млн гривень з резервного фонду міста."
)
EN = (
    "A school roof was destroyed in Sumy overnight. According to rescuers, six people were injured.\n\n"
    "The head of the school said that the children would move to a neighbouring building.\n\n"
    "The city council will allocate 12 million hryvnias for repairs from the reserve fund of the city."
)
RU = EN_SHORT = "Ночью в Сумах разрушена крыша школы. По данным спасателей, пятеро людей ранены."
SCHOOL = [
    article("school.uk", title="У Сумах зруйновано дах школи", body=UK, published="2024-03-01T10:00", section="war"),
    article("school.ru", title="В Сумах разрушена крыша школы", body=RU, published="2024-03-01T11:00", section="war"),
    article("school.en", title="School roof destroyed in Sumy", body=EN, published="2024-03-01T12:00", section="war"),
    article("calm.uk", title="Тихо", body="У місті тихо, поранених 3.", published="2024-03-02T10:00", section="war"),
    article("calm.en", title="Quiet", body="It is quiet in the city, 3 injured.", published="2024-03-02T11:00"),
    article("alone.uk", title="Одна", body="Тут 7 осіб.", published="2024-03-03T11:00"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("versions")
    indexer.index_articles(SCHOOL, path)
    return path


@pytest.fixture(scope="module")
def pairs(folder: Path) -> dict[str, search.PairDifferences]:
    with opened(folder) as archive:
        found = archive.differences("school.uk")
    return {f"{pair.first.version.language}-{pair.second.version.language}": pair for pair in found.pairs}


class TestDifferences:
    def test_contradicting_numbers_with_their_sentences(self, pairs):
        (number,) = pairs["uk-en"].numbers
        assert number.is_contradiction
        assert (number.first.shown, number.second.shown) == ("п'ятеро", "six")
        assert number.first.text == "За даними рятувальників, п'ятеро людей поранено."
        assert (number.second.id, number.second.language) == ("school.en", "en")

    def test_name_that_one_version_lacks(self, pairs):
        (name,) = pairs["uk-en"].names
        assert (name.name, name.has.shown, name.lacking) == ("Ганна Лисогор", "Ганна Лисогор", "en")
        assert name.lacks is not None and "neighbouring" in name.lacks.text

    def test_missing_paragraphs_and_length(self, pairs):
        pair = pairs["uk-ru"]
        assert [(each.language, each.lacking, each.number) for each in pair.paragraphs] == [
            ("uk", "ru", 2),
            ("uk", "ru", 3),
        ]
        assert pair.first.words > pair.second.words
        assert (pair.first.paragraphs, pair.second.paragraphs) == (3, 1)
        assert [(each.first.shown, each.second) for each in pair.numbers] == [("12 млн", None)]

    def test_versions_that_agree_have_no_differences(self, folder):
        with opened(folder) as archive:
            (pair,) = archive.differences("calm").pairs
        assert (pair.numbers, pair.names, pair.paragraphs) == ((), (), ())

    def test_story_of_one_version_has_no_pairs(self, folder):
        with opened(folder) as archive:
            found = archive.differences(archive.get("alone.uk"))
            assert found.pairs == () and len(found.versions) == 1
            assert archive.differences("nobody") is None

    def test_hidden_versions_are_not_compared(self, tmp_path):
        hidden = search.Article(**{**search.article_to_record(SCHOOL[2]), "status": "withheld"})
        indexer.index_articles([SCHOOL[0], hidden], tmp_path)
        with opened(tmp_path) as archive:
            assert [each.version.id for each in archive.differences("school").versions] == ["school.uk"]
            assert archive.differences("school.en") is None
            assert archive.disagreements().items == ()
        with opened(tmp_path, "newsroom") as archive:
            assert len(archive.differences("school.en").pairs) == 1
            assert [each.story for each in archive.disagreements().items] == ["school"]


class TestDisagreements:
    def test_stories_whose_versions_contradict_each_other(self, folder):
        with opened(folder) as archive:
            found = archive.disagreements()
        assert (found.stories, found.looked_at, found.next_offset) == (2, 2, None)
        assert [each.story for each in found.items] == ["school"]
        assert {(each.first.shown, each.second.shown) for each in found.items[0].numbers} == {
            ("п'ятеро", "six"), ("пятеро", "six"),
        }  # fmt: skip

    def test_work_is_bounded_and_goes_on(self, folder):
        with opened(folder) as archive:
            first = archive.disagreements(most=1)
            assert (first.looked_at, first.items, first.next_offset) == (1, (), 1)
            second = archive.disagreements(most=1, offset=1)
            assert [each.story for each in second.items] == ["school"] and second.next_offset is None
            assert archive.disagreements(section="sport").stories == 0
            with pytest.raises(ValueError):
                archive.disagreements(most=0)


def changed(title: str, **fields) -> search.Article:
    return article("news.uk", title=title, body="Текст", published="2024-05-01T10:00", section="war", **fields)


class TestHeadlines:
    def test_every_change_is_kept(self, tmp_path):
        for title in ("Перший", "Другий", "Другий", "Третій"):
            indexer.index_articles([changed(title)], tmp_path)
        with opened(tmp_path) as archive:
            assert [(each.old, each.new) for each in archive.headlines("news.uk")] == [
                ("Перший", "Другий"), ("Другий", "Третій"),
            ]  # fmt: skip
            assert archive.headlines("nobody") == ()

    def test_report_by_month_and_filters(self, tmp_path):
        indexer.index_articles([changed("Перший")], tmp_path)
        indexer.index_articles([changed("Другий", updated="2024-05-02T10:00")], tmp_path)
        indexer.index_articles([changed("Третій", updated="2024-06-01T00:30")], tmp_path)
        with opened(tmp_path) as archive:
            found = archive.headline_changes()
            assert found.months == (("2024-06", 1, 1), ("2024-05", 1, 1))
            assert [each.change.new for each in found.items] == ["Третій", "Другий"]
            assert archive.headline_changes(since="2024-06").changes == 1
            assert archive.headline_changes(section="sport").changes == 0
            assert (
                archive.headline_changes(section="war", language="uk", limit=1, offset=1).items[0].change.new
                == "Другий"
            )

    def test_readers_see_no_headline_that_was_hidden(self, tmp_path):
        for fields in ({"title": "Таємний", "status": "withheld"}, {"title": "Відкритий"}, {"title": "Новий"}):
            indexer.index_articles([changed(**fields)], tmp_path)
        with opened(tmp_path) as archive:
            assert [each.old for each in archive.headlines("news.uk")] == ["Відкритий"]
            assert archive.headline_changes().changes == 1
        with opened(tmp_path, "newsroom") as archive:
            assert [each.old for each in archive.headlines("news.uk")] == ["Таємний", "Відкритий"]
            assert archive.headline_changes().changes == 1  # the other was changed before publication
        indexer.index_articles([changed("Новий", status="withheld")], tmp_path)
        with opened(tmp_path) as archive:
            assert archive.headlines("news.uk") == () and archive.headline_changes().changes == 0

    def test_history_survives_a_rebuilt_index_and_an_open_archive_sees_more(self, tmp_path):
        indexer.index_articles([changed("Перший")], tmp_path)
        with opened(tmp_path) as archive:
            assert archive.headlines("news.uk") == ()
            indexer.index_articles([changed("Другий")], tmp_path)
            archive.refresh()
            assert len(archive.headlines("news.uk")) == 1
        commit = tmp_path / "visti.json"
        data = json.loads(commit.read_text(encoding="utf-8")) | {"analysis": "rules-0"}
        del data["checksum"]
        data["checksum"] = zlib.crc32(json.dumps(data, sort_keys=True).encode())
        commit.write_text(json.dumps(data), encoding="utf-8")
        assert indexer.reindex(tmp_path) == 1
        with opened(tmp_path) as archive:
            assert [each.old for each in archive.headlines("news.uk")] == ["Перший"]

    def test_history_written_by_several_processes(self, tmp_path):
        articles = [article(f"n{number}.uk", title="Було", body="Текст") for number in range(3)]
        indexer.index_articles(articles, tmp_path)
        indexer.index_articles([article(f"n{number}.uk", title="Стало", body="Текст") for number in range(3)], tmp_path,
                               commit_every=1)  # fmt: skip
        lines = (tmp_path / HEADLINES_NAME).read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["id"] for line in lines] == ["n0.uk", "n1.uk", "n2.uk"]


MOMENT = datetime(2024, 5, 1, tzinfo=UTC)
CHANGE = HeadlineChange("a", "Було", "Стало", MOMENT, True)


class TestHistoryFile:
    @given(cut=st.integers(min_value=0, max_value=200))
    def test_torn_line_costs_only_itself(self, tmp_path_factory, cut):
        path = tmp_path_factory.mktemp("torn")
        append_changes(path, [CHANGE])
        file = path / HEADLINES_NAME
        whole = file.read_bytes()
        file.write_bytes(whole[:cut])
        append_changes(path, [CHANGE._replace(id="b")])
        found = HeadlineHistory(path).by_id()
        assert found["b"] == [CHANGE._replace(id="b")]
        assert ("a" in found) == (cut >= len(whole) - 1)

    @pytest.mark.parametrize("line", [b"[]", b"null", b'{"id": 1}', b"\xff\xfe", b'{"id":"a"', b"[" * 5000])
    def test_lines_of_others_are_passed_over(self, tmp_path, line):
        (tmp_path / HEADLINES_NAME).write_bytes(line + b"\n")
        append_changes(tmp_path, [CHANGE])
        assert HeadlineHistory(tmp_path).by_id() == {"a": [CHANGE]}

    def test_line_that_is_still_being_written_is_read_later(self, tmp_path):
        history = HeadlineHistory(tmp_path)
        append_changes(tmp_path, [CHANGE])
        file = tmp_path / HEADLINES_NAME
        whole = file.read_bytes()
        file.write_bytes(whole[:-5])
        assert history.by_id() == {}
        with file.open("ab") as more:
            more.write(whole[-5:])
        assert history.by_id() == {"a": [CHANGE]}

    def test_change_that_was_written_twice_counts_once(self, tmp_path):
        append_changes(tmp_path, [CHANGE])
        append_changes(tmp_path, [CHANGE])
        assert HeadlineHistory(tmp_path).by_id() == {"a": [CHANGE]}
